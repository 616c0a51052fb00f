"""The tier without a model: readers, intents and the knowledge search make commands.

It is the default on a fresh machine and the last fallback everywhere.
"""

from collections.abc import Iterator

from conversations.agent import closed
from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.hearing import Hearing
from conversations.agent.intents import Intent, classify
from conversations.agent.readers.dates import When, read_when
from conversations.llm.base import Provider, Reply

SURE = 0.6  # an intent below this is not acted on
SURE_BESIDE_AN_ANSWER = 0.8  # ... when the message already answered what was asked
MOMENT_WORDS = 6
VISIT_QUESTIONS = frozenset({"slot", "visit_invite", "schedule_preference", "move", "reminder"})


class Rules(Provider[Hearing]):
    name = "rules"

    def understand(self, question: Hearing) -> Reply:
        commands = [command.as_json() for command in understand(question)]
        return Reply({"commands": commands, "mood": "neutral", "opener": None}, self.name)


def understand(hearing: Hearing) -> list[Command]:
    """Commands in no particular order; `unknown` when the text says nothing we can use."""
    fields = closed.fields(hearing)
    short = closed.answers(hearing)
    commands = [*short, *fields]
    answered = bool(short) or _answers_what_was_asked(hearing.dialogue, fields)
    intents = _intents(hearing.text, SURE_BESIDE_AN_ANSWER if answered else SURE)
    commands += _visit(hearing, intents, short)
    commands += _answers(hearing, intents, answered)
    return commands or [_unknown(hearing)]


def _answers_what_was_asked(dialogue: Dialogue, fields: list[Command]) -> bool:
    return any(command.name == dialogue.asked for command in fields)


def _intents(text: str, sure: float) -> list[Intent]:
    return [intent for intent in classify(text) if intent.score >= sure]


def _visit(hearing: Hearing, intents: list[Intent], short: list[Command]) -> Iterator[Command]:
    """At most one command about the visit, with the words of day and time as its span."""
    if any(command.command == "pick_slot" for command in short):
        return
    names = {intent.name for intent in intents}
    asked_slot = hearing.dialogue.asked in VISIT_QUESTIONS
    when = read_when(hearing.text, hearing.now, asked=asked_slot)
    span = hearing.text if when else None
    for name in ("cancel_visit", "reschedule", "my_visit"):
        if name in names:
            yield Command(name, hearing.text, span=span)
            return
    about_visit = asked_slot or names & {"want_visit", "ask_slots"} or _only_a_moment(hearing, when)
    if when is not None and about_visit:
        yield Command("pick_slot" if _full(when) else "ask_slots", hearing.text, span=span)
    elif names & {"want_visit", "ask_slots"}:
        yield Command("want_visit", hearing.text)


def _only_a_moment(hearing: Hearing, when: When | None) -> bool:
    """ "quinta às 15h?" asks for a visit; "ele sai da escola amanhã às 15h" does not."""
    return when is not None and _full(when) and len(hearing.text.split()) <= MOMENT_WORDS


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
