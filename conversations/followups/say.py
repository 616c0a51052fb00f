"""A row that is due is said, held back for a while, or dropped with its reason."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations import invitations, live, outbox
from conversations.agent.dialogue import Dialogue
from conversations.agent.gather import gather
from conversations.agent.policy import Act
from conversations.agent.situation import VisitFacts
from conversations.agent.speak import Speaker
from conversations.agent.verify import alarms
from conversations.followups import planning
from conversations.models import Conversation, Followup, FollowupRules, Message
from conversations.texts import Segment
from leads.models import Lead
from scheduling.booking import load_calendar
from scheduling.models import Visit

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # nothing waits for a network here
LOOK_AGAIN = timedelta(minutes=1)
STILL_TALKING = timedelta(minutes=5)  # since the last word; a reminder does not cut into a talk

Kind = Followup.Kind
Why = Followup.Why
Mode = Conversation.Mode
HOLDING = frozenset({Why.TEAM, Why.BUSY, Why.QUIET})  # may pass before it is too late


@dataclass(frozen=True)
class Claim:
    """The right to carry out a row until `until`."""

    followup_id: int
    until: datetime


def claim_due(now: datetime) -> Claim | None:
    """Claim the row that has waited longest; None when nothing is due. Of many only one wins."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = Followup.objects.filter(free, settled_at=None, due_at__lte=now)
    until = now + LEASE
    while (pk := due.order_by("due_at", "pk").values_list("pk", flat=True).first()) is not None:
        if due.filter(pk=pk).update(claimed_until=until):
            return Claim(pk, until)
    return None


@transaction.atomic
def carry_out(claim: Claim, now: datetime) -> None:
    """Say it, hold it back, or drop it. The row is settled in the transaction that queues its
    message, so that it is said once or not at all."""
    row = (
        Followup.objects.select_for_update(of=("self",))
        .filter(pk=claim.followup_id, claimed_until=claim.until, settled_at=None)
        .first()
    )
    if row is None:
        return
    conversation = Conversation.objects.select_for_update().get(pk=row.conversation_id)
    # The family's own lock, in the order of a turn: the visit cannot move under our hands.
    conversation.lead = Lead.objects.select_for_update(no_key=True).get(pk=conversation.lead_id)
    if now >= row.expires_at:
        _settle(row, conversation, now, why=Why(row.why) or Why.LATE)
        return
    why = _obstacle(row, conversation, now)
    if why in HOLDING:
        row.why, row.claimed_until = why, now + LOOK_AGAIN
        row.save(update_fields=["why", "claimed_until"])
    elif why:
        _settle(row, conversation, now, why=why)
    else:
        _say(row, conversation, now)


def withdraw() -> None:
    """A reminder that still waits to be sent when its visit is called off or moved does not leave;
    nor does anything to a family that has asked for silence."""
    called_off = Q(followup__kind__in=Followup.BEFORE_THE_VISIT) & ~Q(
        followup__visit__status__in=Visit.ACTIVE
    )
    waiting = Message.objects.filter(
        called_off | Q(conversation__lead__opted_out_at__isnull=False),
        followup__isnull=False,
        status=Message.Status.QUEUED,
        due_at__isnull=False,
    )
    for message in waiting.values_list("pk", flat=True):
        outbox.withdraw(message)


def _obstacle(row: Followup, conversation: Conversation, now: datetime) -> Why:
    """Why it is not said now; NONE if it may be."""
    if conversation.lead.opted_out_at is not None:
        return Why.OPTED_OUT
    rules = planning.rules_at(now)
    if not _has_reason(row, conversation, rules, now):
        return Why.OVERTAKEN
    if not conversation.answers_by_bot():
        return Why.TEAM
    if _in_talk(conversation, now):
        return Why.BUSY
    return Why.NONE if _at_a_decent_hour(row, now) else Why.QUIET


def _has_reason(
    row: Followup, conversation: Conversation, rules: FollowupRules, now: datetime
) -> bool:
    """Whether the rows of this moment still ask for it."""
    if row.visit_id is None:
        return planning.silent(rules, now).filter(pk=conversation.pk).exists()
    visit = Visit.objects.get(pk=row.visit_id)
    due = dict(planning.of_visit(visit, rules, planning.quiet_at(now))).get(Kind(row.kind))
    if due is None or not due.at <= now < due.expires:
        return False
    if row.kind == Kind.NO_SHOW:  # they have spoken of it, or chosen another time already
        heard = conversation.last_inbound_at
        rebooked = Visit.objects.filter(lead=conversation.lead_id).ahead(now).exists()
        return not rebooked and not (heard and heard > visit.starts_at)
    return True


def _in_talk(conversation: Conversation, now: datetime) -> bool:
    last = conversation.last_message_at
    return conversation.due_at is not None or (last is not None and now - last < STILL_TALKING)


def _at_a_decent_hour(row: Followup, now: datetime) -> bool:
    """About a visit ahead whenever it is not quiet; all else while somebody is at the unit."""
    if row.kind in Followup.BEFORE_THE_VISIT:
        return planning.quiet_at(now).over(now) is None
    return load_calendar(now).is_open(timezone.localtime(now))


def _say(row: Followup, conversation: Conversation, now: datetime) -> None:
    rows = gather(conversation, now)
    family, dialogue = rows.family, rows.dialogue
    if row.kind == Kind.NUDGE:  # goes on where the talk stopped, however long ago
        dialogue = Dialogue.from_json(conversation.dialogue)
    act = _act(row, dialogue)
    if visit := row.visit:
        start = timezone.localtime(visit.starts_at)
        family = replace(family, visit=VisitFacts(visit.pk, start, visit.status))
    speaker = Speaker(
        facts=rows.facts, family=family, texts=rows.texts, dialogue=dialogue, entries={}
    )
    segments = speaker.speak([act])
    if found := alarms(segments):
        log.error("Followup %s refused: %s", row.pk, "; ".join(found))
        _settle(row, conversation, now, why=Why.UNBACKED)
        return
    conversation.dialogue, conversation.dialogue_at = dialogue.as_json(), now
    _queue(row, conversation, segments, now)


def _act(row: Followup, dialogue: Dialogue) -> Act:
    """What is said, and what it leaves asked."""
    dialogue.greeted = True
    visit = row.visit
    if visit is None:
        dialogue.lasting = True
        return Act("nudge")
    moment = {"moment": timezone.localtime(visit.starts_at)}
    if row.kind == Kind.INVITATION:
        return Act("visit_invitation", {"invitation": invitations.address(visit.pk)})
    if row.kind == Kind.THANKS:
        return Act("visit_thanks")
    if row.kind == Kind.NO_SHOW:
        dialogue.ask("visit_invite")
        dialogue.lasting = True
        return Act("no_show", moment)
    dialogue.ask("reminder")
    dialogue.about, dialogue.lasting = visit.pk, True
    confirmed = visit.status == Visit.Status.CONFIRMED
    return Act("reminder_confirmed" if confirmed else "reminder", moment)


def _queue(
    row: Followup, conversation: Conversation, segments: Sequence[Segment], now: datetime
) -> None:
    row.message = outbox.queue_reply(conversation, segments, turn=None, now=now)
    row.message.expires_at = row.expires_at
    row.message.save(update_fields=["expires_at"])
    conversation.save()
    _settle(row, conversation, now)


def _settle(row: Followup, conversation: Conversation, now: datetime, why: Why = Why.NONE) -> None:
    row.outcome = Followup.Outcome.DROPPED if why else Followup.Outcome.SAID
    row.why, row.settled_at, row.claimed_until = why, now, None
    row.save(update_fields=["outcome", "why", "settled_at", "claimed_until", "message"])
    live.tell(conversation.pk, conversation.rev)
