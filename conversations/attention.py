"""The parent sees that somebody reads: blue ticks and "typing…". Best effort, beside the turn."""

from datetime import timedelta

from django.conf import settings
from django.db import connection

from conversations.connections import give_back
from conversations.models import Conversation
from conversations.whatsapp.base import gateway

AT_LEAST = timedelta(seconds=1)


def claim_due(limit: int) -> list[int]:
    """Conversations with something newly heard that a turn will answer, each claimed once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE conversations_conversation SET unattended = false
            WHERE id = ANY(ARRAY(
                SELECT id FROM conversations_conversation WHERE unattended
                FOR NO KEY UPDATE SKIP LOCKED LIMIT %s
            ))
            RETURNING id
            """,
            [limit],
        )
        return [pk for (pk,) in cursor.fetchall()]


def attend(conversation_id: int) -> None:
    """Nothing depends on it: the gateway's client gives up early and raises nothing."""
    conversation = Conversation.objects.get(pk=conversation_id)
    heard = conversation.messages.filter(awaits_answer=True).exclude(provider_id=None)
    ids = [str(pk) for pk in heard.order_by("pk").values_list("provider_id", flat=True)]
    give_back()
    if ids:
        gateway().mark_read(conversation.reply_to, ids)
        gateway().send_presence(conversation.reply_to, _typing_ms())


def _typing_ms() -> int:
    quiet = timedelta(seconds=settings.QUIET_SECONDS)
    return int(max(quiet, AT_LEAST) / timedelta(milliseconds=1))
