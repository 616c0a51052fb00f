"""What the arithmetic of visits works on: plain values, read from rows by `booking.load_calendar`.

All moments are aware. Periods are half-open: what closes at 12:00 is closed at 12:00. Spans are
compared in UTC, because two moments of one time zone subtract by the clock on the wall.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

Status = Literal[
    "free",
    "taken",
    "closed_day",
    "weekend",
    "outside_hours",
    "off_grid",
    "too_soon",
    "too_far",
    "past",
]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Rules:
    id: int
    minutes: int = 30
    capacity: int = 1
    notice_minutes: int = 60
    horizon_days: int = 30
    before_minutes: int = 0  # kept free of other visits before and after each one
    after_minutes: int = 0

    @property
    def gap(self) -> timedelta:
        """The least time from one visit's end to the next one's start in the same place."""
        return timedelta(minutes=self.before_minutes + self.after_minutes)


@dataclass(frozen=True)
class Hours:
    id: int
    weekday: int  # Monday is 0
    opens: time
    closes: time
    valid_from: datetime
    valid_until: datetime | None = None

    def hold_at(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True)
class Closed:
    id: int
    starts_at: datetime
    ends_at: datetime
    name: str  # empty: families are told that the time is taken, and no more


@dataclass(frozen=True)
class Opened:
    """An extra opening, beside the weekly hours. Closures close it too."""

    id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Verdict:
    status: Status
    closure: str = ""  # name of what is closed for
    closure_id: int | None = None

    @property
    def free(self) -> bool:
        return self.status == "free"


@dataclass(frozen=True)
class HoursRow:
    """Weekdays that share the same stretches, with the rows they come from."""

    weekdays: tuple[int, ...]
    stretches: tuple[tuple[time, time], ...]
    ids: tuple[int, ...]


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
