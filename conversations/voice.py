"""Voice notes become words before a turn thinks about them, where a key allows it.

What cannot be fetched or transcribed stays a voice note, and the family is told so politely.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from datetime import datetime

from conversations.connections import give_back
from conversations.llm import transcription
from conversations.llm.base import LLMError
from conversations.llm.deadline import within
from conversations.models import Message, RawEvent
from conversations.whatsapp.base import SendError, gateway

log = logging.getLogger(__name__)

MOST = 3  # voice notes of one burst; each is paid for
SECONDS = 10.0  # for all of them; models and the rest need what is left of the turn's lease


def listen(messages: Iterable[Message], now: datetime) -> None:
    """Keep the transcript of each voice note in its `details`; none is tried twice. Holds nothing
    meanwhile, and stops after SECONDS."""
    ends = time.monotonic() + SECONDS
    for message in [one for one in messages if _to_hear(one)][:MOST]:
        if time.monotonic() >= ends:
            return
        try:
            heard = {"transcript": _transcript(message, now, ends)}
        except (SendError, LLMError) as error:
            log.warning("A voice note was not transcribed: %s", error)
            heard = {"unheard": str(error)}
        message.details = {**message.details, **heard}
        Message.objects.filter(pk=message.pk).update(details=message.details)


def _to_hear(message: Message) -> bool:
    tried = message.details.keys() & {"transcript", "unheard"}
    new = message.kind == Message.Kind.AUDIO and not tried
    return new and transcription.possible(_seconds(message))


def _transcript(message: Message, now: datetime, ends: float) -> str:
    raw = RawEvent.objects.filter(
        instance=message.conversation.instance,
        event="messages.upsert",
        provider_key=str(message.provider_id),
    ).first()
    if raw is None:
        raise SendError("refused", "no_media", "The event is not kept any more")
    give_back()
    content = _fetched(raw, ends)
    return transcription.transcribe(
        content, _seconds(message), message.conversation_id, now, seconds=ends - time.monotonic()
    )


def _fetched(raw: RawEvent, ends: float) -> bytes:
    """In a thread, for the gateway's own limit begins anew with every byte."""
    try:
        fetching = asyncio.to_thread(gateway().fetch_media, raw.body)
        return within(ends - time.monotonic(), fetching).content
    except TimeoutError:
        raise SendError("retry", "no_answer", "The media took too long") from None


def _seconds(message: Message) -> int:
    seconds = (message.details.get("media") or {}).get("seconds")
    return round(seconds) if isinstance(seconds, int | float) else 0
