"""What a decision changes. The turn applies effects in its own transaction, in this order."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SetField:
    """A lead field (leads.qualification.FIELDS) with its normal form and where it was said."""

    field: str
    value: str | int | list[str]
    student: int | None  # 1-4 for a student's fields
    status: str  # leads.FieldEvidence.Status: said, confirmed, corrected
    message_id: int | None


@dataclass(frozen=True)
class StudentIsParent:
    """The parent studies: student 1 is the one who writes."""


@dataclass(frozen=True)
class BookVisit:
    starts_at: datetime


@dataclass(frozen=True)
class MoveVisit:
    visit_id: int
    starts_at: datetime


@dataclass(frozen=True)
class CancelVisit:
    visit_id: int
    reason: str


@dataclass(frozen=True)
class ConfirmVisit:
    visit_id: int


@dataclass(frozen=True)
class StartHandoff:
    reason: str
    summary: str


@dataclass(frozen=True)
class OptOut:
    pass


@dataclass(frozen=True)
class OptIn:
    pass


Effect = (
    SetField
    | StudentIsParent
    | BookVisit
    | MoveVisit
    | CancelVisit
    | ConfirmVisit
    | StartHandoff
    | OptOut
    | OptIn
)
