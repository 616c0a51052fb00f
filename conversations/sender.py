"""The only caller of the gateway. A failed call is not "not sent": in doubt the gateway is asked
what it sent before anything is sent again.

    queued -> sending -> sent                      (then delivered, read: echoes.py)
                      -> queued                    not sent: again later, in order
                      -> failed                    refused: staff see it and may try again
                      -> unknown -> sent           found by its echo or a look-up
                                 -> queued         certainly not there: once more
                                 -> failed         stays unconfirmed
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from conversations import echoes, live
from conversations.connections import give_back
from conversations.models import Conversation, Message
from conversations.whatsapp.base import FoundMessage, SendError, Sent, gateway
from leads.statements import prepared, update

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # the gateway's client gives up after 15 s
OTHERS = 3  # processes that may claim at the same time without standing in each other's way
FIRST_PAUSE = 1.0  # seconds; doubled with every attempt
LONGEST_PAUSE = 30.0
LOOK_UP_AGAIN = timedelta(seconds=5)
NOT_THERE_AFTER = timedelta(seconds=45)  # the gateway may still be sending before
UNCONFIRMED_AFTER = timedelta(minutes=3)  # its conversation waits behind it
GIVE_UP_AFTER = timedelta(hours=24)  # nobody waits for an answer of yesterday
CLOCKS_APART = timedelta(minutes=1)

Status = Message.Status
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Claim:
    """The right to send a message, or to ask what became of it, until `until`."""

    message_id: int
    conversation_id: int
    until: datetime


def claim_due(now: datetime, limit: int) -> list[Claim]:
    """Claim up to `limit` messages that are due, in each conversation only the first unsettled;
    none while the gateway is away."""
    limit = gateway().room(limit)
    if limit == 0:
        return []
    until = now + LEASE
    # One pass over what waits, then look-ups by key: as an anti-join, the planner compared every
    # waiting row with every other whenever its statistics were old (12 s for 5,000).
    with prepared() as cursor:
        cursor.execute(
            """
            WITH first AS MATERIALIZED (
                SELECT DISTINCT ON (conversation_id) id, due_at, claimed_until
                FROM conversations_message WHERE due_at IS NOT NULL
                ORDER BY conversation_id, id
            ), due AS MATERIALIZED (
                SELECT id FROM first
                WHERE due_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s)
                ORDER BY due_at, id LIMIT %(several)s
            )
            UPDATE conversations_message SET claimed_until = %(until)s
            WHERE id = ANY(ARRAY(
                SELECT id FROM conversations_message
                WHERE id = ANY(ARRAY(SELECT id FROM due)) AND due_at <= %(now)s
                  AND (claimed_until IS NULL OR claimed_until <= %(now)s)
                ORDER BY due_at, id FOR NO KEY UPDATE SKIP LOCKED LIMIT %(limit)s
            ))
            RETURNING id, conversation_id
            """,
            {"now": now, "until": until, "limit": limit, "several": limit * OTHERS},
        )
        return [Claim(pk, conversation, until) for pk, conversation in cursor.fetchall()]


def give_up(claim: Claim) -> None:
    """Let others take what this process did not finish; one still `sending` is looked up."""
    Message.objects.filter(pk=claim.message_id, claimed_until=claim.until).update(
        claimed_until=None
    )


def send(claim: Claim, clock: Clock) -> None:
    """Send a claimed message, or look up one whose fate is unknown. No connection is held while
    the gateway works."""
    step = _begin(claim, clock())
    give_back()
    if step is not None:
        step(clock)


def _begin(claim: Claim, now: datetime) -> Callable[[Clock], None] | None:
    """`sending` is committed before the call, so that nothing that is cut off counts as unsent."""
    with transaction.atomic():
        conversation, message = _locked(claim)
        if message is None:
            return None
        if message.status == Status.QUEUED:
            if _is_outdated(message, conversation, now):
                _settle(conversation, message, Status.DROPPED)
                return None
            _mark_sending(message, now)
            return lambda clock: _call(claim, conversation.reply_to, message, clock)
        _settle_as_unknown(conversation, message)
        return lambda clock: _look_up(claim, conversation.reply_to, message, clock)


def _locked(claim: Claim) -> tuple[Conversation, Message | None]:
    """Both rows locked; no message if the claim is no longer ours."""
    conversation = echoes.LOCKED.get(pk=claim.conversation_id)
    message = echoes.MESSAGE.first(pk=claim.message_id)
    if message is None or message.conversation_id != conversation.pk or not message.due_at:
        return conversation, None
    return conversation, message if message.claimed_until == claim.until else None


def _is_outdated(message: Message, conversation: Conversation, now: datetime) -> bool:
    """The bot's words leave only while nothing has overtaken them and no person speaks."""
    if message.author != Message.Author.BOT:
        return False
    if message.expires_at and message.expires_at <= now:
        return True
    return message.epoch != conversation.epoch or conversation.mode == Conversation.Mode.HUMAN


def _mark_sending(message: Message, now: datetime) -> None:
    message.status, message.attempts = Status.SENDING, message.attempts + 1
    if not message.resent:  # a look-up must find what the first attempt sent, too
        message.sent_at = now
    update(message, "status", "attempts", "sent_at")


def _settle_as_unknown(conversation: Conversation, message: Message) -> None:
    """A row still `sending` after its lease: whoever called the gateway did not come back."""
    if message.status == Status.SENDING:
        message.status = Status.UNKNOWN
        echoes.save(conversation, message, ["status"])


def _call(claim: Claim, address: str, message: Message, clock: Clock) -> None:
    try:
        sent = gateway().send_text(address, message.text, quoted_id=message.quoted_id or None)
    except SendError as error:
        log.warning("Message %s was not accepted: %s", message.pk, error)
        _not_sent(claim, error, clock())
    else:
        _sent(claim, sent, clock())


@transaction.atomic
def _sent(claim: Claim, sent: Sent | FoundMessage, now: datetime) -> None:
    echoes.lock_id(sent.provider_id)
    conversation = echoes.LOCKED.get(pk=claim.conversation_id)
    message = echoes.MESSAGE.get(pk=claim.message_id)
    if message.status in (Status.SENDING, Status.UNKNOWN):  # else its echo was faster
        status = sent.status if isinstance(sent, FoundMessage) else "sent"
        echoes.left(conversation, message, sent.provider_id, now, status)


@transaction.atomic
def _not_sent(claim: Claim, error: SendError, now: datetime) -> None:
    conversation, message = _locked(claim)
    if message is None:
        return  # its echo says otherwise
    message.error = error.code
    if error.outcome == "unknown":
        _settle(conversation, message, Status.UNKNOWN, again_at=now + LOOK_UP_AGAIN)
    elif error.outcome == "refused" or now - message.created_at > GIVE_UP_AFTER:
        _settle(conversation, message, Status.FAILED)
    else:
        _settle(conversation, message, Status.QUEUED, again_at=now + _pause(message.attempts))


def _pause(attempts: int) -> timedelta:
    """Doubling, with jitter, so that what waited together does not return together."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 10))
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311 - no secret


def _look_up(claim: Claim, address: str, message: Message, clock: Clock) -> None:
    try:
        listed = gateway().find_sent(address, message.sent_at - CLOCKS_APART)
    except SendError as error:
        log.warning("Message %s could not be looked up: %s", message.pk, error)
        _still_unknown(claim, clock())
        return
    found = _unclaimed(message, listed)
    if found:
        _sent(claim, found, clock())
    else:
        _not_there(claim, clock())


def _unclaimed(message: Message, listed: list[FoundMessage]) -> FoundMessage | None:
    """The earliest with this text that is not another row's: two equal texts are two messages."""
    ids = [found.provider_id for found in listed]
    known = set(Message.objects.filter(provider_id__in=ids).values_list("provider_id", flat=True))
    give_back()
    return next(
        (
            found
            for found in reversed(listed)
            if found.provider_id not in known and echoes.same_text(found.text, message.text)
        ),
        None,
    )


@transaction.atomic
def _still_unknown(claim: Claim, now: datetime) -> None:
    conversation, message = _locked(claim)
    if message is None:
        return
    if now - message.created_at > GIVE_UP_AFTER:
        _unconfirmed(conversation, message)
    else:
        _settle(conversation, message, Status.UNKNOWN, again_at=now + LOOK_UP_AGAIN)


@transaction.atomic
def _not_there(claim: Claim, now: datetime) -> None:
    """The gateway answers that it did not send it: once more, but only once."""
    conversation, message = _locked(claim)
    if message is None:
        return
    waited = now - message.sent_at
    if waited < NOT_THERE_AFTER or (message.resent and waited < UNCONFIRMED_AFTER):
        _settle(conversation, message, Status.UNKNOWN, again_at=now + LOOK_UP_AGAIN)
    elif message.resent:
        _unconfirmed(conversation, message)
    else:
        message.resent = True
        _settle(conversation, message, Status.QUEUED, again_at=now)


def _unconfirmed(conversation: Conversation, message: Message) -> None:
    message.error = "unconfirmed"
    _settle(conversation, message, Status.FAILED)


def _settle(
    conversation: Conversation,
    message: Message,
    status: Message.Status,
    *,
    again_at: datetime | None = None,
) -> None:
    """Give the claim back with a status; without `again_at` the message's turn is over."""
    seen = message.status if message.status != Status.SENDING else Status.QUEUED
    message.status, message.due_at, message.claimed_until = status, again_at, None
    fields = ["status", "due_at", "claimed_until", "error", "resent"]
    if seen == status:
        update(message, *fields)
    else:
        echoes.save(conversation, message, fields)
    if again_at is None:
        live.wake()  # the conversation's next message may leave
