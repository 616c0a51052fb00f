"""What a person can do on a simulated phone, told to the site as Evolution would tell it."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from conversations.models import SimulatedBubble, SimulatedParent
from conversations.simulator import live, payloads, webhooks

Author = SimulatedBubble.Author
Status = SimulatedBubble.Status


def add(name: str, number: str, *, by_lid: bool) -> SimulatedParent:
    """A parent's phone; the one there is, if the number has one. A LID hides the number."""
    jid = f"{secrets.randbelow(10**14) + 10**14}@lid" if by_lid else payloads.jid_of(number)
    parent, _ = SimulatedParent.objects.update_or_create(jid=jid, defaults={"name": name})
    return parent


def say(
    parent: SimulatedParent,
    message: dict[str, Any],
    now: datetime,
    *,
    quoted: SimulatedBubble | None = None,
    author: SimulatedBubble.Author = Author.PARENT,
) -> SimulatedBubble:
    """The parent writes, or (`author`) somebody answers on the unit's own phone."""
    bubble = SimulatedBubble.objects.create(
        parent=parent,
        provider_id=payloads.new_id(author),
        author=author,
        message=message,
        quoted=quoted,
        sent_at=now,
    )
    _post_after_commit(
        "messages.upsert",
        payloads.message_of(bubble),
        then=partial(reach, parent, [bubble.provider_id], Status.DELIVERY_ACK),
    )
    live.tell(parent.pk)
    return bubble


def edit(bubble: SimulatedBubble, text: str, now: datetime) -> None:
    bubble.message, bubble.edited_at = {"conversation": text}, now
    bubble.save(update_fields=["message", "edited_at"])
    _post_after_commit("messages.edited", payloads.edit_of(bubble, now))
    live.tell(bubble.parent_id)


def delete(bubble: SimulatedBubble, now: datetime) -> None:
    """Deletes for everyone. Evolution tells it twice: as an edit of type REVOKE, then so."""
    bubble.deleted_at = now
    bubble.save(update_fields=["deleted_at"])
    key = payloads.key_of(bubble)
    short_key = {name: key[name] for name in ("remoteJid", "fromMe", "id")}
    _post_after_commit("messages.edited", {"key": short_key, "type": "REVOKE"})
    _post_after_commit("messages.delete", key)
    live.tell(bubble.parent_id)


def react(bubble: SimulatedBubble, emoji: str, now: datetime) -> None:
    """Puts the parent's reaction under a bubble; the same emoji again takes it back."""
    bubble.reaction = "" if bubble.reaction == emoji else emoji
    bubble.save(update_fields=["reaction"])
    _post_after_commit("messages.upsert", payloads.reaction_to(bubble, bubble.reaction, now))
    live.tell(bubble.parent_id)


def read(parent: SimulatedParent) -> None:
    """The parent looks at the chat: the unit learns that its messages were read."""
    unread = parent.bubbles.filter(author=Author.GATEWAY).exclude(status=Status.READ)
    bubbles = list(unread)
    unread.update(status=Status.READ)
    for bubble in bubbles:
        _post_after_commit("messages.update", payloads.ack_of(bubble, Status.READ))


def newest_answer(parent: SimulatedParent) -> int:
    """The row id of the unit's last bubble; 0 when it never wrote."""
    last = parent.bubbles.exclude(author=Author.PARENT).last()
    return last.pk if last else 0


def reach(parent: SimulatedParent, provider_ids: list[str], status: str) -> None:
    """How far bubbles got; never backwards."""
    ranks = list(Status.values)
    below = ranks[: ranks.index(status)]
    found = parent.bubbles.filter(provider_id__in=provider_ids, status__in=below)
    if found.update(status=status):
        live.tell(parent.pk)


def _post_after_commit(event: str, data: Any, **options: Any) -> None:
    transaction.on_commit(lambda: webhooks.post(event, data, **options))
