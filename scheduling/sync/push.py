"""From here to Google: each event that differs from its visit is brought to it."""

from contextlib import suppress
from datetime import datetime, timedelta

from scheduling.calendars.base import (
    Calendar,
    CalendarError,
    Changed,
    Event,
    Exists,
    Gone,
    Unreachable,
)
from scheduling.models import Visit, VisitEvent
from scheduling.sync import events
from scheduling.sync.events import NO_QUESTION, NO_TROUBLE, Columns
from scheduling.sync.lease import Lease

BATCH = 200
FIRST_PAUSE, LONGEST_PAUSE = 5, 60  # seconds
ABOUT_THE_EVENT = {"400", "412", "413"}  # anything else permanent is about the whole calendar


def push(calendar: Calendar, lease: Lease) -> int:
    """The number of events that were looked at.

    Raises what concerns the whole calendar; trouble with one event is noted there and tried again.
    """
    due = list(VisitEvent.objects.due(lease.now()).order_by("due_at", "pk")[:BATCH])
    for each in due:
        event = VisitEvent.objects.stale().select_related("visit").filter(pk=each.pk).first()
        if event is None:
            continue
        lease.renew()
        columns: Columns | None
        try:
            columns = _bring(calendar, event, lease.now())
        except CalendarError as error:
            if not isinstance(error, Unreachable) and str(error) not in ABOUT_THE_EVENT:
                raise
            columns = _later(event, error, lease.now())
        _note(event, columns)
    return len(due)


def _note(event: VisitEvent, columns: Columns | None) -> None:
    row = VisitEvent.objects.filter(pk=event.pk, event_id=event.event_id)
    if columns is None:
        row.delete()
    else:
        row.update(**columns)


def _later(event: VisitEvent, error: CalendarError, now: datetime) -> Columns:
    """A first failure is tried again at once."""
    wait = min(FIRST_PAUSE * 2**event.attempts, LONGEST_PAUSE) if event.attempts else 0
    return {
        "attempts": min(event.attempts + 1, 1000),
        "error": str(error)[:60],
        "due_at": now + timedelta(seconds=wait),
    }


def _bring(calendar: Calendar, event: VisitEvent, now: datetime) -> Columns | None:
    """What to note of the event; None when there is nothing left to note."""
    visit = event.visit
    if visit is None or not events.is_wanted(visit):
        with suppress(Gone):
            calendar.delete(event.event_id)
        if visit is None:  # erased here, and now there
            return None
        return {**NO_QUESTION, **NO_TROUBLE, "etag": "", "pushed_version": visit.version}
    if not event.etag:
        return _insert(calendar, event, visit, now)
    if events.agrees(event, visit):
        return NO_TROUBLE | {"pushed_version": visit.version}
    return events.seen(event, _patch(calendar, event, visit), now)


def _insert(calendar: Calendar, event: VisitEvent, visit: Visit, now: datetime) -> Columns:
    try:
        found = calendar.insert(events.draft(event, visit))
    except Exists:  # by a call whose answer was lost
        try:
            found = calendar.get(event.event_id)
        except Gone:
            return {"event_id": events.new_id(), "due_at": now}
    return events.seen(event, found, now)


def _patch(calendar: Calendar, event: VisitEvent, visit: Visit) -> Event:
    """Once more when a person changed something besides the times that staff decided on."""
    wanted = events.draft(event, visit)
    try:
        try:
            return calendar.patch(wanted, event.etag)
        except Changed:
            found = calendar.get(event.event_id)
            same = (found.starts_at, found.ends_at) == (event.there_starts_at, event.there_ends_at)
            if found.cancelled or not same:
                return found
            return calendar.patch(wanted, found.etag)
    except Gone:
        return Event(event.event_id, cancelled=True)
