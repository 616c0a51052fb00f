"""Visits are made, moved and closed here. The database refuses what must not be."""

from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q

from leads import funnel
from leads.models import Lead
from scheduling.calendars.base import sync_soon
from scheduling.models import Closure, ExtraOpening, OpeningHours, Visit, VisitRules
from scheduling.slots import Calendar, Closed, Hours, Opened, Rules, Verdict

Status = Visit.Status
By = Visit.By

_LOCK = 7_301_001  # this package's advisory lock; any number that nobody else takes


class SlotTaken(Exception):
    """No place is left at this time."""


class SlotClosed(Exception):
    """The unit receives nobody at this time; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.status)
        self.verdict = verdict


class AlreadyBooked(Exception):
    """The family has a visit ahead: `visit`."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit.pk)
        self.visit = visit


class NotActive(Exception):
    """The visit is not in a state from which this step is possible; `visit` is fresh."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit.status)
        self.visit = visit


class Stale(NotActive):
    """The visit has changed since the caller saw it; `visit` is fresh."""


class NotBegun(NotActive):
    """Nobody can say yet whether the family came; `visit` is fresh."""


class KeyUsed(Exception):
    """The client key has made a visit of another family."""


def load_calendar(now: datetime, since: datetime | None = None) -> Calendar:
    """Everything that says when a visit can be, in five queries.

    With `since` also what was open and closed from then on, for figures about the past.
    Raises VisitRules.DoesNotExist while the unit has no rules.
    """
    rules = VisitRules.objects.at(now).get()
    begin = min(since or now, now)
    not_over = Q(valid_until=None) | Q(valid_until__gt=begin)
    closures = Closure.objects.filter(active=True, ends_at__gt=begin)
    return Calendar(
        rules=_rules(rules),
        hours=tuple(
            Hours(row.pk, row.weekday, row.opens, row.closes, row.valid_from, row.valid_until)
            for row in OpeningHours.objects.filter(not_over)
        ),
        closures=tuple(
            Closed(row.pk, row.starts_at, row.ends_at, row.public_name) for row in closures
        ),
        taken=tuple(Visit.objects.ahead(now).values_list("starts_at", "ends_at")),
        now=now,
        tz=ZoneInfo(settings.TIME_ZONE),
        openings=tuple(
            Opened(row.pk, row.starts_at, row.ends_at)
            for row in ExtraOpening.objects.filter(ends_at__gt=begin)
        ),
    )


def _rules(row: VisitRules) -> Rules:
    return Rules(
        row.pk,
        minutes=row.minutes,
        capacity=row.capacity,
        notice_minutes=row.notice_minutes,
        horizon_days=row.horizon_days,
        before_minutes=row.before_minutes,
        after_minutes=row.after_minutes,
    )


@transaction.atomic
def book(
    lead: Lead, starts_at: datetime, *, now: datetime, by: str, client_key: str | None = None
) -> Visit:
    """A new visit of the family; the one that `client_key` already made, if it did.

    `by` is one of Visit.By. Raises AlreadyBooked, SlotTaken, SlotClosed or KeyUsed.
    """
    hold_family(lead.pk)
    _hold_calendar()
    if made := _made(client_key, lead.pk):
        return made
    if ahead := Visit.objects.filter(lead=lead).ahead(now).first():
        raise AlreadyBooked(ahead)
    visit = _insert(
        Visit(lead=lead, starts_at=starts_at, created_by=by, client_key=client_key), now
    )
    funnel.advance(lead, Lead.Stage.BOOKED)
    return visit


@transaction.atomic
def reschedule(
    visit: Visit,
    starts_at: datetime,
    *,
    now: datetime,
    by: str,
    client_key: str | None = None,
    seen: int | None = None,
) -> Visit:
    """The visit that takes the place of `visit`, which stays as it is if anything is raised.

    Moving to the same time returns `visit`. `seen` is the version that the caller decided on.
    Raises NotActive (Stale), SlotTaken, SlotClosed or KeyUsed.
    """
    hold_family(visit.lead_id)
    _hold_calendar()
    if made := _made(client_key, visit.lead_id):
        return made
    old = Visit.objects.get(pk=visit.pk)
    if not old.is_ahead(now):
        raise NotActive(old)
    if old.starts_at == starts_at:
        return visit
    _swap(old, Visit.ACTIVE, Status.RESCHEDULED, now=now, by=by, seen=seen)
    new = _insert(
        Visit(
            lead=old.lead, starts_at=starts_at, created_by=by, client_key=client_key, replaces=old
        ),
        now,
    )
    funnel.fall_back(old.lead)
    funnel.advance(old.lead, Lead.Stage.BOOKED)
    visit.refresh_from_db()
    return new


@transaction.atomic
def cancel(visit: Visit, reason: str, *, now: datetime, by: str, seen: int | None = None) -> bool:
    """False if it was cancelled already. Raises NotActive (Stale)."""
    changed = _swap(
        visit, Visit.ACTIVE, Status.CANCELLED, now=now, by=by, seen=seen, reason=reason[:200]
    )
    _fell_through(visit, now)
    return changed


@transaction.atomic
def confirm(visit: Visit, *, now: datetime, by: str, seen: int | None = None) -> bool:
    """False if it was confirmed already. Raises NotActive (Stale)."""
    changed = _swap(visit, (Status.BOOKED,), Status.CONFIRMED, now=now, by=by, seen=seen)
    funnel.advance(visit.lead, Lead.Stage.CONFIRMED)
    return changed


@transaction.atomic
def mark(
    visit: Visit,
    outcome: Literal["attended", "no_show"],
    *,
    now: datetime,
    by: str,
    seen: int | None = None,
) -> bool:
    """Note whether the family came, or set a mark right. Raises NotActive (Stale, NotBegun)."""
    if visit.starts_at > now:
        visit.refresh_from_db()
        raise NotBegun(visit)
    markable = (*Visit.ACTIVE, Status.ATTENDED, Status.NO_SHOW)
    changed = _swap(visit, markable, Status(outcome), now=now, by=by, seen=seen)
    if outcome == "attended":
        funnel.advance(visit.lead, Lead.Stage.ATTENDED)
    else:
        of_family = Visit.objects.filter(lead=visit.lead_id)
        came = of_family.filter(status=Status.ATTENDED).exists()
        _fell_through(visit, now, came=came)
    return changed


def hold_family(lead_id: int) -> None:
    """The first lock of every step, so that steps for one family wait and never deadlock."""
    Lead.objects.select_for_update(no_key=True).values_list("pk").get(pk=lead_id)


def _hold_calendar() -> None:
    """Until the transaction ends, nobody else books.

    The constraints are what keeps places apart. But two inserts that conflict may each wait for
    the other until PostgreSQL ends one as a deadlock, a second later: here the loser learns at
    once that the place is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _made(client_key: str | None, lead_id: int) -> Visit | None:
    """The visit that the same request has made already."""
    made = Visit.objects.filter(client_key=client_key).first() if client_key else None
    if made and made.lead_id != lead_id:
        raise KeyUsed
    return made


def _insert(visit: Visit, now: datetime) -> Visit:
    calendar = load_calendar(now)
    verdict = calendar.verdict(visit.starts_at)
    if verdict.status == "taken":
        raise SlotTaken
    if not verdict.free:
        raise SlotClosed(verdict)
    visit.ends_at = visit.starts_at + timedelta(minutes=calendar.rules.minutes)
    visit.seat = _free_seat(visit, calendar.rules.gap)
    visit.created_at = visit._history_date = now
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        _explain(error, visit, now)
        raise
    sync_soon()
    return visit


def _free_seat(visit: Visit, gap: timedelta) -> int:
    """The lowest place that nobody holds in this span, nor so shortly before or after it."""
    overlapping = Visit.objects.active().filter(
        starts_at__lt=visit.ends_at + gap, ends_at__gt=visit.starts_at - gap
    )
    held = set(overlapping.values_list("seat", flat=True))
    return next(seat for seat in range(len(held) + 1) if seat not in held)


def _explain(error: IntegrityError, visit: Visit, now: datetime) -> None:
    """Raise by name what a constraint refused; return if it was another constraint."""
    refused_by = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if refused_by == "one_visit_per_place":
        raise SlotTaken from error
    if refused_by == "one_active_visit_per_family":
        ahead = Visit.objects.filter(lead=visit.lead_id).ahead(now).first()
        raise AlreadyBooked(ahead or visit) from error


def _swap(
    visit: Visit,
    allowed: tuple[Status, ...],
    to: Status,
    *,
    now: datetime,
    by: str,
    seen: int | None,
    **also: Any,
) -> bool:
    """Compare and swap the status; `visit` is fresh afterwards. False if it was `to` already."""
    hold_family(visit.lead_id)
    row = Visit.objects.filter(pk=visit.pk, status__in=allowed).exclude(status=to)
    if seen is not None:
        row = row.filter(version=seen)
    changed = row.update(status=to, updated_at=now, version=F("version") + 1, **also)
    visit.refresh_from_db()
    if changed:
        Visit.history.bulk_history_create(
            [visit], update=True, default_change_reason=by, default_date=now
        )
        sync_soon()
    elif visit.status != to:
        raise Stale(visit) if seen not in (None, visit.version) else NotActive(visit)
    return bool(changed)


def _fell_through(visit: Visit, now: datetime, *, came: bool = True) -> None:
    if not Visit.objects.filter(lead=visit.lead_id).ahead(now).exists():
        funnel.fall_back(visit.lead, came=came)
