"""What WhatsApp tells about messages of ours: that they left, and how far they got.

Echo, acknowledgement and the gateway's own answer come in any order. All of them take a lock on
WhatsApp's id first, so that none misses what another is just writing.
"""

from datetime import datetime, timedelta

from conversations import live
from conversations.models import Conversation, Message, RawEvent
from conversations.whatsapp.payloads import Acked, read_events
from conversations.whatsapp.payloads.events import AckStatus
from leads.statements import Change, Query, Slot, prepared, update

Status = Message.Status

GAP = timedelta(seconds=0.3)
ECHO_WITHIN = timedelta(minutes=30)
RANK = {Status.FAILED: 0, Status.SENT: 1, Status.DELIVERED: 2, Status.READ: 3}
REACHED: dict[AckStatus, Status] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.READ,
}
LEFT = [
    *("provider_id", "sent_at", "status", "error", "due_at", "claimed_until"),
    *("accepted_at", "delivered_at", "read_at"),
]
ACK_NAMES = ("FAILED", "ERROR", "SENT", "SERVER_ACK", "DELIVERED", "DELIVERY_ACK", "READ", "PLAYED")


_BY_ID = Query(Message.objects.filter(provider_id=Slot("provider_id"))[:1])
LOCKED = Query(Conversation.objects.select_for_update().filter(pk=Slot("pk")))
MESSAGE = Query(Message.objects.filter(pk=Slot("pk")))
_TWINS = Query(
    Message.objects.filter(
        conversation=Slot("conversation"), provider_id=Slot("provider_id")
    ).exclude(pk=Slot("pk"))
)
_EARLY = Query(
    RawEvent.objects.filter(
        instance=Slot("instance"),
        event="messages.update",
        due_at=None,
        processed_at=None,
        provider_key__startswith=Slot("provider_id"),
    )
)
_FOLLOWING = Change(
    Message.objects.filter(
        conversation=Slot("conversation"), status=Status.QUEUED, due_at__lt=Slot("at")
    ),
    due_at=Slot("at"),
)


def lock_id(provider_id: str) -> None:
    """Until the transaction ends, nobody else learns or acknowledges this id."""
    with prepared() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [provider_id])


def ack(event: Acked, now: datetime) -> bool:
    """Raise a message's status; False while no message has this id."""
    lock_id(event.provider_id)
    message = _BY_ID.first(provider_id=event.provider_id)
    if message is None:
        return False
    if message.direction == Message.Direction.OUT:
        conversation = LOCKED.get(pk=message.conversation_id)
        message = MESSAGE.get(pk=message.pk)
        if _raise(message, event.status, now):
            save(conversation, message, ["status", "error", "delivered_at", "read_at"])
    return True


def same_text(one: str, other: str) -> bool:
    return one.strip() == other.strip()


def ours_in_doubt(conversation: Conversation, text: str, now: datetime) -> Message | None:
    """The earliest message with this text that is being sent, or perhaps was. Each is found once:
    the caller marks it with `left`."""
    in_doubt = conversation.messages.filter(
        status__in=(Status.SENDING, Status.UNKNOWN),
        provider_id=None,
        sent_at__gte=now - ECHO_WITHIN,
    )
    return next((one for one in in_doubt.order_by("pk") if same_text(one.text, text)), None)


def in_doubt_elsewhere(instance: str, text: str, now: datetime) -> Conversation | None:
    """The one conversation, its row locked, in which this text is being sent or perhaps was: an
    echo may name the chat by a LID that nobody has told us."""
    in_doubt = Message.objects.filter(
        conversation__instance=instance,
        status__in=(Status.SENDING, Status.UNKNOWN),
        provider_id=None,
        sent_at__gte=now - ECHO_WITHIN,
        due_at__isnull=False,
    )
    same = {one.conversation_id for one in in_doubt if same_text(one.text, text)}
    if len(same) != 1:
        return None
    return Conversation.objects.select_for_update().get(pk=same.pop())


def left(
    conversation: Conversation,
    message: Message,
    provider_id: str,
    sent_at: datetime,
    status: AckStatus = "sent",
) -> None:
    """Our message is on its way under this id. The conversation must be locked, and the id
    (`lock_id`) before it."""
    # The echo may have come first and, its text changed on the way, stand as a message of its own.
    twins = _TWINS.all(conversation=conversation.pk, provider_id=provider_id, pk=message.pk)
    for twin in twins:
        twin.delete()
    message.provider_id, message.sent_at, message.accepted_at = provider_id, sent_at, sent_at
    message.status, message.error = Status.SENT, ""
    message.due_at = message.claimed_until = None
    for told in (status, *_early_acks(conversation.instance, provider_id, sent_at)):
        _raise(message, told, sent_at)
    save(conversation, message, LEFT)
    # The next may leave, a moment later: a phone may swap what arrives at the same instant.
    follows = sent_at + GAP
    _FOLLOWING.make(conversation=conversation.pk, at=follows)
    live.wake()


def _raise(message: Message, told: AckStatus, now: datetime) -> bool:
    current = Status(message.status)
    if told == "failed":
        if current != Status.SENT:
            return False  # delivered all the same, or failed already
        message.status, message.error = Status.FAILED, "not delivered"
        return True
    reached = REACHED.get(told)
    if reached is None or current not in RANK:
        return False
    if current == Status.FAILED and reached == Status.SENT:
        return False
    if RANK[reached] <= RANK[current]:
        return False
    message.status, message.error = reached, ""
    if reached == Status.DELIVERED:
        message.delivered_at = now
    elif reached == Status.READ:
        message.read_at = now
    return True


def _early_acks(instance: str, provider_id: str, now: datetime) -> list[AckStatus]:
    """Acknowledgements that came before we knew the id."""
    keys = [f"{provider_id}:{name}" for name in ACK_NAMES]
    early = [
        row
        for row in _EARLY.all(instance=instance, provider_id=provider_id)
        if row.provider_key in keys
    ]
    events = [event for row in early for event in read_events(row.body)]
    for row in early:
        row.processed_at = now
        update(row, "processed_at")
    return [event.status for event in events if isinstance(event, Acked)]


def save(conversation: Conversation, message: Message, fields: list[str]) -> None:
    """Keep `fields` of a message under its locked conversation, and show the change."""
    message.rev = conversation.touch()
    update(message, *fields, "rev")
    update(conversation, "rev")
    live.tell(conversation.pk, conversation.rev)
