"""What a model is not believed, however well it is grounded.

Grounding asks whether the parent wrote the evidence; here our own readers are asked whether the
evidence says what the model made of it. So a model that lies cannot opt a family out, turn a no
into a yes, choose another offer than the parent's, or store a phone that nobody wrote.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from conversations.agent.commands import Command
from conversations.agent.ground import NAMES, SPANS, normalised, stands_in
from conversations.agent.moves import moved_to
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.answers import denies, read_option, read_yes_no, starts_with_yes
from conversations.agent.readers.dates import read_when
from conversations.agent.readers.fold import fold
from conversations.agent.readers.refusals import keeps_visit
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
        "running_late",
    }
)
_CLAUSE_ENDS = re.compile(r"[,.;:!?\n]+|\bmas\b|\be sim\b", re.I)
# A no that names one of these is about that, not about what was said before it.
_SOMETHING_ELSE = re.compile(
    r"\d|\b(?:primeir|segund|terceir|quart|quint|sext|ultim)[oa]\b|\bterca\b|\bmeio\b"
    r"|\b(?:cedo|manha|tarde|noite)\b"
)


def believed(
    commands: Iterable[Command], lines: Sequence[str], offers: int, now: datetime
) -> Iterator[Command]:
    """The commands that a model may give about the burst's `lines`; `offers` is how many times
    are on the table.

    A model chooses its evidence, and may cut a "não" off. So what changes a visit is judged by the
    whole line that the evidence stands in.
    """
    for command in commands:
        if not command.evidence.strip():
            continue
        if kept := _kept(command, _around(command.evidence, lines), offers, now):
            yield kept


def _around(evidence: str, lines: Sequence[str]) -> str:
    """Every line that holds the evidence; all of them where it runs over several."""
    holding = [line for line in lines if stands_in(fold(evidence), fold(line))]
    return "\n".join(holding or lines)


def _kept(command: Command, line: str, offers: int, now: datetime) -> Command | None:
    name, evidence = command.command, command.evidence
    if name == "opt_out":  # heard before any model, and only as the whole message
        return None
    if name == "clarify":
        return Command("unknown", evidence)
    if name == "handoff":
        return command if command.reason in REASONS else None
    if name == "confirm":
        return None if denies(line) else command
    if name == "deny":
        agrees = read_yes_no(line) or (starts_with_yes(line) and not denies(line))
        return None if agrees or read_yes_no(evidence) else command
    if name == "cancel_visit" and keeps_visit(line):
        return None
    if name == "pick_slot":
        return _picked(command, line, offers, now)
    if name in SPANS and not _wished(command, line, now):
        return replace(command, span=None)
    if name == "set_field":
        believable = command.name in FIELDS and _says_so(command, now.date())
        return command if believable else None
    return command


def _picked(command: Command, line: str, offers: int, now: datetime) -> Command | None:
    if command.option is None and not command.span:
        return None if denies(line) else command
    if not _wished(command, line, now):
        return None
    if command.option is None:
        return command
    if not 1 <= command.option <= offers:
        return replace(command, option=None) if command.span else None
    read = {read_option(text, offers) for text in (command.evidence, line)}
    if not read <= {None, command.option}:
        return None
    return command if not denies(line) or _picks_yet(command, line, offers) else None


def _picks_yet(command: Command, line: str, offers: int) -> bool:
    """Whether a clause without a denial picks: "não, a 1 não dá, prefiro a 2" does, "a 2, nem
    pensar" does not."""
    clauses = [folded for part in _CLAUSE_ENDS.split(line) if (folded := fold(part))]
    for clause, following in zip(clauses, [*clauses[1:], ""], strict=True):
        refused = denies(following) and not _SOMETHING_ELSE.search(following)
        if denies(clause) or refused:
            continue
        if read_option(clause, offers) == command.option:
            return True
        if stands_in(fold(command.evidence), clause):
            return True
    return False


def _wished(command: Command, line: str, now: datetime) -> bool:
    """Whether the moment of the span is still one when the whole line is read."""
    said = read_when(command.span, now, asked=True) if command.span else None
    if said is None:
        return True
    to = moved_to(line, now) if command.command == "reschedule" else None
    read = read_when(to or line, now, asked=True)
    return (
        read is not None
        and set(said.dates) <= set(read.dates)
        and said.time in (None, read.time)
        and said.part in (None, read.part)
    )


def _says_so(command: Command, today: date) -> bool:
    """Whether our own reader reads the value in the evidence. A name is grounded word by word."""
    field, value, evidence = str(command.name), command.value or "", command.evidence
    if field in NAMES:
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
