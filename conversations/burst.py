"""When a parent has said it all, as far as one can tell; what a newer message does to a turn."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Least

from conversations import live
from conversations.models import Conversation, Message
from conversations.whatsapp.payloads import Presence

COMPLETE = 0.4  # of QUIET_SECONDS, after what needs no second half
LONGEST_BURST = 4  # times QUIET_SECONDS, however long a parent goes on
SHORT_ANSWER = 40  # characters
SOON = timedelta(seconds=0.5)  # `work` looks by itself this often
PENDING = (Message.Status.QUEUED, Message.Status.SENDING, Message.Status.UNKNOWN)


def compose(event: Presence, instance: str, now: datetime) -> None:
    """The parent is still writing: the turn waits, but no longer than a burst may last."""
    phone, lid = event.identity.phone, event.identity.lid
    chats = Conversation.objects.filter(instance=instance, due_at__gt=now)
    chat = chats.filter(phone=phone) if phone else chats.filter(lid=lid)
    latest = F("burst_started_at") + timedelta(seconds=LONGEST_BURST * settings.QUIET_SECONDS)
    chat.update(due_at=Greatest(F("due_at"), Least(now + _quiet(1), latest)))


def schedule(conversation: Conversation, message: Message, now: datetime) -> None:
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
