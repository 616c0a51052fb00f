"""One turn: from what was said to what is said. Read `answer` first."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from conversations import handoff, live, outbox, outcome, proposals, voice
from conversations.agent.situation import Heard
from conversations.agent.think import Thought, limited, think, think_again
from conversations.connections import AWAY
from conversations.failures import where
from conversations.llm import ledger
from conversations.models import Conversation, Message, Turn, Unit
from conversations.texts import Fact, Segment, Texts
from leads.models import Lead
from leads.phones import display
from leads.statements import Query, Slot, insert, prepared, update
from scheduling.booking import AlreadyBooked, NotActive, SlotClosed, SlotTaken

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # voice notes have 10 s, models 8 + 6
SECOND_THOUGHTS = 3  # after places lost to others
MOST_ATTEMPTS = 3
BACK_OFF = timedelta(seconds=2)

OVERTAKEN = (SlotTaken, SlotClosed, AlreadyBooked, NotActive)

Clock = Callable[[], datetime]

_CONVERSATION = Query(Conversation.objects.filter(pk=Slot("pk")))
_LEAD = Query(Lead.objects.filter(pk=Slot("pk")))
# Nobody has taken it: staff, a newer message, another process after the claim expired.
_STILL_OURS = Query(
    Conversation.objects.filter(
        pk=Slot("pk"),
        epoch=Slot("epoch"),
        mode=Conversation.Mode.BOT,
        claimed_until=Slot("until"),
    ).select_for_update()
)
_UNANSWERED = Query(
    Message.objects.filter(conversation=Slot("conversation"), awaits_answer=True).order_by(
        "sent_at", "pk"
    )
)


@dataclass(frozen=True)
class Claim:
    """The right to answer a conversation until `until`; `epoch` and `due_at` are what they were
    then."""

    conversation_id: int
    epoch: int
    until: datetime
    due_at: datetime


def claim_due(now: datetime, limit: int) -> list[Claim]:
    """Claim up to `limit` conversations whose burst is over, the longest waiting first."""
    until = now + LEASE
    with prepared() as cursor:
        cursor.execute(
            """
            UPDATE conversations_conversation SET claimed_until = %s
            WHERE id = ANY(ARRAY(
                SELECT id FROM conversations_conversation
                WHERE due_at <= %s AND (claimed_until IS NULL OR claimed_until <= %s)
                ORDER BY due_at FOR NO KEY UPDATE SKIP LOCKED LIMIT %s
            ))
            RETURNING id, epoch, due_at
            """,
            [until, now, now, limit],
        )
        return [Claim(pk, epoch, until, due_at) for pk, epoch, due_at in cursor.fetchall()]


def give_up(claim: Claim) -> None:
    """Let others take what this process could not answer."""
    Conversation.objects.filter(pk=claim.conversation_id, claimed_until=claim.until).update(
        claimed_until=None
    )


def answer(claim: Claim, clock: Clock) -> None:
    """Answer all that the family said and nobody has answered. Holds nothing while it thinks.

    Nothing is kept if a person or a newer message came in between. A thought that fails is tried
    again; at last the family is told, and the team called.
    """
    started_at = clock()
    conversation = _with_lead(_CONVERSATION.get(pk=claim.conversation_id))
    heard = unanswered(conversation)
    if not heard or conversation.mode != Conversation.Mode.BOT:
        _release(claim)
        return
    try:
        _answer(conversation, heard, claim, clock)
    except AWAY:
        raise  # it is not the thought that failed; the claim is given up
    except Exception as error:  # noqa: BLE001 - no parent is left alone for a bug of ours
        log.error("Turn of conversation %s failed: %s", conversation.pk, where(error))
        _failed(claim, heard, started_at, clock())


def unanswered(conversation: Conversation) -> "list[Message]":
    """What waits for an answer, in the order in which it was written."""
    return _UNANSWERED.all(conversation=conversation.pk)


def _with_lead(conversation: Conversation) -> Conversation:
    conversation.lead = _LEAD.get(pk=conversation.lead_id)
    return conversation


def _answer(
    conversation: Conversation, heard: Sequence[Message], claim: Claim, clock: Clock
) -> None:
    started_at = clock()
    if conversation.limited_until and conversation.limited_until > started_at:
        thought = limited(conversation, started_at)
    else:
        voice.listen(heard, started_at)
        thought = think(conversation, [_heard(message) for message in heard], started_at)
    for _ in range(SECOND_THOUGHTS):
        try:
            _keep(thought, claim, heard, started_at, clock())
        except OVERTAKEN:
            thought = think_again(thought, clock())
        else:
            return
    _keep(thought, claim, heard, started_at, clock())


def _heard(message: Message) -> Heard:
    words = message.text or str(message.details.get("transcript", ""))
    return Heard(message.pk, message.kind, words, message.details, message.sent_at)


@transaction.atomic
def _keep(
    thought: Thought,
    claim: Claim,
    heard: Sequence[Message],
    started_at: datetime,
    now: datetime,
) -> None:
    conversation = _still_ours(claim)
    if conversation is None:
        return
    turn = Turn(
        conversation=conversation,
        epoch=claim.epoch,
        due_at=claim.due_at,
        started_at=started_at,
        finished_at=now,
        tier=thought.tier,
        trace=dict(thought.trace),
    )
    insert(turn)
    ledger.attribute(thought.calls, turn)
    _mark_answered(conversation, heard, turn)
    proposals.collect(thought.thinking.commands or (), now)
    made = outcome.keep(thought.effects, conversation, now)
    conversation.dialogue, conversation.dialogue_at = dict(thought.dialogue), now
    if thought.segments:
        segments = [segment.backed_by(made) for segment in thought.segments]
        outbox.queue_reply(conversation, segments, turn=turn, now=now)
    else:
        live.tell(conversation.pk, conversation.rev)
    update(conversation)


def _still_ours(claim: Claim) -> Conversation | None:
    """The conversation, locked, if nobody took the turn away."""
    ours = _STILL_OURS.first(pk=claim.conversation_id, epoch=claim.epoch, until=claim.until)
    return ours and _with_lead(ours)


def _mark_answered(conversation: Conversation, heard: Sequence[Message], turn: Turn) -> None:
    """By the ids that were read, and no others. Open consoles are shown what was transcribed."""
    read = [message.pk for message in heard]
    with prepared() as cursor:
        cursor.execute(
            """
            WITH answered AS (
                UPDATE conversations_message SET awaits_answer = false, answered_by_id = %(turn)s
                WHERE id = ANY(%(read)s)
            )
            SELECT EXISTS (
                SELECT FROM conversations_message
                WHERE conversation_id = %(conversation)s AND awaits_answer AND id <> ALL(%(read)s)
            )
            """,
            {"turn": turn.pk, "read": read, "conversation": conversation.pk},
        )
        (more,) = cursor.fetchone()
    for message in heard:
        if "transcript" in message.details:
            Message.objects.filter(pk=message.pk).update(rev=conversation.touch())
    conversation.claimed_until, conversation.attempts = None, 0
    if not more:
        conversation.due_at = conversation.burst_started_at = None


@transaction.atomic
def _release(claim: Claim) -> None:
    """Nothing to answer, or not for the bot: the row waits no longer."""
    conversation = Conversation.objects.select_for_update().get(pk=claim.conversation_id)
    if conversation.claimed_until != claim.until:
        return
    conversation.claimed_until = None
    if (
        conversation.mode != Conversation.Mode.BOT
        or not conversation.messages.filter(awaits_answer=True).exists()
    ):
        conversation.due_at = conversation.burst_started_at = None
    conversation.save()


@transaction.atomic
def _failed(claim: Claim, heard: Sequence[Message], started_at: datetime, now: datetime) -> None:
    conversation = _still_ours(claim)
    if conversation is None:
        return
    conversation.attempts += 1
    if conversation.attempts < MOST_ATTEMPTS:
        conversation.claimed_until = None
        conversation.due_at = now + BACK_OFF * 2**conversation.attempts
    else:
        _give_up(conversation, heard, claim, started_at, now)
    conversation.save()
    live.tell(conversation.pk, conversation.rev)


def _give_up(
    conversation: Conversation,
    heard: Sequence[Message],
    claim: Claim,
    started_at: datetime,
    now: datetime,
) -> None:
    turn = Turn.objects.create(
        conversation=conversation,
        epoch=claim.epoch,
        due_at=claim.due_at,
        started_at=started_at,
        finished_at=now,
        tier="failed",
    )
    _mark_answered(conversation, heard, turn)
    handoff.start(conversation, "system", "", now)
    outbox.queue_reply(conversation, [_trouble(now)], turn=turn, now=now)


def _trouble(now: datetime) -> Segment:
    unit = Unit.objects.at(now).get()
    contact = Fact(display(unit.contact_phone), (("Unit", unit.pk),))
    return Texts.load(now).segment("trouble", {"contact": contact}, said_before=None)
