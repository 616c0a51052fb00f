"""Before understanding: clean the text, hear PARAR, and hear what only a person can settle."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from conversations.agent import triggers
from conversations.agent.commands import Command
from conversations.agent.policy.concern import RUNNING_LATE
from conversations.agent.readers.answers import read_stop

LONGEST = 1500
_RUNS = re.compile(r"[ \t]{2,}|\n{3,}")


def clean(text: str) -> str:
    """Without control and zero-width characters, cut to a length that a person would read."""
    kept = "".join(
        char
        for char in text
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return _RUNS.sub(lambda run: run[0][0], kept).strip()[:LONGEST]


def heard(lines: Sequence[str]) -> list[Command]:
    """Commands that no tier of understanding may overlook, in a burst's messages; what is split
    over several ("quero falar", "com um atendente") is heard in all of them together."""
    found = [command for line in lines for command in _hard(line)]
    together = _hard("\n".join(lines)) if len(lines) > 1 and not found else ()
    return [*found, *together]


def _hard(text: str) -> Iterator[Command]:
    if stop := read_stop(text):
        yield Command("opt_out", text, topic="back" if stop == "start" else None)
    elif reason := triggers.read_handoff(text):
        yield Command("handoff", text, reason=reason)
    elif triggers.read_bargain(text):
        yield Command("handoff", text, reason="bargaining")
    elif triggers.read_irritation(text):
        yield Command("handoff", text, reason="irritated")
    elif triggers.read_lateness(text):
        yield Command("handoff", text, reason=RUNNING_LATE)
