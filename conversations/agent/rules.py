"""The tier without a model: readers, triggers, intents and the knowledge search make commands.

It is the default on a fresh machine and the last fallback everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conversations.agent import triggers
from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.intents import Intent, classify
from conversations.agent.people import field_commands
from conversations.agent.readers.answers import (
    read_option,
    read_stop,
    read_yes_no,
    starts_with_no,
    starts_with_yes,
)
from conversations.agent.readers.dates import When, read_when
from conversations.agent.situation import Family
from leads.models import Field

SURE = 0.6  # an intent below this is not acted on
SURE_BESIDE_AN_ANSWER = 0.8  # ... when the message already answered what was asked
VISIT_QUESTIONS = frozenset({"slot", "visit_invite", "schedule_preference", "move", "reminder"})


class Search(Protocol):
    def __call__(self, text: str) -> str | None:
        """The key of the knowledge entry that answers `text`, or None."""


@dataclass(frozen=True)
class Hearing:
    """What is read, and where the dialogue stood when it was said."""

    text: str
    now: datetime
    dialogue: Dialogue
    family: Family
    search: Search


def understand(hearing: Hearing) -> list[Command]:
    """Commands in no particular order; `unknown` when the text says nothing we can use."""
    if stop := read_stop(hearing.text):
        return [Command("opt_out", hearing.text, topic="back" if stop == "start" else None)]
    fields = list(field_commands(hearing.text, hearing.dialogue, hearing.family, hearing.now))
    closed = _closed(hearing)
    commands = [*_concerns(hearing.text), *closed, *fields]
    answered = bool(closed) or _answers_what_was_asked(hearing.dialogue, fields)
    intents = _intents(hearing.text, SURE_BESIDE_AN_ANSWER if answered else SURE)
    commands += _visit(hearing, intents, closed)
    commands += _answers(hearing, intents, answered)
    return commands or [_unknown(hearing)]


def _concerns(text: str) -> Iterator[Command]:
    if reason := triggers.read_handoff(text):
        yield Command("handoff", text, reason=reason)
    elif triggers.read_bargain(text):
        yield Command("handoff", text, reason="bargaining")
    elif triggers.read_irritation(text):
        yield Command("handoff", text, reason="irritated")


def _closed(hearing: Hearing) -> list[Command]:
    """Short answers to what was asked: yes, no, a number of the list."""
    text, dialogue = hearing.text, hearing.dialogue
    if dialogue.asked == "slot":
        option = read_option(text, len(dialogue.offers))
        if option is not None:
            return [Command("pick_slot", text, option=option)]
    answer = read_yes_no(text)
    if answer is None and (dialogue.yes_no or dialogue.asked in Field.values):
        answer = True if starts_with_yes(text) else False if starts_with_no(text) else None
    if answer is None:
        return []
    return [Command("confirm" if answer else "deny", text)]


def _answers_what_was_asked(dialogue: Dialogue, fields: list[Command]) -> bool:
    return any(command.name == dialogue.asked for command in fields)


def _intents(text: str, sure: float) -> list[Intent]:
    return [intent for intent in classify(text) if intent.score >= sure]


def _visit(hearing: Hearing, intents: list[Intent], closed: list[Command]) -> Iterator[Command]:
    """At most one command about the visit, with the words of day and time as its span."""
    if any(command.command == "pick_slot" for command in closed):
        return
    names = {intent.name for intent in intents}
    asked_slot = hearing.dialogue.asked in VISIT_QUESTIONS
    when = read_when(hearing.text, hearing.now, asked=asked_slot)
    span = hearing.text if when else None
    for name in ("cancel_visit", "reschedule", "my_visit"):
        if name in names:
            yield Command(name, hearing.text, span=span)
            return
    if when is not None and (asked_slot or names & {"want_visit", "ask_slots"} or _full(when)):
        yield Command("pick_slot" if _full(when) else "ask_slots", hearing.text, span=span)
    elif names & {"want_visit", "ask_slots"}:
        yield Command("want_visit", hearing.text)


def _full(when: When) -> bool:
    return bool(when.dates) and when.time is not None


def _answers(hearing: Hearing, intents: list[Intent], answered: bool) -> Iterator[Command]:
    """Questions and small talk. An answer with no fact's topic is looked for in the knowledge."""
    found = False
    for intent in intents:
        if intent.name == "smalltalk":
            yield Command("smalltalk", hearing.text, topic=intent.topic)
        elif intent.name == "answer" and intent.topic:
            found = True
            yield Command("answer", hearing.text, topic=intent.topic)
    asks = "?" in hearing.text or any(intent.name == "answer" for intent in intents)
    if found or (answered and not asks):
        return
    if asks or not (intents or answered):
        key = hearing.search(hearing.text)
        if key is not None:
            yield Command("answer", hearing.text, topic=key)
        elif asks and not intents:
            yield Command("unknown", hearing.text, topic="question")


def _unknown(hearing: Hearing) -> Command:
    return Command("unknown", hearing.text)
