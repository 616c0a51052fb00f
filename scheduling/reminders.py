"""When a family is reminded of its visit: arithmetic over plain values, no database."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATE = 0.25  # of its lead: so late may a reminder be; one of 2 hours is not sent 20 minutes before
BEFORE_QUIET = timedelta(minutes=30)  # one that would fall into quiet hours comes so long before
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """When nobody is written to unasked, half-open; never if both are equal."""

    begins: time
    ends: time
    tz: ZoneInfo

    def over(self, at: datetime) -> datetime | None:
        """When the quiet hours began that `at` lies in; None outside of them."""
        local = at.astimezone(self.tz)
        for day in (local.date(), local.date() - _DAY):
            began = datetime.combine(day, self.begins, self.tz)
            until = day if self.begins < self.ends else day + _DAY
            ended = datetime.combine(until, self.ends, self.tz)
            if self.begins != self.ends and began <= local < ended:
                return began
        return None

    def next(self, at: datetime) -> datetime | None:
        """When the next quiet hours after `at` begin; None if there are none."""
        if self.begins == self.ends:
            return None
        local = at.astimezone(self.tz)
        today = datetime.combine(local.date(), self.begins, self.tz)
        return (
            today if local < today else datetime.combine(local.date() + _DAY, self.begins, self.tz)
        )


@dataclass(frozen=True)
class Due:
    """From when it may be said, and from when it would come too late (half-open)."""

    at: datetime
    expires: datetime


def due(starts_at: datetime, booked_at: datetime, lead: timedelta, quiet: QuietHours) -> Due | None:
    """When the family of a visit is reminded `lead` before it.

    None for a visit booked later than that. What would fall into quiet hours comes
    before them, or not at all when it was not booked yet.
    """
    if not lead:
        return None
    at = starts_at.astimezone(UTC) - lead
    expires = at + lead * LATE
    if began := quiet.over(at):
        at, expires = began - BEFORE_QUIET, began
    elif (evening := quiet.next(at)) and evening < expires:
        expires = evening
    if booked_at > at:
        return None
    return Due(at.astimezone(UTC), expires.astimezone(UTC))
