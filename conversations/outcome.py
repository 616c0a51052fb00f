"""What a thought changes, in the turn's own transaction: fields, the visit, consent."""

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatch

from conversations import handoff
from conversations.agent.effects import (
    BookVisit,
    CancelVisit,
    ConfirmVisit,
    Effect,
    MoveVisit,
    OptIn,
    OptOut,
    SetField,
    StartHandoff,
    StudentIsParent,
)
from conversations.models import Conversation
from leads import funnel, qualification
from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit

BY = Visit.By.PARENT


def keep(effects: Iterable[Effect], conversation: Conversation, now: datetime) -> dict[str, int]:
    """Apply effects in their order; returns the rows made, by model. Row locked; the caller saves
    the conversation.

    Raises SlotTaken, SlotClosed, AlreadyBooked or NotActive (scheduling.booking) if somebody else
    was faster; the caller rolls everything back.
    """
    visits = [_apply(effect, conversation, now) for effect in effects]
    if visits or conversation.lead.stage in (Lead.Stage.NEW, Lead.Stage.LOST):
        funnel.advance(conversation.lead, Lead.Stage.TALKING)
    made = [visit.pk for visit in visits if visit is not None]
    return {"Visit": made[-1]} if made else {}


@singledispatch
def _apply(effect: Effect, conversation: Conversation, now: datetime) -> Visit | None:
    raise TypeError(f"no effect {type(effect).__name__}")


@_apply.register
def _(effect: SetField, conversation: Conversation, now: datetime) -> None:
    qualification.set_field(
        conversation.lead,
        effect.field,
        effect.value,
        student=effect.student,
        status=effect.status,
        message_id=effect.message_id,
        now=now,
    )


@_apply.register
def _(effect: StudentIsParent, conversation: Conversation, now: datetime) -> None:
    qualification.studies_themselves(conversation.lead)


@_apply.register
def _(effect: BookVisit, conversation: Conversation, now: datetime) -> Visit:
    return booking.book(conversation.lead, effect.starts_at, now=now, by=BY)


@_apply.register
def _(effect: MoveVisit, conversation: Conversation, now: datetime) -> Visit:
    old = _visit(effect.visit_id, conversation)
    return booking.reschedule(old, effect.starts_at, now=now, by=BY)


@_apply.register
def _(effect: CancelVisit, conversation: Conversation, now: datetime) -> None:
    booking.cancel(_visit(effect.visit_id, conversation), effect.reason, now=now, by=BY)


@_apply.register
def _(effect: ConfirmVisit, conversation: Conversation, now: datetime) -> None:
    booking.confirm(_visit(effect.visit_id, conversation), now=now, by=BY)


@_apply.register
def _(effect: StartHandoff, conversation: Conversation, now: datetime) -> None:
    handoff.start(conversation, effect.reason, effect.summary, now)


@_apply.register
def _(effect: OptOut, conversation: Conversation, now: datetime) -> None:
    _opted_out(conversation.lead, now)


@_apply.register
def _(effect: OptIn, conversation: Conversation, now: datetime) -> None:
    _opted_out(conversation.lead, None)


def _opted_out(lead: Lead, at: datetime | None) -> None:
    lead.opted_out_at = at
    lead.save(update_fields=["opted_out_at", "updated_at"])


def _visit(visit_id: int, conversation: Conversation) -> Visit:
    """A family's own visit, whatever number was decided on."""
    return Visit.objects.get(pk=visit_id, lead=conversation.lead_id)
