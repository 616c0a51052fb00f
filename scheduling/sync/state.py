"""Whether both sides agree, for health, pages and alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from scheduling.calendars.base import is_configured
from scheduling.models import CalendarSync, VisitEvent

LATE = timedelta(minutes=5)  # the sweep comes by every half minute


@dataclass(frozen=True)
class State:
    name: Literal["off", "ok", "behind"]
    age: float | None = None  # seconds since both sides last agreed; None: they never have
    waiting: int = 0  # events that differ from their visit
    questions: int = 0  # changes in Google that staff have to decide on
    error: str = ""


def state(now: datetime) -> State:
    """Three queries at the most."""
    if not is_configured():
        return State("off")
    row = CalendarSync.objects.first() or CalendarSync()
    late = row.succeeded_at is None or now - row.succeeded_at > LATE
    return State(
        name="behind" if late else "ok",
        age=(now - row.succeeded_at).total_seconds() if row.succeeded_at else None,
        waiting=VisitEvent.objects.stale().count(),
        questions=VisitEvent.objects.questions().count(),
        error=row.error,
    )
