"""Kept events are applied: each once, in the order in which they came. What a bug of ours kept from
it is applied again once that is mended."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from conversations import inbox
from conversations.connections import AWAY
from conversations.failures import where
from conversations.models import RawEvent
from conversations.whatsapp.payloads import read_events
from leads.statements import Query, Slot, update

log = logging.getLogger(__name__)

ONE_AT_A_TIME = 0x696E74616B65  # the advisory lock: in all processes, so that order is kept
ERROR_LENGTH = 200
NOT_OLDER = timedelta(days=2)
AT_ONCE = 200

# A subquery, so that PostgreSQL tries the lock once and not for each row.
_ALONE = RawSQL("(SELECT pg_try_advisory_xact_lock(%s))", [ONE_AT_A_TIME], BooleanField())
_OLDEST = Query(
    RawEvent.objects.select_for_update().filter(_ALONE, due_at__lte=Slot("now")).order_by("pk")[:1]
)


def apply_next(now: datetime) -> bool:
    """Apply the oldest event that is due, as of when it came. False if there is none, or another
    process is at it."""
    row = None
    try:
        with transaction.atomic():
            row = _OLDEST.first(now=now)
            if row is not None:
                _apply(row, row.received_at, now)
    except Exception as error:
        if row is None or isinstance(error, AWAY):
            raise
        _keep_error(row, error)
    return row is not None


def replay(event_id: int, now: datetime) -> bool:
    """Apply a kept event again; what it has done meanwhile is not done twice. False if it fails
    again, was applied before, or somebody else is at it."""
    with transaction.atomic():
        rows = RawEvent.objects.select_for_update(skip_locked=True)
        row = rows.filter(pk=event_id, processed_at=None).first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                _apply(row, now, now)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - staff are told
            _keep_error(row, error)
            return False
    return True


def replay_failed(now: datetime) -> int:
    """Everything of the last days that has an error; returns how many could be applied."""
    failed = RawEvent.objects.filter(processed_at=None, received_at__gt=now - NOT_OLDER)
    ids = failed.exclude(error="").order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(replay(pk, now) for pk in list(ids))


def _apply(row: RawEvent, came_at: datetime, now: datetime) -> None:
    """What is about a message that is not there yet stays unprocessed until it is. Needs an open
    transaction."""
    events = read_events(row.body)
    done = [inbox.apply(event, instance=row.instance, now=came_at) for event in events]
    row.error, row.processed_at, row.due_at = "", now if all(done) else None, None
    update(row, "error", "processed_at", "due_at")


def _keep_error(row: RawEvent, error: Exception) -> None:
    """A bug of ours costs no message, and stops none behind it: the event stays for another try."""
    log.error("Event %s could not be applied: %s", row.pk, where(error))
    row.error, row.processed_at, row.due_at = where(error)[:ERROR_LENGTH], None, None
    update(row, "error", "processed_at", "due_at")
