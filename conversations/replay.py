"""Events that a bug of ours kept from being applied: applied again, once it is mended."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from conversations import inbox
from conversations.failures import where
from conversations.models import RawEvent
from conversations.whatsapp.payloads import read_events

log = logging.getLogger(__name__)

NOT_OLDER = timedelta(days=2)
AT_ONCE = 200


def replay(event_id: int, now: datetime) -> bool:
    """Apply a kept event again; what has become of it meanwhile is not done twice. False if it
    fails again, or somebody else is at it."""
    try:
        with transaction.atomic():
            rows = RawEvent.objects.select_for_update(skip_locked=True)
            row = rows.filter(pk=event_id, processed_at=None).first()
            if row is None:
                return False
            events = read_events(row.body)
            applied = [inbox.apply(event, instance=row.instance, now=now) for event in events]
            row.error, row.processed_at = "", now if all(applied) else None
            row.save(update_fields=["error", "processed_at"])
    except Exception as error:  # noqa: BLE001 - the same edge as the webhook's: it stays kept
        log.error("Event %s could not be applied: %s", event_id, where(error))
        return False
    return True


def replay_failed(now: datetime) -> int:
    """Everything of the last days that has an error; returns how many could be applied."""
    failed = RawEvent.objects.filter(processed_at=None, received_at__gt=now - NOT_OLDER)
    ids = failed.exclude(error="").order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(replay(pk, now) for pk in list(ids))
