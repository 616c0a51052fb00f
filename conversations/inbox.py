"""What WhatsApp says becomes rows, once: a message of its family, an edit, how far ours got."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists

from conversations import automatic, burst, contacts, echoes, edits, handoff, live, watch
from conversations.models import Conversation, Message, Unit
from conversations.whatsapp.payloads import (
    Acked,
    Connection,
    Deleted,
    Edited,
    Event,
    Presence,
    QrCode,
    Received,
)
from leads.statements import Query, Slot, insert, update

Mode = Conversation.Mode
Status = Message.Status

_UNIT = Query(Unit.objects.at(Slot("now"))[:1])
_BEFORE = Query(
    Conversation.objects.filter(pk=Slot("pk")).values_list(
        Exists(
            Message.objects.filter(
                provider_id=Slot("provider_id"), conversation__instance=Slot("instance")
            )
        ),
        Exists(edits.waiting_for(Slot("provider_id"), Slot("instance"))),
    )
)

HOUR = timedelta(hours=1)


def apply(event: Event, *, instance: str, now: datetime) -> bool:
    """Apply one event inside the caller's transaction. False: it concerns a message that is not
    known yet and must be kept until it is."""
    match event:
        case Received():
            receive(event, instance=instance, now=now)
        case Acked():
            return echoes.ack(event, now)
        case Edited():
            return edits.edit(event, now)
        case Deleted():
            return edits.delete(event, now)
        case Presence(composing=True):
            burst.compose(event, instance, now)
        case Connection():
            watch.connection_changed(event, instance, now)
        case QrCode():
            watch.code_shown(event, instance, now)
    return True


def receive(event: Received, *, instance: str, now: datetime) -> Message | None:
    """The message's row; None for one that is known already. Needs an open transaction."""
    if event.from_me:
        return _echo(event, instance, now)
    name = None if event.mixed_up else event.push_name  # it may be the other one's, too
    echoes.lock_id(event.provider_id)  # an edit of it may just be coming in
    conversation = contacts.locked(event.identity, instance, name, now)
    known, changed = _before(event, conversation)
    if known:
        return None
    unit = _unit(now)
    message = _new(event, conversation, now)
    if changed:
        edits.apply_early(message, instance, now)
    if conversation.mode == Mode.CLOSED:
        conversation.mode = Mode.BOT
    _call_team(event, conversation, message, now)
    message.awaits_answer = not message.deleted_at and _awaits(event, conversation, unit, now)
    insert(message)
    conversation.last_inbound_at = now
    if message.awaits_answer:
        burst.schedule(conversation, message, now)
        _limit(conversation, unit, now)
    elif not _is_trifle(event):
        conversation.unread += 1
    _show(conversation, message, now)
    return message


def _echo(event: Received, instance: str, now: datetime) -> Message | None:
    """One of ours as WhatsApp shows it to us: ours by id, ours in doubt, or typed by staff."""
    echoes.lock_id(event.provider_id)
    if event.via_api:  # never a reason to begin a conversation: the alerts to staff come here too
        conversation = contacts.known(event.identity, instance)
        conversation = conversation or echoes.in_doubt_elsewhere(instance, event.text, now)
    else:
        conversation = contacts.locked(event.identity, instance, None, now)
    if conversation is None or _before(event, conversation)[0]:
        return None
    ours = echoes.ours_in_doubt(conversation, event.text, now)
    if ours:
        echoes.left(conversation, ours, event.provider_id, now)
        update(conversation)
        return ours
    message = _new(event, conversation, now)
    message.direction, message.author = Message.Direction.OUT, Message.Author.STAFF
    message.status = Status.SENT
    insert(message)
    if not event.via_api and _takes_over(event, _unit(now), now):
        handoff.silence(conversation)
        conversation.unread = 0
    _show(conversation, message, now)
    return message


def _unit(now: datetime) -> Unit:
    return _UNIT.first(now=now) or Unit()


def _takes_over(event: Received, unit: Unit, now: datetime) -> bool:
    """A person typed this on a phone, and now; unless the unit wants no take-over by phone."""
    if not unit.phone_takes_over or _is_stale(event, unit, now):
        return False
    return not automatic.is_automatic(event.text, unit)


def _call_team(
    event: Received, conversation: Conversation, message: Message, now: datetime
) -> None:
    """The bot falls silent and staff see why: nobody can be answered there, or a program writes."""
    if conversation.mode != Mode.BOT:
        return
    if event.identity.is_hidden:
        handoff.start(conversation, "sender_unknown", "", now)
    elif automatic.answers_itself(conversation, message):
        handoff.start(conversation, "automatic", "", now)


def _before(event: Received, conversation: Conversation) -> tuple[bool, bool]:
    """Whether the message is known, and whether a change of it came before it. By id across the
    instance: one message may come under the phone and again under the LID."""
    known, changed = _BEFORE.get(
        pk=conversation.pk, provider_id=event.provider_id, instance=conversation.instance
    )
    return known, changed


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


def _limit(conversation: Conversation, unit: Unit, now: datetime) -> None:
    """Beyond the unit's number in an hour: one polite text at once, then silence until there is
    room in the hour again."""
    most = unit.messages_per_hour
    if conversation.rev <= most:  # it counts each of them
        return
    heard = conversation.messages.filter(direction=Message.Direction.IN).order_by("-pk")
    newest = list(heard.values_list("created_at", flat=True)[most - 1 : most + 1])
    if len(newest) < 2 or newest[1] <= now - HOUR:
        return
    conversation.limited_until = newest[0] + HOUR
    conversation.due_at = now
    live.wake()


def _show(conversation: Conversation, message: Message, now: datetime) -> None:
    conversation.last_message_at = now
    conversation.last_text = edits.line(message)
    update(conversation)
    live.tell(conversation.pk, conversation.rev)
