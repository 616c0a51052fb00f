"""The eight fields: taken in any order, corrected at any time, never asked twice when known."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.agent.commands import Command
from conversations.agent.effects import SetField, StudentIsParent
from conversations.agent.policy.draft import Draft
from conversations.agent.readers.fold import fold
from conversations.agent.situation import FIELDS_OF_STUDENT, MOST_STUDENTS

THE_PARENT = "the parent"  # student_name's value when the adult who writes will study


def take(draft: Draft, commands: Sequence[Command]) -> None:
    """Sets what was said and acknowledges corrections with the new value."""
    for command in commands:
        if command.command == "set_field":
            _take_one(draft, command)
    _settle_email_question(draft, commands)
    if "parent_name" in draft.learned:
        draft.say("nice_to_meet", parent_name=draft.family.parent_name)


def _take_one(draft: Draft, command: Command) -> None:
    field, value = str(command.name), command.normal
    if field == "student_name" and value == THE_PARENT:
        _parent_studies(draft)
        return
    if field in FIELDS_OF_STUDENT:
        for student in _students_meant(draft, command):
            _set(draft, command, field, value, student)
    else:
        _set(draft, command, field, value, None)


def _parent_studies(draft: Draft) -> None:
    if not draft.family.student(1).is_parent:
        draft.do(StudentIsParent())
        draft.family = draft.family.with_student(replace(draft.family.student(1), is_parent=True))
    draft.learned.append("student_name")


def _students_meant(draft: Draft, command: Command) -> list[int]:
    """The student named, else all who lack a shared thing, else the one last talked about."""
    if command.student is not None:
        return [command.student] if 1 <= command.student <= MOST_STUDENTS else []
    lacking = draft.family.missing(str(command.name))
    if command.name == "subjects" and len(lacking) > 1:
        return lacking
    if len(lacking) == 1 and not command.correction:
        return lacking
    return [draft.dialogue.focus]


def _set(draft: Draft, command: Command, field: str, value: object, student: int | None) -> None:
    old = (
        getattr(draft.family, field)
        if student is None
        else draft.family.student(student).value(field)
    )
    new = tuple(value) if isinstance(value, list) else value
    draft.learned.append(field)
    if student is not None:
        draft.dialogue.focus = student
    if old == new or (field == "parent_name" and not command.correction and _shorter(new, old)):
        return
    known = old not in ("", None, ())
    status = "corrected" if known else "said"
    stored = list(new) if isinstance(new, tuple) else new
    draft.do(SetField(field, stored, student, status, command.message_id))  # type: ignore[arg-type]
    draft.family = draft.family.with_field(field, new, student)
    if known and field != "schedule_preference":
        draft.learned.remove(field)  # the correction is acknowledged by itself
        whose = [student] if student and len(draft.family.students) > 1 else None
        draft.say("corrected", field=field, value=new, whose=whose)


def _shorter(new: object, old: object) -> bool:
    """ "Ana" from the Ana Prado who is known corrects nothing."""
    return set(fold(str(new)).split()) <= set(fold(str(old)).split())


def _settle_email_question(draft: Draft, commands: Sequence[Command]) -> None:
    """ "gmail.con?" was asked back: yes takes the suggestion, no asks for the e-mail again."""
    if draft.was_asked != "email_typo" or "email" in draft.learned:
        return
    if any(command.command == "confirm" for command in commands) and draft.dialogue.pending:
        draft.do(SetField("email", draft.dialogue.pending, None, "confirmed", None))
        draft.family = draft.family.with_field("email", draft.dialogue.pending, None)
        draft.learned.append("email")
        draft.dialogue.pending = None
