"""The parent sees that somebody reads: blue ticks and "typing…". Best effort, beside the turn."""

from datetime import timedelta

from django.conf import settings

from conversations.connections import give_back
from conversations.models import Message
from conversations.whatsapp.base import gateway
from leads.statements import Query, Slot, prepared

AT_LEAST = timedelta(seconds=1)

_HEARD = Query(
    Message.objects.filter(conversation=Slot("conversation"), awaits_answer=True)
    .exclude(provider_id=None)
    .order_by("pk")
    .values_list("conversation__reply_to", "provider_id")
)


def claim_due(limit: int) -> list[int]:
    """Conversations with something newly heard that a turn will answer, each claimed once."""
    with prepared() as cursor:
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
    heard = _HEARD.all(conversation=conversation_id)
    give_back()
    if heard:
        address = heard[0][0]
        gateway().mark_read(address, [str(provider_id) for _, provider_id in heard])
        gateway().send_presence(address, _typing_ms())


def _typing_ms() -> int:
    quiet = timedelta(seconds=settings.QUIET_SECONDS)
    return int(max(quiet, AT_LEAST) / timedelta(milliseconds=1))
