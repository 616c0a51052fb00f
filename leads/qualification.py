"""The eight fields: what is known of a family, where it came from, what is still missing."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from leads.models import Field, FieldEvidence, Lead, Student

Value = str | int | list[str] | None
Status = FieldEvidence.Status

FIELDS: Final[tuple[str, ...]] = tuple(Field.values)  # in asking order

_STUDENT_COLUMN: Final[dict[str, str]] = {
    Field.STUDENT_NAME: "name",
    Field.STUDENT_AGE: "age",
    Field.SCHOOL_GRADE: "school_grade",
    Field.SUBJECTS: "subjects",
}
_NOT_ASKED_OF_ADULTS: Final = (Field.STUDENT_NAME, Field.SCHOOL_GRADE)


def missing(lead: Lead) -> list[str]:
    """Fields still to be asked, in asking order; a student's field counts if any student lacks it.

    An adult who studies needs no school grade and goes by the parent's name.
    One query, none if `students` is prefetched.
    """
    students = list(lead.students.all()) or [Student(lead=lead)]
    return [field for field in FIELDS if _lacks(lead, students, field)]


def is_qualified(lead: Lead) -> bool:
    """All eight fields are known (`Lead.objects.qualified()` says the same of many)."""
    return not missing(lead)


def _lacks(lead: Lead, students: list[Student], field: str) -> bool:
    column = _STUDENT_COLUMN.get(field)
    if column is None:
        return not getattr(lead, field)
    return any(
        getattr(student, column) in ("", None, [])
        for student in students
        if not (student.is_the_parent and field in _NOT_ASKED_OF_ADULTS)
    )


def studies_themselves(lead: Lead, *, student: int = 1) -> Student:
    """The parent is the student at this position."""
    row, _ = lead.students.get_or_create(position=student)
    if not row.is_the_parent:
        row.is_the_parent = True
        row.save(update_fields=["is_the_parent"])
    return row


def set_field(
    lead: Lead,
    field: str,
    value: Value,
    *,
    student: int | None = 1,
    status: str,
    message_id: int | None,
    now: datetime,
) -> bool:
    """Keep `value` (a normal form) and its evidence; True if the field has changed.

    `field` is one of FIELDS, `student` the position 1 to 4 for a student's field (None is 1).
    What staff entered stays: a later saying of the family, like a candidate, is kept as evidence
    only. So is a phone that belongs to another family. An empty value clears the field.
    Raises ValueError for a value that the field cannot hold.
    """
    clean = _CLEAN[field](value)
    column = _STUDENT_COLUMN.get(field)
    if column is None:
        lead.refresh_from_db(fields=[field])
        owner: Lead | Student = lead
    else:
        owner, _ = lead.students.get_or_create(position=_position(student))
    if status != Status.STAFF and _must_wait(lead, owner, field, clean):
        status = Status.CANDIDATE
    changed = status != Status.CANDIDATE and _write(owner, column or field, clean)
    _note(
        FieldEvidence(
            lead=lead,
            student=owner if isinstance(owner, Student) else None,
            field=field,
            value=as_text(clean),
            normal=clean,
            message_id=message_id,
            status=status,
            created_at=now,
        )
    )
    return changed


def evidence_of(lead: Lead, field: str, student: Student | None = None) -> FieldEvidence | None:
    """The evidence on which the field's present value rests; candidates carry none."""
    rows = lead.evidence.filter(field=field, student=student)
    return rows.exclude(status=Status.CANDIDATE).first()


def candidate(lead: Lead, field: str) -> str | None:
    """The newest unconfirmed value of a lead's field, for example WhatsApp's display name."""
    rows = lead.evidence.filter(field=field, status=Status.CANDIDATE)
    return rows.values_list("value", flat=True).first()


def as_text(value: Value) -> str:
    """A field's value as one line."""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _position(student: int | None) -> int:
    if student is None:
        return 1
    if not 1 <= student <= Student.MOST:
        raise ValueError(f"no student {student}")
    return student


def _must_wait(lead: Lead, owner: Lead | Student, field: str, value: Value) -> bool:
    """Staff's value stands in the way, or the phone is another family's."""
    known = evidence_of(lead, field, owner if isinstance(owner, Student) else None)
    if known and known.status == Status.STAFF:
        return True
    if field != Field.PHONE or value is None:
        return False
    return Lead.objects.filter(phone=value).exclude(pk=lead.pk).exists()


def _write(owner: Lead | Student, column: str, value: Value) -> bool:
    if getattr(owner, column) == value:
        return False
    setattr(owner, column, value)
    columns = [column, "updated_at"] if isinstance(owner, Lead) else [column]
    owner.save(update_fields=columns)
    return True


def _note(evidence: FieldEvidence) -> None:
    """Keep the evidence, unless the newest says the same already."""
    newest = FieldEvidence.objects.filter(
        lead=evidence.lead, student=evidence.student, field=evidence.field
    ).first()
    if newest and (newest.normal, newest.status) == (evidence.normal, evidence.status):
        return
    evidence.save()


def _line(longest: int) -> Callable[[Value], Value]:
    def clean(value: Value) -> str:
        if value is not None and not isinstance(value, str):
            raise ValueError("text expected")
        return " ".join((value or "").split())[:longest]

    return clean


def _age(value: Value) -> int | None:
    if value is None or value == "":
        return None
    if not isinstance(value, int) or not 0 <= value <= 120:
        raise ValueError("an age is a whole number of years")
    return value


def _codes(value: Value) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise ValueError("subjects are a list of codes")
    return list(dict.fromkeys(value))


def _phone(value: Value) -> str | None:
    return str(value) if value else None


_CLEAN: Final[dict[str, Callable[[Value], Value]]] = {
    Field.PARENT_NAME: _line(120),
    Field.STUDENT_NAME: _line(120),
    Field.STUDENT_AGE: _age,
    Field.SCHOOL_GRADE: _line(60),
    Field.SUBJECTS: _codes,
    Field.SCHEDULE_PREFERENCE: _line(120),
    Field.EMAIL: _line(254),
    Field.PHONE: _phone,
}
