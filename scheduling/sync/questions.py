"""What staff decide about a visit that somebody moved or deleted in Google Calendar."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from scheduling import booking
from scheduling.calendars.base import sync_soon
from scheduling.models import Visit, VisitEvent
from scheduling.sync import events

Question = VisitEvent.Question


class Overtaken(Exception):
    """The change has been decided on, undone or changed again since it was shown."""


@transaction.atomic
def accept(event: VisitEvent, *, now: datetime, by: str) -> None:
    """Do here what was done there: move the visit or cancel it.

    Raises Overtaken, or what booking raises (NotActive, SlotTaken, SlotClosed): then nothing
    changes and the question stays.
    """
    row = _current(event)
    visit = row.visit
    assert visit is not None
    if row.question == Question.DELETED:
        booking.cancel(visit, gettext("deleted in Google Calendar"), now=now, by=by)
        return
    assert row.there_starts_at is not None
    new = booking.reschedule(visit, row.there_starts_at, now=now, by=by)
    # The event goes with the visit, and is told so. A new length is not taken over.
    VisitEvent.objects.filter(pk=row.pk).update(
        visit=new,
        pushed_version=0,
        due_at=now,
        there_starts_at=None,
        there_ends_at=None,
        **events.NO_QUESTION,
    )


@transaction.atomic
def keep(event: VisitEvent, *, now: datetime) -> None:
    """Put the visit back into Google as it is here. Raises Overtaken."""
    row = _current(event)
    again = {}
    if row.question == Question.DELETED:
        again = {"event_id": events.new_id(), "etag": ""}  # Google never gives an id twice
    VisitEvent.objects.filter(pk=row.pk).update(
        pushed_version=0, due_at=now, **events.NO_QUESTION, **again
    )
    sync_soon()


def _current(event: VisitEvent) -> VisitEvent:
    """Locked, in the order of booking: the family, then the event. Raises Overtaken."""
    try:
        visit = Visit.objects.get(event=event)
        booking.hold_family(visit.lead_id)
        row = (
            VisitEvent.objects.select_for_update(of=("self",))
            .select_related("visit")
            .get(pk=event.pk, visit=visit)
        )
    except (Visit.DoesNotExist, VisitEvent.DoesNotExist):
        raise Overtaken from None
    shown = (event.question, event.there_starts_at, event.there_ends_at)
    if not row.question or (row.question, row.there_starts_at, row.there_ends_at) != shown:
        raise Overtaken
    return row
