"""A kept event is applied; what a bug of ours kept from it is applied again once that is mended."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from conversations import inbox
from conversations.connections import AWAY
from conversations.failures import where
from conversations.models import RawEvent
from conversations.whatsapp.payloads import Event, read_events

log = logging.getLogger(__name__)

ERROR_LENGTH = 200
NOT_OLDER = timedelta(days=2)
AT_ONCE = 200


def apply(row: RawEvent, events: Iterable[Event], now: datetime) -> None:
    """A bug of ours costs no message: the event stays, with the error, for another try. Needs an
    open transaction."""
    before = row.error, row.processed_at
    try:
        with transaction.atomic():
            applied = [inbox.apply(event, instance=row.instance, now=now) for event in events]
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - the door is where the process ends
        log.error("Event %s could not be applied: %s", row.pk, where(error))
        row.error, row.processed_at = where(error)[:ERROR_LENGTH], None
    else:
        row.error, row.processed_at = "", now if all(applied) else None
    if before != (row.error, row.processed_at):
        row.save(update_fields=["error", "processed_at"])


def replay(event_id: int, now: datetime) -> bool:
    """Apply a kept event again; what it has done meanwhile is not done twice. False if it fails
    again, was applied before, or somebody else is at it."""
    with transaction.atomic():
        rows = RawEvent.objects.select_for_update(skip_locked=True)
        row = rows.filter(pk=event_id, processed_at=None).first()
        if row is None:
            return False
        apply(row, read_events(row.body), now)
    return not row.error


def replay_failed(now: datetime) -> int:
    """Everything of the last days that has an error; returns how many could be applied."""
    failed = RawEvent.objects.filter(processed_at=None, received_at__gt=now - NOT_OLDER)
    ids = failed.exclude(error="").order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(replay(pk, now) for pk in list(ids))
