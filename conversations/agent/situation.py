"""Everything a decision looks at, as plain values: what was heard, the family, the unit's facts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

# In the order of asking: the visit (its preference) early, what can be learned later after it.
FIELDS = (
    "parent_name",
    "student_name",
    "student_age",
    "schedule_preference",
    "school_grade",
    "subjects",
    "email",
    "phone",
)
FIELDS_OF_STUDENT = ("student_name", "student_age", "school_grade", "subjects")
MOST_STUDENTS = 4


@dataclass(frozen=True)
class Heard:
    """One unanswered message of a burst."""

    message_id: int
    kind: str  # Message.Kind
    text: str
    details: Mapping[str, Any]
    sent_at: datetime


@dataclass(frozen=True)
class StudentFacts:
    position: int
    name: str = ""
    age: int | None = None
    grade: str = ""
    subjects: tuple[str, ...] = ()
    is_parent: bool = False

    def value(self, field: str) -> Any:
        return getattr(
            self,
            {"student_name": "name", "student_age": "age", "school_grade": "grade"}.get(
                field, field
            ),
        )

    def knows(self, field: str) -> bool:
        if self.is_parent and field in ("student_name", "school_grade"):
            return True
        return self.value(field) not in ("", None, ())


@dataclass(frozen=True)
class VisitFacts:
    pk: int
    starts_at: datetime
    status: str


@dataclass(frozen=True)
class Family:
    lead: int
    parent_name: str = ""
    phone: str | None = None
    email: str = ""
    schedule_preference: str = ""
    students: tuple[StudentFacts, ...] = ()
    visit: VisitFacts | None = None

    def student(self, position: int) -> StudentFacts:
        return next(
            (student for student in self.students if student.position == position),
            StudentFacts(position),
        )

    def with_student(self, student: StudentFacts) -> "Family":
        others = tuple(old for old in self.students if old.position != student.position)
        return replace(
            self, students=tuple(sorted((*others, student), key=lambda one: one.position))
        )

    def with_field(self, field: str, value: Any, student: int | None) -> "Family":
        """The family as it is once a field is set; what the turn will store."""
        if field not in FIELDS_OF_STUDENT:
            return replace(self, **{field: value})
        attribute = {"student_name": "name", "student_age": "age", "school_grade": "grade"}
        changed: dict[str, Any] = {
            attribute.get(field, field): tuple(value) if field == "subjects" else value
        }
        return self.with_student(replace(self.student(student or 1), **changed))

    def missing(self, field: str) -> list[int]:
        """Positions of the students whose `field` is not known; [0] for the family's own field."""
        if field not in FIELDS_OF_STUDENT:
            return [] if getattr(self, field) else [0]
        students = self.students or (StudentFacts(1),)
        return [student.position for student in students if not student.knows(field)]
