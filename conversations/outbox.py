"""A reply becomes a row. What leaves has passed here, and the bot's words only with provenance."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from conversations import live
from conversations.models import Conversation, Message, Turn
from conversations.texts import Segment
from leads.statements import insert

LONGEST = 4096  # characters WhatsApp takes in one message

Author = Message.Author
Status = Message.Status
Mode = Conversation.Mode


class NotYours(Exception):
    """The conversation is not in this person's hands."""


class UnseenMessages(Exception):
    """The parent wrote after what the person has seen; the conversation is at `rev`."""

    def __init__(self, rev: int) -> None:
        super().__init__(rev)
        self.rev = rev


class TooLong(ValueError):
    """WhatsApp takes `LONGEST` characters in one message."""


def queue_reply(
    conversation: Conversation,
    segments: Sequence[Segment],
    *,
    turn: Turn | None,
    now: datetime,
) -> Message:
    """The bot's reply, to be sent as soon as those before it have left; its last row if it takes
    several. Row locked; the caller saves the conversation. Raises TypeError for anything that is
    not made of segments.
    """
    if not segments or not all(isinstance(segment, Segment) for segment in segments):
        raise TypeError("a reply is made of segments")
    provenance = [segment.as_json() for segment in segments]
    for part in parts([segment.text for segment in segments]):
        message = _queue(conversation, Author.BOT, part, now)
        message.turn, message.segments = turn, provenance
        insert(message)
    return message


def queue_staff_text(
    conversation_id: int,
    user: AbstractBaseUser,
    text: str,
    client_uuid: UUID,
    now: datetime,
    *,
    seen_rev: int | None,
) -> Message:
    """A text that staff wrote; the same row again for the same `client_uuid`.

    `seen_rev`: what the person had on screen; None sends whatever came since. Raises NotYours,
    UnseenMessages, TooLong, or ValueError for a text without a word.
    """
    text = text.strip()
    if not text:
        raise ValueError("nothing to send")
    if len(text) > LONGEST:
        raise TooLong
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
        if there := conversation.messages.filter(client_uuid=client_uuid).first():
            return there
        _refuse(conversation, user, seen_rev)
        message = _queue(conversation, Author.STAFF, text, now)
        message.staff_id, message.client_uuid = user.pk, client_uuid
        message.save()
        conversation.unread = 0
        conversation.save()
    return message


def withdraw(message_id: int) -> bool:
    """Take back what has not left yet. False if it is on its way."""
    with transaction.atomic():
        waiting = Message.objects.filter(pk=message_id, status=Status.QUEUED)
        owner = waiting.values_list("conversation", flat=True).first()
        if owner is None:
            return False
        conversation = Conversation.objects.select_for_update().get(pk=owner)
        taken = waiting.update(
            status=Status.DROPPED, due_at=None, claimed_until=None, rev=conversation.touch()
        )
        conversation.save(update_fields=["rev"])
        live.tell(conversation.pk, conversation.rev)
        live.wake()
    return bool(taken)


def retry(message_id: int, now: datetime) -> bool:
    """Send a failed message again, as a person asked. False if it has not failed, or if it is the
    bot's and a person speaks now."""
    with transaction.atomic():
        failed = Message.objects.filter(pk=message_id, status=Status.FAILED)
        owner = failed.values_list("conversation", flat=True).first()
        if owner is None:
            return False
        conversation = Conversation.objects.select_for_update().get(pk=owner)
        if conversation.mode == Mode.HUMAN and failed.filter(author=Author.BOT).exists():
            return False
        again = failed.update(
            status=Status.QUEUED,
            due_at=now,
            claimed_until=None,
            attempts=0,
            resent=False,
            error="",
            provider_id=None,
            accepted_at=None,
            epoch=conversation.epoch,
            rev=conversation.touch(),
        )
        conversation.save()
        live.tell(conversation.pk, conversation.rev)
        live.wake()
    return bool(again)


def parts(paragraphs: Sequence[str]) -> list[str]:
    """Paragraphs as few messages as WhatsApp's limit allows; one too long by itself is cut."""
    pieces = [
        paragraph[start : start + LONGEST]
        for paragraph in paragraphs
        for start in range(0, len(paragraph), LONGEST)
    ]
    messages = [pieces[0]]
    for piece in pieces[1:]:
        if len(messages[-1]) + 2 + len(piece) <= LONGEST:
            messages[-1] += f"\n\n{piece}"
        else:
            messages.append(piece)
    return messages


def _refuse(conversation: Conversation, user: AbstractBaseUser, seen_rev: int | None) -> None:
    if conversation.mode != Mode.HUMAN or conversation.assigned_to_id != user.pk:
        raise NotYours
    if seen_rev is None:
        return
    newer = conversation.messages.filter(direction=Message.Direction.IN, rev__gt=seen_rev)
    if newer.exists():
        raise UnseenMessages(conversation.rev)


def _queue(conversation: Conversation, author: Author, text: str, now: datetime) -> Message:
    conversation.last_message_at, conversation.last_text = now, text[: Conversation.LAST_TEXT]
    rev = conversation.touch()
    live.tell(conversation.pk, rev)
    live.wake()
    return Message(
        conversation=conversation,
        direction=Message.Direction.OUT,
        author=author,
        text=text,
        rev=rev,
        status=Status.QUEUED,
        epoch=conversation.epoch,
        due_at=now,
        sent_at=now,
        created_at=now,
    )
