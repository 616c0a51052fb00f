"""The tiers, best first: the next one is asked when one fails or nothing of its answer holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from conversations.agent import prompt
from conversations.agent.commands import BadAnswer, Command, parse
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.opener import allowed
from conversations.agent.prompt import Talk
from conversations.agent.rules import Rules
from conversations.agent.trust import believed
from conversations.knowledge.index import Entry
from conversations.llm import calls, ledger
from conversations.llm.base import CallFailed, LLMError, Outcome, Prompt, Reply
from conversations.llm.chat import ChatModel


@dataclass(frozen=True)
class Understanding:
    """`tried` says what came of the tiers before `tier`; `calls` are the ledger's rows."""

    commands: Sequence[Command]
    tier: str
    irritated: bool = False
    opener: str = ""
    tried: Mapping[str, str] = field(default_factory=dict)
    calls: Sequence[int] = ()


@dataclass(frozen=True)
class Burst:
    """What is to be understood: the parent's lines with their messages' ids, and the knowledge
    that may be answered from. `before` is needed where models are asked."""

    hearing: Hearing
    heard: Sequence[tuple[int, str]]
    entries: Sequence[Entry]
    now: datetime
    before: Talk | None = None

    def held(self, commands: Sequence[Command]) -> list[Command]:
        keys = [entry.key for entry in self.entries]
        return ground(commands, self.heard, now=self.hearing.now, knowledge=keys)


def understand(burst: Burst, models: Sequence[ChatModel]) -> Understanding:
    """Grounded commands of the first tier that understands; `unknown` if none does."""
    tried: dict[str, str] = {}
    made: list[int] = []
    for model in models if burst.before is not None else ():
        try:
            reply = calls.ask(model, _prompt(burst), burst.now)
            made.append(reply.call or 0)
            commands = _commands(reply, burst)
        except LLMError as failed:
            tried[model.name] = str(failed)
            made += [failed.call] if failed.call else []
            continue
        return Understanding(
            commands,
            model.name,
            irritated=reply.answer.get("mood") == "irritated",
            opener=allowed(reply.answer.get("opener")),
            tried=tried,
            calls=made,
        )
    commands = burst.held(parse(Rules().understand(burst.hearing).answer))
    return Understanding(commands or [Command("unknown")], Rules.name, tried=tried, calls=made)


def _prompt(burst: Burst) -> Prompt:
    assert burst.before is not None
    return prompt.build(burst.hearing, burst.before, burst.entries)


def _commands(reply: Reply, burst: Burst) -> list[Command]:
    """What is left of a model's answer; raises CallFailed when that is nothing."""
    try:
        parsed = parse(reply.answer)
    except BadAnswer:
        raise _useless(reply, Outcome.BROKEN) from None
    hearing = burst.hearing
    offers = len(hearing.dialogue.offers)
    if not (held := burst.held(list(believed(parsed, hearing.lines, offers, hearing.now)))):
        raise _useless(reply, Outcome.UNGROUNDED)
    return held


def _useless(reply: Reply, outcome: Outcome) -> CallFailed:
    """It was paid for all the same; the ledger says what it was worth."""
    if reply.call is not None:
        ledger.mark(reply.call, outcome)
    return CallFailed(outcome)
