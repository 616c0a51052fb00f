"""A visit as staff change it: a step of `scheduling.booking`, told to the open consoles."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import live
from conversations.agent.wording import moment
from conversations.models import Conversation
from leads import funnel
from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit

REFUSED = (
    booking.NotActive,
    booking.SlotTaken,
    booking.SlotClosed,
    booking.AlreadyBooked,
    booking.KeyUsed,
)


def book(
    lead: Lead, starts_at: datetime, *, now: datetime, client_key: str, by: str = Visit.By.STAFF
) -> Visit:
    """A new visit of the family; the one that `client_key` made already. Raises one of REFUSED."""
    with _told(lead.pk):
        return booking.book(lead, starts_at, now=now, by=by, client_key=client_key)


def confirm(visit: Visit, *, now: datetime, seen: int | None, by: str = Visit.By.STAFF) -> None:
    """`seen` is the version that the page showed; as for each step here. Raises one of REFUSED."""
    with _told(visit.lead_id):
        booking.confirm(visit, now=now, by=by, seen=seen)


def mark(
    visit: Visit,
    outcome: Literal["attended", "no_show"],
    *,
    now: datetime,
    seen: int | None,
    by: str = Visit.By.STAFF,
) -> None:
    with _told(visit.lead_id):
        booking.mark(visit, outcome, now=now, by=by, seen=seen)


def cancel(
    visit: Visit, reason: str, *, now: datetime, seen: int | None, by: str = Visit.By.STAFF
) -> None:
    with _told(visit.lead_id):
        booking.cancel(visit, reason, now=now, by=by, seen=seen)


def move(
    visit: Visit,
    starts_at: datetime,
    *,
    now: datetime,
    seen: int | None,
    client_key: str | None = None,
    by: str = Visit.By.STAFF,
) -> Visit:
    """The visit at its new time."""
    with _told(visit.lead_id):
        return booking.reschedule(
            visit, starts_at, now=now, by=by, client_key=client_key, seen=seen
        )


def take(visit: Visit, given: Mapping[str, Any], now: datetime) -> Visit:
    """The step of a valid `StepForm`; the visit it leaves. Raises one of REFUSED."""
    how = {"now": now, "seen": given["version"]}
    match given["step"]:
        case "confirm":
            confirm(visit, **how)
        case "move":
            return move(visit, given["starts_at"], **how)
        case "cancel":
            cancel(visit, given["reason"], **how)
        case outcome:
            mark(visit, outcome, **how)
    return visit


def enrol(lead: Lead) -> None:
    """The family has enrolled: the end of the funnel."""
    with _told(lead.pk):
        funnel.advance(lead, Lead.Stage.ENROLLED)


def words(refused: Exception) -> str:
    """What staff read when a step was refused: how things stand now, and that nothing was lost."""
    match refused:
        case booking.SlotTaken():
            return _("This time is already taken. Nothing was changed; choose another.")
        case booking.SlotClosed():
            return _("The unit receives nobody at this time. Nothing was changed.")
        case booking.AlreadyBooked():
            at = moment(refused.visit.starts_at)
            return _("This family already has a visit ahead: %(moment)s.") % {"moment": at}
        case booking.KeyUsed():
            return _("This request was already used for another family. Nothing was changed.")
        case booking.NotBegun():
            return _("The visit has not begun yet. Nothing was changed.")
        case booking.NotActive():
            visit = latest(refused.visit)
            return _(
                "This visit has changed meanwhile: it is now “%(status)s”, %(moment)s. Nothing was "
                "changed; please look again."
            ) % {"status": visit.get_status_display(), "moment": moment(visit.starts_at)}
    raise refused


def latest(visit: Visit) -> Visit:
    """The visit that has taken this one's place, if it was moved; else itself."""
    while successor := Visit.objects.filter(replaces=visit).first():
        visit = successor
    return visit


@contextmanager
def _told(lead_id: int) -> Iterator[None]:
    """The family's conversation is locked before the family, as a turn does it."""
    with transaction.atomic():
        talk = Conversation.objects.select_for_update().filter(lead=lead_id).first()
        yield
        if talk is not None:
            talk.touch()
            talk.save(update_fields=["rev"])
            live.tell(talk.pk, talk.rev)
