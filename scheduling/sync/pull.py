"""From Google to here: what people changed becomes closures, or a question about a visit."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from scheduling.calendars.base import Calendar, Changes, Event, Gone, TokenExpired
from scheduling.models import CalendarSync, Closure, Visit, VisitEvent
from scheduling.sync import events
from scheduling.sync.lease import Lease

SOURCE = Closure.Kind.GOOGLE
BEHIND, AHEAD = timedelta(days=1), timedelta(days=120)  # what is read; the horizon fits in
COMPLETE_EVERY = timedelta(days=1)  # or the window would stand still


def pull(calendar: Calendar, lease: Lease) -> None:
    """Read what changed and keep all of it, or nothing."""
    now = lease.now()
    lease.renew()
    changes = _read(calendar, now)
    changes = _verified(calendar, changes, lease)
    with transaction.atomic():
        ours = _ours(changes.events, now)
        foreign = [found for found in changes.events if found.id not in ours]
        _close(foreign, now)
        if changes.complete:
            _open_what_is_missing(foreign, now)
            lease.write(complete_at=now)
        lease.write(sync_token=changes.token)


def _read(calendar: Calendar, now: datetime) -> Changes:
    row = CalendarSync.objects.get()
    fresh = row.complete_at is not None and now - row.complete_at < COMPLETE_EVERY
    window = now - BEHIND, now + AHEAD
    try:
        return calendar.changes(row.sync_token if fresh else "", *window)
    except TokenExpired:
        return calendar.changes("", *window)


def _verified(calendar: Calendar, changes: Changes, lease: Lease) -> Changes:
    """Ours that were reported deleted, or are missing from a complete list, are asked for one by
    one: what moved out of the window looks the same."""
    listed = {found.id: found for found in changes.events}
    standing = VisitEvent.objects.filter(
        visit__status__in=Visit.ACTIVE, visit__ends_at__gt=lease.now()
    ).exclude(etag="")
    doubtful = [
        event_id
        for event_id in standing.values_list("event_id", flat=True)
        if (listed[event_id].cancelled if event_id in listed else changes.complete)
    ]
    for event_id in doubtful:
        lease.renew()
        try:
            listed[event_id] = calendar.get(event_id)
        except Gone:
            listed[event_id] = Event(event_id, cancelled=True)
    return replace(changes, events=list(listed.values()))


def _ours(found: Iterable[Event], now: datetime) -> set[str]:
    """Notes how our own events stand; their ids."""
    by_id = {each.id: each for each in found}
    rows = (
        VisitEvent.objects.select_for_update(of=("self",))
        .select_related("visit")
        .filter(event_id__in=by_id)
    )
    ids = set()
    for row in rows:
        ids.add(row.event_id)
        if columns := events.seen(row, by_id[row.event_id], now):
            VisitEvent.objects.filter(pk=row.pk).update(**columns)
    return ids


def _close(foreign: Iterable[Event], now: datetime) -> None:
    known = {
        row.external_id: row
        for row in Closure.objects.filter(
            source=SOURCE, external_id__in=[found.id for found in foreign]
        )
    }
    for found in foreign:
        if _blocks(found, now):
            _keep(known.get(found.id), found)
        elif found.id in known:
            known[found.id].delete()
        elif found.cancelled:  # perhaps a series, told of as a whole
            for row in Closure.objects.filter(
                source=SOURCE, external_id__startswith=f"{found.id}_"
            ):
                row.delete()


def _blocks(found: Event, now: datetime) -> bool:
    if found.cancelled or not found.busy or found.starts_at is None or found.ends_at is None:
        return False
    return found.starts_at < found.ends_at and found.ends_at > now - BEHIND


def _keep(row: Closure | None, found: Event) -> None:
    """A busy time is closed; staff may have opened it again, as long as it stays where it is."""
    name = found.title[:120] or gettext("busy")
    if row is None:
        row = Closure(source=SOURCE, kind=Closure.Kind.GOOGLE, external_id=found.id)
    elif (row.starts_at, row.ends_at, row.name) == (found.starts_at, found.ends_at, name):
        return
    elif (row.starts_at, row.ends_at) != (found.starts_at, found.ends_at):
        row.active = True
    assert found.starts_at
    assert found.ends_at
    row.starts_at, row.ends_at, row.name = found.starts_at, found.ends_at, name
    row.save()


def _open_what_is_missing(foreign: Iterable[Event], now: datetime) -> None:
    """A complete list has every busy time of the window; others are no longer there."""
    listed = [found.id for found in foreign]
    gone = Closure.objects.filter(Q(source=SOURCE) & Q(ends_at__gt=now - BEHIND)).exclude(
        external_id__in=listed
    )
    for row in gone.filter(starts_at__lt=now + AHEAD):
        row.delete()
