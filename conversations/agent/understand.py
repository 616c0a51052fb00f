"""The tiers, best first: the next one is asked when one fails or nothing of its answer holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.agent.commands import BadAnswer, Command, parse
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.rules import Rules
from conversations.llm.base import LLMError, Provider


@dataclass(frozen=True)
class Understanding:
    commands: Sequence[Command]
    tier: str


def tiers() -> Sequence[Provider[Hearing]]:
    return (Rules(),)


def understand(
    hearing: Hearing, heard: Sequence[tuple[int, str]], knowledge: Sequence[str]
) -> Understanding:
    """Grounded commands of the first tier that understands; `unknown` if none does."""
    for provider in tiers():
        try:
            commands = parse(provider.understand(hearing).answer)
        except (LLMError, BadAnswer):
            continue
        if held := ground(commands, heard, now=hearing.now, knowledge=knowledge):
            return Understanding(held, provider.name)
    return Understanding([Command("unknown")], "none")
