"""A rule's alert from minute to minute: first seen, opened, kept, over. Any number of processes may
watch at once: a constraint lets one open an alert, an UPDATE lets one resolve it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from kumon_site.operations import notify
from kumon_site.operations.alerts.rule import Rule
from kumon_site.operations.models import Alert, Telling

STILL_OPEN_AFTER = timedelta(minutes=30)  # what is critical is told once more
TOLD_AGAIN_AFTER = timedelta(hours=1)  # a rule's next alert waits until then to be told

Occasion = Telling.Occasion


def watch(rule: Rule, now: datetime) -> None:
    """Look once. Nothing is told here: that is queued for notify.py."""
    found = rule.holds(now)  # may wait for the network, so outside of any transaction
    with transaction.atomic():
        if found is not None:
            _seen(rule, found, now)
        else:
            _not_seen(rule, now)


def _seen(rule: Rule, found: str, now: datetime) -> None:
    Alert.objects.bulk_create(
        [Alert(rule=rule.name, level=rule.level, detail=found[:300], since=now, seen_at=now)],
        ignore_conflicts=True,
    )
    alert = Alert.objects.unresolved().filter(rule=rule.name).select_for_update().first()
    if alert is None:
        return  # resolved by another process this very moment
    alert.detail, alert.seen_at = found[:300], now
    if alert.opened_at is None and now - alert.since >= rule.after:
        alert.opened_at = now
        _queue(alert, Occasion.OPENED, notify.addresses(rule.means()), _may_tell_at(rule, now))
    alert.save()
    if _is_critical(alert) and alert.opened_at and now - alert.opened_at >= STILL_OPEN_AFTER:
        _queue(alert, Occasion.STILL_OPEN, notify.addresses(rule.means()), now)


def _not_seen(rule: Rule, now: datetime) -> None:
    unresolved = Alert.objects.unresolved().filter(rule=rule.name)
    unresolved.filter(opened_at=None).delete()  # it did not hold for long enough
    alert = unresolved.filter(seen_at__lte=now - rule.calm).select_for_update().first()
    if alert is None:
        return
    alert.resolved_at = now
    alert.save(update_fields=["resolved_at"])
    told = list(alert.tellings.filter(occasion=Occasion.OPENED).exclude(told_at=None))
    alert.tellings.filter(told_at=None).delete()  # nobody needs to hear of it any more
    over = [(telling.means, telling.address) for telling in told]
    _queue(alert, Occasion.RESOLVED, over, now)


def _is_critical(alert: Alert) -> bool:
    return alert.level == Alert.Level.CRITICAL


def _queue(
    alert: Alert, occasion: Telling.Occasion, to: Iterable[tuple[str, str]], due_at: datetime
) -> None:
    Telling.objects.bulk_create(
        [
            Telling(alert=alert, means=means, address=address, occasion=occasion, due_at=due_at)
            for means, address in to
        ],
        ignore_conflicts=True,
    )


def _may_tell_at(rule: Rule, now: datetime) -> datetime:
    told = Telling.objects.filter(alert__rule=rule.name, occasion=Occasion.OPENED)
    last = told.aggregate(last=Max("told_at"))["last"]
    return max(now, last + TOLD_AGAIN_AFTER) if last else now
