"""The eight fields: what is known of a family, where it came from, what is still missing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from leads.models import Field, FieldEvidence, Lead, Student
from leads.statements import Query, Slot, insert, update

Value = str | int | list[str] | None
Status = FieldEvidence.Status

FIELDS: Final[tuple[str, ...]] = tuple(Field.values)  # in asking order

_STUDENT_COLUMN: Final[dict[str, str]] = {
    Field.STUDENT_NAME: "name",
    Field.STUDENT_AGE: "age",
    Field.SCHOOL_GRADE: "school_grade",
    Field.SUBJECTS: "subjects",
}
_LEAD = Query(Lead.objects.filter(pk=Slot("lead")))
_STUDENTS = Query(Student.objects.filter(lead=Slot("lead")))
_STUDENT = Query(Student.objects.filter(lead=Slot("lead"), position=Slot("position")))
_EVIDENCE = Query(FieldEvidence.objects.filter(lead=Slot("lead"), field=Slot("field")))
_NOT_ASKED_OF_ADULTS: Final = (Field.STUDENT_NAME, Field.SCHOOL_GRADE)


def missing(lead: Lead, students: Sequence[Student] | None = None) -> list[str]:
    """Fields still to be asked, in asking order; a student's field counts if any student lacks it.

    An adult who studies needs no school grade and goes by the parent's name.
    One query, none if `students` is given or prefetched.
    """
    if students is None:
        students = list(lead.students.all())
    students = students or [Student(lead=lead)]
    return [field for field in FIELDS if _lacks(lead, students, field)]


def is_qualified(lead: Lead) -> bool:
    """All eight fields are known (`Lead.objects.qualified()` says the same of many)."""
    return not missing(lead, _STUDENTS.all(lead=lead.pk))


def _lacks(lead: Lead, students: Sequence[Student], field: str) -> bool:
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
    row = _student(lead, student)
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
        setattr(lead, field, getattr(_LEAD.get(lead=lead.pk), field))
        owner: Lead | Student = lead
    else:
        owner = _student(lead, _position(student))
    of = owner if isinstance(owner, Student) else None
    before = _evidence(lead, field, of)
    if status != Status.STAFF and _must_wait(lead, field, clean, before):
        status = Status.CANDIDATE
    changed = status != Status.CANDIDATE and _write(owner, column or field, clean)
    if not before or (before[0].normal, before[0].status) != (clean, status):
        _keep_evidence(lead, field, clean, status, now, student=of, message_id=message_id)
    return changed


def keep_candidate(lead: Lead, field: str, value: Value, now: datetime) -> None:
    """Keep what nobody has confirmed, for example WhatsApp's display name, as evidence only."""
    clean = _CLEAN[field](value)
    _keep_evidence(lead, field, clean, Status.CANDIDATE, now)


def _keep_evidence(
    lead: Lead,
    field: str,
    clean: Value,
    status: str,
    now: datetime,
    *,
    student: Student | None = None,
    message_id: int | None = None,
) -> None:
    insert(
        FieldEvidence(
            lead=lead,
            student=student,
            field=field,
            value=as_text(clean),
            normal=clean,
            message_id=message_id,
            status=status,
            created_at=now,
        )
    )


def evidence_of(lead: Lead, field: str, student: Student | None = None) -> FieldEvidence | None:
    """The evidence on which the field's present value rests; candidates carry none."""
    return _rests_on(_evidence(lead, field, student))


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


def _student(lead: Lead, position: int) -> Student:
    there = _STUDENT.first(lead=lead.pk, position=position)
    if there is None:
        there = Student(lead=lead, position=position)
        if not insert(there, unless_there=True):  # staff were faster
            there = _STUDENT.get(lead=lead.pk, position=position)
    return there


def _evidence(lead: Lead, field: str, student: Student | None) -> list[FieldEvidence]:
    """The newest first."""
    of = student and student.pk
    return [row for row in _EVIDENCE.all(lead=lead.pk, field=field) if row.student_id == of]


def _rests_on(evidence: Sequence[FieldEvidence]) -> FieldEvidence | None:
    return next((row for row in evidence if row.status != Status.CANDIDATE), None)


def _must_wait(lead: Lead, field: str, value: Value, evidence: Sequence[FieldEvidence]) -> bool:
    """Staff's value stands in the way, or the phone is another family's."""
    known = _rests_on(evidence)
    if known and known.status == Status.STAFF:
        return True
    if field != Field.PHONE or value is None:
        return False
    return Lead.objects.filter(phone=value).exclude(pk=lead.pk).exists()


def _write(owner: Lead | Student, column: str, value: Value) -> bool:
    if getattr(owner, column) == value:
        return False
    setattr(owner, column, value)
    update(owner, column, *(["updated_at"] if isinstance(owner, Lead) else []))
    return True


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
