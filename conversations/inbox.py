"""What WhatsApp says becomes rows, once: a message of its family, an edit, how far ours got."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Least

from conversations import contacts, echoes, handoff, live
from conversations.models import Conversation, Message, Unit
from conversations.whatsapp.payloads import (
    Acked,
    Connection,
    Deleted,
    Edited,
    Event,
    Presence,
    Received,
)

Mode = Conversation.Mode
Status = Message.Status

COMPLETE = 0.4  # of QUIET_SECONDS, after what needs no second half
LONGEST_BURST = 4  # times QUIET_SECONDS, however long a parent goes on
SHORT_ANSWER = 40  # characters
SOON = timedelta(seconds=0.5)  # `work` looks by itself this often
HOUR = timedelta(hours=1)
PENDING = (Status.QUEUED, Status.SENDING, Status.UNKNOWN)


def apply(event: Event, *, instance: str, now: datetime) -> bool:
    """Apply one event inside the caller's transaction. False: it concerns a message that is not
    known yet and must be kept until it is."""
    match event:
        case Received():
            receive(event, instance=instance, now=now)
        case Acked():
            return echoes.ack(event, now)
        case Edited():
            edit(event, now)
        case Deleted():
            delete(event, now)
        case Presence(composing=True):
            compose(event, instance, now)
        case Connection(state="open"):
            reconnect(instance, now)
    return True


def receive(event: Received, *, instance: str, now: datetime) -> Message | None:
    """The message's row; None for one that is known already. Needs an open transaction."""
    if event.from_me:
        return _echo(event, instance, now)
    conversation = contacts.locked(event.identity, instance, event.push_name, now)
    if _known(event, instance):
        return None
    unit = Unit.objects.at(now).first() or Unit()
    message = _new(event, conversation, now)
    if conversation.mode == Mode.CLOSED:
        conversation.mode = Mode.BOT
    message.awaits_answer = _awaits(event, conversation, unit, now)
    message.save()
    conversation.last_inbound_at = now
    if message.awaits_answer:
        _schedule(conversation, message, now)
        _limit(conversation, unit, now)
    elif not _is_trifle(event):
        conversation.unread += 1
    _show(conversation, message, now)
    return message


def edit(event: Edited, now: datetime) -> None:
    """The text as it is now; what stood there before is kept for staff."""

    def change(message: Message) -> None:
        message.details = message.details | {
            "before": [*message.details.get("before", []), message.text]
        }
        message.text, message.edited_at = event.text, now

    if event.text:
        _change(event.provider_id, now, change, ["details", "text", "edited_at"])


def delete(event: Deleted, now: datetime) -> None:
    def change(message: Message) -> None:
        message.deleted_at, message.awaits_answer = now, False

    _change(event.provider_id, now, change, ["deleted_at", "awaits_answer"])


def compose(event: Presence, instance: str, now: datetime) -> None:
    """The parent is still writing: the turn waits, but no longer than a burst may last."""
    phone, lid = event.identity.phone, event.identity.lid
    chats = Conversation.objects.filter(instance=instance, due_at__gt=now)
    chat = chats.filter(phone=phone) if phone else chats.filter(lid=lid)
    latest = F("burst_started_at") + timedelta(seconds=LONGEST_BURST * settings.QUIET_SECONDS)
    chat.update(due_at=Greatest(F("due_at"), Least(now + _quiet(1), latest)))


def reconnect(instance: str, now: datetime) -> None:
    """WhatsApp is connected again: what waited for that leaves now."""
    waiting = Message.objects.filter(
        conversation__instance=instance, status=Status.QUEUED, due_at__gt=now
    )
    if waiting.update(due_at=now):
        live.wake()


def _echo(event: Received, instance: str, now: datetime) -> Message | None:
    """One of ours as WhatsApp shows it to us: ours by id, ours in doubt, or typed by staff."""
    echoes.lock_id(event.provider_id)
    if event.via_api:  # never a reason to begin a conversation: the alerts to staff come here too
        conversation = contacts.known(event.identity, instance)
    else:
        conversation = contacts.locked(event.identity, instance, None, now)
    if conversation is None or _known(event, instance):
        return None
    ours = echoes.ours_in_doubt(conversation, event.text, now)
    if ours:
        echoes.left(conversation, ours, event.provider_id, now)
        conversation.save()
        return ours
    message = _new(event, conversation, now)
    message.direction, message.author = Message.Direction.OUT, Message.Author.STAFF
    message.status = Status.SENT
    message.save()
    if not event.via_api and not _is_stale(event, Unit.objects.at(now).first() or Unit(), now):
        handoff.silence(conversation)
        conversation.unread = 0
    _show(conversation, message, now)
    return message


def _known(event: Received, instance: str) -> bool:
    """By id across the instance: one message may come under the phone and again under the LID."""
    return Message.objects.filter(
        provider_id=event.provider_id, conversation__instance=instance
    ).exists()


def _new(event: Received, conversation: Conversation, now: datetime) -> Message:
    return Message(
        conversation=conversation,
        direction=Message.Direction.IN,
        author=Message.Author.PARENT,
        kind=event.kind,
        text=event.text,
        details=_details(event),
        provider_id=event.provider_id,
        quoted_id=event.quoted_id or "",
        rev=conversation.touch(),
        status=Status.RECEIVED,
        sent_at=_sent_at(event, now),
        created_at=now,
    )


def _details(event: Received) -> dict[str, Any]:
    said = {
        "media": event.media,
        "contact_phone": event.contact_phone,
        "reaction_to": event.reaction_to,
        "location": event.location,
        "mixed_up": event.mixed_up,
    }
    return {name: value for name, value in said.items() if value}


def _sent_at(event: Received, now: datetime) -> datetime:
    """WhatsApp's clock, unless it gave no time (1970) or is ahead of ours."""
    return now if event.sent_at.year < 2000 else min(event.sent_at, now)


def _is_stale(event: Received, unit: Unit, now: datetime) -> bool:
    return now - _sent_at(event, now) > timedelta(minutes=unit.stale_minutes)


def _awaits(event: Received, conversation: Conversation, unit: Unit, now: datetime) -> bool:
    if conversation.mode != Mode.BOT or _is_stale(event, unit, now):
        return False
    if conversation.limited_until and conversation.limited_until > now:
        return False
    if event.kind == "reaction":
        return bool(event.text and conversation.dialogue.get("yes_no"))
    return True


def _is_trifle(event: Received) -> bool:
    return event.kind == "reaction"


def _schedule(conversation: Conversation, message: Message, now: datetime) -> None:
    """When the burst will be over, as far as one can tell from its newest message."""
    supersede(conversation, now)
    conversation.unattended = True
    if conversation.due_at is None or conversation.burst_started_at is None:
        conversation.burst_started_at = now
    quiet = _quiet(COMPLETE if _is_complete(message, conversation) else 1)
    conversation.due_at = max(
        min(now + quiet, conversation.burst_started_at + _quiet(LONGEST_BURST)), now
    )
    if conversation.due_at < now + SOON:
        live.wake()


def _quiet(share: float) -> timedelta:
    return timedelta(seconds=settings.QUIET_SECONDS * share)


def _is_complete(message: Message, conversation: Conversation) -> bool:
    """A question, or an answer to what was asked; a person adds a second half to anything else."""
    if message.kind != Message.Kind.TEXT or "?" in message.text:
        return True
    return bool(conversation.dialogue.get("asked")) and len(message.text) <= SHORT_ANSWER


def supersede(conversation: Conversation, now: datetime) -> None:
    """A running turn has not heard this: nothing of it is kept, and the next one need not wait.

    Replies of turns before it answer what was said before; they still leave.
    """
    if conversation.claimed_until is None or conversation.claimed_until <= now:
        return
    pending = conversation.messages.filter(author=Message.Author.BOT, status__in=PENDING)
    pending.filter(epoch=conversation.epoch).update(epoch=conversation.epoch + 1)
    conversation.epoch += 1
    conversation.claimed_until = None


def _limit(conversation: Conversation, unit: Unit, now: datetime) -> None:
    """Beyond the unit's number in an hour: one polite text at once, then silence until there is
    room in the hour again."""
    heard = conversation.messages.filter(direction=Message.Direction.IN).order_by("-pk")
    most = unit.messages_per_hour
    newest = list(heard.values_list("created_at", flat=True)[most - 1 : most + 1])
    if len(newest) < 2 or newest[1] <= now - HOUR:
        return
    conversation.limited_until = newest[0] + HOUR
    conversation.due_at = now
    live.wake()


def _change(
    provider_id: str, now: datetime, change: Callable[[Message], None], fields: list[str]
) -> None:
    """Change a message by its id under its conversation's lock; a turn that read it starts anew."""
    found = Message.objects.filter(provider_id=provider_id).values_list("conversation", "pk")
    if (one := found.first()) is None:
        return
    conversation = Conversation.objects.select_for_update().get(pk=one[0])
    message = Message.objects.get(pk=one[1])
    if message.awaits_answer:
        supersede(conversation, now)
    change(message)
    message.rev = conversation.touch()
    message.save(update_fields=[*fields, "rev"])
    if not conversation.messages.filter(awaits_answer=True).exists():
        conversation.due_at = conversation.burst_started_at = None
    conversation.save()
    live.tell(conversation.pk, conversation.rev)


def _show(conversation: Conversation, message: Message, now: datetime) -> None:
    conversation.last_message_at = now
    conversation.last_text = (message.text or str(message.get_kind_display()))[
        : Conversation.LAST_TEXT
    ]
    conversation.save()
    live.tell(conversation.pk, conversation.rev)
