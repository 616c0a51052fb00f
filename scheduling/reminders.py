"""When a family is reminded of its visit: arithmetic over plain values, no database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduling.slots import QuietHours

LATE = 0.25  # of its lead: so late may a reminder be; one of 2 hours is not sent 20 minutes before
BEFORE_QUIET = timedelta(minutes=30)  # one that would fall into quiet hours comes so long before


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
