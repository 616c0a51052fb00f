"""What a parent changes or deletes afterwards. An edit may even come before its message: then the
event waits, and the message finds it."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from conversations import echoes, live
from conversations.burst import supersede
from conversations.models import Conversation, Message, RawEvent
from conversations.whatsapp.payloads import Deleted, Edited, read_events
from leads.statements import Slot

EVENTS = ("messages.edited", "messages.delete", "messages.update")


def edit(event: Edited, now: datetime) -> bool:
    """The text as it is now. False: the message is not there yet."""

    def change(message: Message) -> None:
        _change_text(message, event.text, now)

    changed = ["details", "text", "edited_at"]
    return not event.text or _change(event.provider_id, now, change, changed)


def delete(event: Deleted, now: datetime) -> bool:
    def change(message: Message) -> None:
        message.deleted_at, message.awaits_answer = now, False

    return _change(event.provider_id, now, change, ["deleted_at", "awaits_answer"])


def waiting_for(provider_id: str | Slot, instance: str | Slot) -> QuerySet[RawEvent]:
    """Events that were tried before the message they may be about came."""
    waiting = RawEvent.objects.filter(event__in=EVENTS, due_at=None, processed_at=None)
    return waiting.filter(instance=instance, provider_key__startswith=provider_id)  # type: ignore[misc]


def apply_early(message: Message, instance: str, now: datetime) -> None:
    """Change a message that is not saved yet by what was said about it before it came."""
    for row in waiting_for(str(message.provider_id), instance).order_by("pk"):
        for event in read_events(row.body):
            match event:
                case Edited(provider_id=message.provider_id, text=text) if text:
                    _change_text(message, text, now)
                case Deleted(provider_id=message.provider_id):
                    message.deleted_at = now
                case _:
                    continue
            RawEvent.objects.filter(pk=row.pk).update(processed_at=now, error="")


def line(message: Message) -> str:
    """The message as the lists show it: nothing of it once it is deleted."""
    if message.deleted_at:
        return _("Message deleted")
    return (message.text or str(message.get_kind_display()))[: Conversation.LAST_TEXT]


def _change_text(message: Message, text: str, now: datetime) -> None:
    """The text as it is now; what stood there before is kept for staff."""
    before = [*message.details.get("before", []), message.text]
    message.details = message.details | {"before": before}
    message.text, message.edited_at = text, now


def _change(
    provider_id: str, now: datetime, change: Callable[[Message], None], fields: list[str]
) -> bool:
    """Change a message by its id under its conversation's lock; a turn that read it starts anew.
    False if there is none."""
    echoes.lock_id(provider_id)
    found = Message.objects.filter(provider_id=provider_id).values_list("conversation", "pk")
    if (one := found.first()) is None:
        return False
    conversation = Conversation.objects.select_for_update().get(pk=one[0])
    message = Message.objects.get(pk=one[1])
    if message.awaits_answer:
        supersede(conversation, now)
    change(message)
    message.rev = conversation.touch()
    message.save(update_fields=[*fields, "rev"])
    if not conversation.messages.filter(pk__gt=message.pk).exists():
        conversation.last_text = line(message)
    if not conversation.messages.filter(awaits_answer=True).exists():
        conversation.due_at = conversation.burst_started_at = None
    conversation.save()
    live.tell(conversation.pk, conversation.rev)
    return True
