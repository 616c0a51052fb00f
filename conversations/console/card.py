"""The lead card: the eight fields, each with the message it came from, and the visit ahead."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from billing_rules.models import Subject
from conversations.models import Conversation
from leads import phones
from leads.models import Field, FieldEvidence, Lead, Student
from leads.qualification import missing
from scheduling.models import Visit

Status = FieldEvidence.Status
OF_THE_LEAD = (Field.PARENT_NAME, Field.PHONE, Field.EMAIL, Field.SCHEDULE_PREFERENCE)
OF_A_STUDENT = {
    Field.STUDENT_NAME: "name",
    Field.STUDENT_AGE: "age",
    Field.SCHOOL_GRADE: "school_grade",
    Field.SUBJECTS: "subjects",
}
MARKED = (Visit.Status.ATTENDED, Visit.Status.NO_SHOW)
SHOWN_FOR = timedelta(days=14)
NEEDLESS_FOR_ADULTS = (Field.STUDENT_NAME, Field.SCHOOL_GRADE)


@dataclass(frozen=True)
class Line:
    """One field: its value, what it rests on, and what the family said after staff's entry."""

    label: str
    value: str
    evidence: FieldEvidence | None
    said_later: FieldEvidence | None


class Evidence:
    """Newest evidence of every field of a lead, in one query."""

    def __init__(self, lead: Lead) -> None:
        self._rows: dict[tuple[str, int | None], list[FieldEvidence]] = defaultdict(list)
        for row in lead.evidence.order_by("-created_at", "-id")[:400]:
            self._rows[row.field, row.student_id].append(row)

    def line(self, field: Field, value: str, student: Student | None = None) -> Line:
        rows = self._rows[field, student.pk if student else None]
        firm = next((row for row in rows if row.status != Status.CANDIDATE), None)
        newest = rows[0] if rows else None
        later = newest if newest and newest.status == Status.CANDIDATE else None
        return Line(str(field.label), value, firm if value else None, later)


def card(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """The card's context."""
    lead = conversation.lead
    students = list(lead.students.all())
    handoff = _handoff(conversation)
    subjects = dict(Subject.objects.values_list("code", "name"))
    evidence = Evidence(lead)
    lacking = _missing(lead, students)
    return {
        "lead": lead,
        "lines": [evidence.line(field, _of_lead(lead, field)) for field in OF_THE_LEAD],
        "students": [(row, _student_lines(row, evidence, subjects)) for row in students]
        or [(None, _student_lines(Student(), evidence, subjects))],
        "known": len(Field.values) - len(lacking),
        "fields": len(Field.values),
        "visit": (visit := visit_of(lead, now)),
        "begun": visit is not None and visit.starts_at <= now,
        "over": visit is not None and visit.ends_at <= now,
        "reminders": list(visit.followups.order_by("due_at")) if visit else [],
        "may_enrol": lead.stage == Lead.Stage.ATTENDED,
        "handoff": handoff,
        "handoff_reason": handoff.why if handoff else "",
    }


def visit_of(lead: Lead, now: datetime) -> Visit | None:
    """The visit ahead; else the last one, while it is of some days ago or nobody has marked it."""
    recent = Q(ends_at__gt=now) | Q(status__in=Visit.ACTIVE)
    recent |= Q(ends_at__gt=now - SHOWN_FOR, status__in=MARKED)
    rows = lead.visits.filter(recent, status__in=[*Visit.ACTIVE, *MARKED])
    return rows.order_by("-starts_at").first()


def _missing(lead: Lead, students: list[Student]) -> list[str]:
    lead._prefetched_objects_cache = {"students": students}  # type: ignore[attr-defined]
    return missing(lead)


def _of_lead(lead: Lead, field: Field) -> str:
    value = getattr(lead, field.value) or ""
    return phones.display(value) if field == Field.PHONE and value else value


def _student_lines(row: Student, evidence: Evidence, subjects: dict[str, str]) -> list[Line]:
    fields = [
        field for field in OF_A_STUDENT if not (row.is_the_parent and field in NEEDLESS_FOR_ADULTS)
    ]
    owner = row if row.pk else None
    return [evidence.line(field, _of_student(row, field, subjects), owner) for field in fields]


def _of_student(row: Student, field: Field, subjects: dict[str, str]) -> str:
    value = getattr(row, OF_A_STUDENT[field])
    if field == Field.SUBJECTS:
        return ", ".join(subjects.get(code, code) for code in value)
    return "" if value is None else str(value)


def _handoff(conversation: Conversation) -> Any:
    if conversation.answers_by_bot():
        return None
    return conversation.handoffs.filter(finished_at=None).first()
