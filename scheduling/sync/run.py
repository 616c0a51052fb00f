"""One meeting of both sides: what is ours goes out, what people changed comes in."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from scheduling.breaker import BreakerOpen
from scheduling.calendars.base import Calendar, CalendarError, Limited, calendar, is_configured
from scheduling.models import CalendarSync, Closure, Visit, VisitEvent
from scheduling.sync import events
from scheduling.sync.lease import Lease, LeaseLost
from scheduling.sync.pull import SOURCE, pull
from scheduling.sync.push import push

log = logging.getLogger(__name__)

ROUNDS = 4  # what failed once, and what was booked meanwhile, is pushed in the same meeting
FIRST_PAUSE, LONGEST_PAUSE = 10, 60  # seconds after a failure
LONGEST_LIMITED = 300


def run(clock: Callable[[], datetime]) -> bool:
    """False when nothing was done: no calendar is configured, somebody else is at it, or Google is
    to be left alone for now. Never raises because of Google: `state` tells."""
    if not is_configured() or (lease := Lease.claim(clock)) is None:
        return False
    try:
        _meet(calendar(), lease)
    except LeaseLost:
        log.warning("calendar: the lease was lost")
    except (CalendarError, BreakerOpen) as error:
        _failed(error, clock())
    finally:
        lease.release()
    return True


def _meet(there: Calendar, lease: Lease) -> None:
    _begin_anew_elsewhere(lease)
    for number in range(ROUNDS):
        events.track(lease.now())
        pushed = push(there, lease)
        if number and not pushed:
            break
        if not number:
            pull(there, lease)
    agreed = {} if VisitEvent.objects.stale().exists() else {"succeeded_at": lease.now()}
    lease.write(failing_since=None, error="", attempts=0, due_at=None, **agreed)


@transaction.atomic
def _begin_anew_elsewhere(lease: Lease) -> None:
    """Another calendar than before: nothing that is known holds there."""
    row = CalendarSync.objects.get()
    if row.calendar_id == settings.GOOGLE_CALENDAR_ID:
        return
    VisitEvent.objects.filter(visit=None).delete()
    VisitEvent.objects.exclude(
        visit__status__in=Visit.ACTIVE, visit__ends_at__gt=lease.now()
    ).delete()
    for event in VisitEvent.objects.all():
        VisitEvent.objects.filter(pk=event.pk).update(
            event_id=events.new_id(), etag="", pushed_version=0, **events.NO_QUESTION
        )
    Closure.objects.filter(source=SOURCE).delete()
    lease.write(calendar_id=settings.GOOGLE_CALENDAR_ID, sync_token="", complete_at=None)


def _failed(error: CalendarError | BreakerOpen, now: datetime) -> None:
    row = CalendarSync.objects.get()
    code = "breaker_open" if isinstance(error, BreakerOpen) else str(error)[:60]
    CalendarSync.objects.update(
        failing_since=row.failing_since or now,
        error=code,
        attempts=min(row.attempts + 1, 1000),
        due_at=_not_before(error, row.attempts, now),
    )
    log.warning("calendar: %s", code)


def _not_before(error: CalendarError | BreakerOpen, attempts: int, now: datetime) -> datetime:
    if isinstance(error, BreakerOpen):
        return now + timedelta(seconds=max(error.retry_at - time.time(), 0))
    if isinstance(error, Limited) and error.wait is not None:
        return now + error.wait
    longest = LONGEST_LIMITED if isinstance(error, Limited) else LONGEST_PAUSE
    return now + timedelta(seconds=min(FIRST_PAUSE * 2 ** min(attempts, 10), longest))
