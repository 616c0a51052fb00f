"""Who speaks with a family: the bot, nobody yet, or a person of the team."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from conversations import live
from conversations.models import Conversation, Handoff, Message

Mode = Conversation.Mode


def start(conversation: Conversation, reason: str, summary: str, now: datetime) -> Handoff:
    """Ask for a person. The conversation's row must be locked by the caller, who also saves it.

    The epoch stays, so that the reply that announces the handoff still leaves.
    """
    conversation.mode = Mode.WAITING
    conversation.handoff_reason = reason
    conversation.waiting_since = conversation.waiting_since or now
    conversation.unread = max(conversation.unread, 1)
    stop_turns(conversation)
    ticket, _ = Handoff.objects.update_or_create(
        conversation=conversation,
        finished_at=None,
        defaults={"reason": reason, "summary": summary},
        create_defaults={"reason": reason, "summary": summary, "started_at": now},
    )
    return ticket


def take_over(conversation_id: int, user: AbstractBaseUser, now: datetime) -> bool:
    """Staff take the conversation; False if somebody else has it. Only one of many wins."""

    def take(conversation: Conversation) -> bool:
        if conversation.assigned_to_id is not None:
            return bool(conversation.assigned_to_id == user.pk)
        silence(conversation)
        conversation.assigned_to_id = user.pk
        conversation.unread = 0
        return True

    return _changed(conversation_id, take)


def silence(conversation: Conversation) -> None:
    """A person speaks from now on: nothing of the bot's leaves. Row locked, the caller saves."""
    conversation.mode = Mode.HUMAN
    conversation.waiting_since = None
    conversation.epoch += 1
    stop_turns(conversation)
    waiting = conversation.messages.filter(author=Message.Author.BOT, status=Message.Status.QUEUED)
    waiting.update(status=Message.Status.DROPPED, due_at=None, rev=conversation.touch())


def give_back(
    conversation_id: int, user: AbstractBaseUser, now: datetime, *, answer_last: bool
) -> bool:
    """The bot speaks again, and answers what came after our last message if `answer_last`.

    False if the bot had it already.
    """

    def give(conversation: Conversation) -> bool:
        if conversation.mode not in (Mode.HUMAN, Mode.WAITING):
            return False
        _finish(conversation, user, now, Mode.BOT)
        if answer_last:
            _await_answer(conversation, now)
        return True

    return _changed(conversation_id, give)


def close(conversation_id: int, user: AbstractBaseUser, now: datetime) -> bool:
    """Nothing is left to do; the family's next message opens it again. False if it was closed."""

    def shut(conversation: Conversation) -> bool:
        if conversation.mode == Mode.CLOSED:
            return False
        _finish(conversation, user, now, Mode.CLOSED)
        return True

    return _changed(conversation_id, shut)


def stop_turns(conversation: Conversation) -> None:
    """What waits for the bot's answer is the team's now."""
    conversation.due_at = conversation.burst_started_at = conversation.claimed_until = None
    conversation.attempts = 0
    conversation.messages.filter(awaits_answer=True).update(awaits_answer=False)


def _changed(conversation_id: int, change: Callable[[Conversation], bool]) -> bool:
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
        if not change(conversation):
            return False
        conversation.touch()
        conversation.save()
        live.tell(conversation.pk, conversation.rev)
        if conversation.due_at:
            live.wake()
    return True


def _finish(conversation: Conversation, user: AbstractBaseUser, now: datetime, mode: Mode) -> None:
    conversation.mode = mode
    conversation.epoch += 1
    conversation.assigned_to = None
    conversation.waiting_since = None
    conversation.handoff_reason = ""
    conversation.unread = 0
    conversation.dialogue = _after_staff(conversation.dialogue)
    conversation.dialogue_at = now
    stop_turns(conversation)
    conversation.handoffs.filter(finished_at=None).update(finished_at=now, finished_by_id=user.pk)


def _after_staff(dialogue: dict[str, Any]) -> dict[str, Any]:
    """The question that was open and the worry that led to staff are settled."""
    settled = {"asked": None, "yes_no": False, "pending": None, "score": 0.0, "misses": 0}
    return dialogue | settled | {"handed_back": True}


def _await_answer(conversation: Conversation, now: datetime) -> None:
    ours = conversation.messages.filter(direction=Message.Direction.OUT)
    last = ours.exclude(status=Message.Status.DROPPED).order_by("-pk").first()
    heard = conversation.messages.filter(
        direction=Message.Direction.IN, deleted_at=None, answered_by=None
    ).exclude(kind=Message.Kind.REACTION)
    since = heard.filter(pk__gt=last.pk) if last else heard
    if since.update(awaits_answer=True):
        conversation.due_at = conversation.burst_started_at = now
