"""What a model is not believed, however well it is grounded.

Grounding asks whether the parent wrote the evidence; here our own readers are asked whether the
evidence says what the model made of it. So a model that lies cannot opt a family out, turn a no
into a yes, choose another offer than the parent's, or store a phone that nobody wrote.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from conversations.agent.commands import Command
from conversations.agent.ground import normalised
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.answers import read_option, read_yes_no
from conversations.agent.readers.fold import fold
from conversations.agent.readers.subjects import read_subjects
from conversations.agent.situation import FIELDS

REASONS = frozenset(
    {
        "asked_person",
        "complaint",
        "billing",
        "cancel_enrolment",
        "enrolled_student",
        "bargaining",
        "aggression",
        "health_needs",
    }
)
ANSWERS = {"confirm": True, "deny": False}


def believed(commands: Iterable[Command], offers: int, today: date) -> Iterator[Command]:
    """The commands that a model may give; `offers` is how many times are on the table."""
    for command in commands:
        if command.evidence.strip() and (kept := _kept(command, offers, today)):
            yield kept


def _kept(command: Command, offers: int, today: date) -> Command | None:
    name, evidence = command.command, command.evidence
    if name == "opt_out":  # heard before any model, and only as the whole message
        return None
    if name == "clarify":
        return Command("unknown", evidence)
    if name == "handoff":
        return command if command.reason in REASONS else None
    if name in ANSWERS:
        return None if read_yes_no(evidence) is (not ANSWERS[name]) else command
    if name == "pick_slot" and command.option is not None:
        return _picked(command, offers)
    if name == "set_field":
        return command if command.name in FIELDS and _says_so(command, today) else None
    return command


def _picked(command: Command, offers: int) -> Command | None:
    if not 1 <= (command.option or 0) <= offers:
        return replace(command, option=None) if command.span else None
    return None if read_option(command.evidence, offers) not in (None, command.option) else command


def _says_so(command: Command, today: date) -> bool:
    """Whether our own reader reads the value in the evidence. A name is grounded word by word."""
    field, value, evidence = str(command.name), command.value or "", command.evidence
    if field in ("parent_name", "student_name"):
        return True
    if field == "student_age":
        return value in map(str, read_ages(evidence, asked=True, today=today))
    if field == "subjects":
        wanted = normalised(field, value, evidence, today) or [value]
        return set(wanted) <= set(read_subjects(evidence, asked=True))
    if field == "schedule_preference" and fold(value) and fold(value) in fold(evidence):
        return True
    read = normalised(field, evidence, evidence, today)
    return read is not None and read == normalised(field, value, evidence, today)
