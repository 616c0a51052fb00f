"""Voice notes become words before a turn thinks about them, where a key allows it.

What cannot be fetched or transcribed stays a voice note, and the family is told so politely.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from conversations.connections import give_back
from conversations.llm import transcription
from conversations.llm.base import LLMError
from conversations.models import Message, RawEvent
from conversations.whatsapp.base import SendError, gateway

log = logging.getLogger(__name__)

MOST = 3  # voice notes of one burst; each takes seconds of the turn


def listen(messages: Iterable[Message], now: datetime) -> None:
    """Keep the transcript of each voice note in its `details`, once. Holds nothing meanwhile."""
    for message in [one for one in messages if _to_hear(one)][:MOST]:
        try:
            text = _transcript(message, now)
        except (SendError, LLMError) as error:
            log.warning("A voice note was not transcribed: %s", error)
            continue
        message.details = {**message.details, "transcript": text}
        Message.objects.filter(pk=message.pk).update(details=message.details)


def _to_hear(message: Message) -> bool:
    new = message.kind == Message.Kind.AUDIO and "transcript" not in message.details
    return new and transcription.possible(_seconds(message))


def _transcript(message: Message, now: datetime) -> str:
    raw = RawEvent.objects.filter(
        instance=message.conversation.instance,
        event="messages.upsert",
        provider_key=str(message.provider_id),
    ).first()
    if raw is None:
        raise SendError("refused", "no_media", "The event is not kept any more")
    give_back()
    found = gateway().fetch_media(raw.body)
    return transcription.transcribe(found.content, _seconds(message), message.conversation_id, now)


def _seconds(message: Message) -> int:
    seconds = (message.details.get("media") or {}).get("seconds")
    return round(seconds) if isinstance(seconds, int | float) else 0
