"""A visit's event: whether it should stand, as what, and what it means to find it so."""

import base64
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from scheduling.calendars.base import Draft, Event
from scheduling.models import Visit, VisitEvent

WITHOUT_EVENT = (Visit.Status.CANCELLED, Visit.Status.RESCHEDULED)
CATCH_UP = timedelta(days=7)  # visits that took place while nothing was synchronised

Columns = dict[str, Any]
NO_QUESTION: Columns = {"question": "", "asked_at": None}
NO_TROUBLE: Columns = {"attempts": 0, "error": ""}


def new_id() -> str:
    """Made here and kept before the call, so that a lost answer leads to the same event again."""
    return base64.b32hexencode(uuid.uuid4().bytes).decode().rstrip("=").lower()


def track(now: datetime) -> None:
    """Every visit that should stand in Google Calendar has its row about it."""
    missing = Visit.objects.filter(event=None, ends_at__gt=now - CATCH_UP).exclude(
        status__in=WITHOUT_EVENT
    )
    VisitEvent.objects.bulk_create(
        [VisitEvent(visit=visit, event_id=new_id(), due_at=now) for visit in missing],
        ignore_conflicts=True,
    )


def is_wanted(visit: Visit | None) -> bool:
    return visit is not None and visit.status not in WITHOUT_EVENT


def draft(event: VisitEvent, visit: Visit) -> Draft:
    return Draft(
        id=event.event_id,
        title=gettext("Kumon visit – family %(family)s") % {"family": visit.lead_id},
        starts_at=timezone.localtime(visit.starts_at),
        ends_at=timezone.localtime(visit.ends_at),
        visit_id=visit.pk,
    )


def agrees(event: VisitEvent, visit: Visit) -> bool:
    """Google has the visit's own times, as far as we know."""
    return (event.there_starts_at, event.there_ends_at) == (visit.starts_at, visit.ends_at)


def seen(event: VisitEvent, found: Event, now: datetime) -> Columns:
    """What to note of an event of ours that stands so in Google now. Only a visit that is still to
    come makes staff a question."""
    visit = event.visit
    if visit is None or not is_wanted(visit):
        # Put back by a person after the visit was cancelled: it goes again.
        return {} if found.cancelled else {"pushed_version": 0, "due_at": now}
    over = not visit.is_ahead(now)
    in_line: Columns = {**NO_TROUBLE, **NO_QUESTION, "pushed_version": visit.version}
    if found.cancelled:
        if over:
            return in_line
        return _asked(event, VisitEvent.Question.DELETED, {"etag": found.etag}, now)
    there: Columns = {
        "etag": found.etag,
        "there_starts_at": found.starts_at,
        "there_ends_at": found.ends_at,
    }
    if over or (found.starts_at, found.ends_at) == (visit.starts_at, visit.ends_at):
        return {**in_line, **there}
    if _is_kept(event, found):
        return {"etag": found.etag}
    return _asked(event, VisitEvent.Question.MOVED, there, now)


def _is_kept(event: VisitEvent, found: Event) -> bool:
    """Staff have decided on just this change, and Google has not been told yet."""
    same = (event.there_starts_at, event.there_ends_at) == (found.starts_at, found.ends_at)
    return same and not event.question and not event.pushed_version


def _asked(event: VisitEvent, question: str, there: Columns, now: datetime) -> Columns:
    asked = {"question": question, "asked_at": now, **NO_TROUBLE, **there}
    known = all(getattr(event, name) == asked[name] for name in asked if name.startswith("there"))
    if event.question == question and known:
        asked["asked_at"] = event.asked_at
    return asked
