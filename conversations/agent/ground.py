"""Nothing is believed that the parent did not write: evidence is looked up, values are read again.

The same for every tier. A model never computes a date, a sum or an age: spans go through our own
readers, and what they can't read is dropped.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from conversations.agent.commands import Command
from conversations.agent.policy.answers import FACTS
from conversations.agent.policy.fields import THE_PARENT
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.dates import read_unwanted, read_when
from conversations.agent.readers.emails import read_email
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.readers.phones import read_phone
from conversations.agent.readers.preference import read_preference
from conversations.agent.readers.subjects import SUBJECTS, read_subjects

SPANS = frozenset({"pick_slot", "ask_slots", "reschedule", "want_visit", "my_visit"})
NAMES = frozenset({"parent_name", "student_name"})
TOPICS = FACTS | {"availability"}


def ground(
    commands: Iterable[Command],
    heard: Sequence[tuple[int, str]],
    *,
    now: datetime,
    knowledge: Iterable[str],
) -> list[Command]:
    """The commands that hold, with what only grounding knows filled in.

    `heard` is the burst as (message id, text); `knowledge` the keys of the entries that exist.
    """
    folded = [(message_id, fold(text)) for message_id, text in heard]
    said, keys = " ".join(text for _, text in folded), frozenset(knowledge)
    grounded = (_one(command, said, now, keys) for command in commands)
    return [
        replace(command, message_id=_said_in(command, folded))
        for command in grounded
        if command is not None
    ]


def _said_in(command: Command, folded: Sequence[tuple[int, str]]) -> int | None:
    """The message that bears the evidence; the last one when it runs over several."""
    wanted = fold(command.evidence)
    holding = [message_id for message_id, text in folded if wanted and wanted in text]
    return holding[-1] if holding else folded[-1][0] if folded else None


def _one(command: Command, said: str, now: datetime, keys: frozenset[str]) -> Command | None:
    if fold(command.evidence) not in said:
        return None
    if command.command == "set_field":
        if command.name in NAMES and not stands_in(fold(command.evidence), said):
            return None
        return _field(command, now)
    if command.command in SPANS and command.span:
        if fold(command.span) not in said:
            return None
        when, unwanted = read_when(command.span, now, asked=True), read_unwanted(command.span, now)
        return replace(command, when=when, unwanted=unwanted)
    if command.command == "answer":
        return command if command.topic in TOPICS | keys else None
    return command


def stands_in(words: str, text: str) -> bool:
    """Whether folded `words` stand in folded `text` and begin and end where its words do."""
    return bool(words) and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _field(command: Command, now: datetime) -> Command | None:
    normal = normalised(str(command.name), command.value or "", command.evidence, now.date())
    if normal in (None, "", []):
        return None
    when = read_when(command.value or "", now) if command.name == "schedule_preference" else None
    return replace(command, normal=normal, when=when)


def normalised(field: str, value: str, evidence: str, today: date) -> Any:
    """A field's normal form, as our reader reads `value`; None when `evidence` does not bear it."""
    if field in NAMES:
        return _name(field, value, evidence)
    if field == "student_age":
        return next(iter(read_ages(value, asked=True, today=today)), None)
    if field == "school_grade":
        return next(iter(read_grades(value, asked=True)), None)
    if field == "subjects":
        codes = [code.strip() for code in value.split(",")]
        return codes if set(codes) <= set(SUBJECTS) else read_subjects(value, asked=True)
    if field == "schedule_preference":
        return read_preference(value, asked=True)
    return read_email(value) if field == "email" else read_phone(value)


def _name(field: str, value: str, evidence: str) -> str | None:
    if field == "student_name" and value == THE_PARENT:
        return value
    if not all(stands_in(word, fold(evidence)) for word in fold(value).split()):
        return None
    if field == "parent_name":
        return read_parent_name(value, asked=True)
    return next(iter(read_student_names(value, asked=True)), None)
