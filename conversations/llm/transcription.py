"""Voice notes to text, over OpenAI's HTTP: one model call, in the same ledger and budget."""

import time
from datetime import datetime

from django.conf import settings

from conversations.connections import give_back
from conversations.llm import ledger
from conversations.llm.base import CallFailed, NotAsked, Outcome, Usage
from conversations.llm.chat import sdk_failure
from conversations.llm.deadline import within
from conversations.llm.openai import OpenAI, base_url
from conversations.models import ModelCall
from scheduling.breaker import BreakerOpen

SECONDS = 8.0
LONGEST = 120  # seconds of audio
LARGEST = 5 * 2**20  # bytes; two minutes of WhatsApp's Opus are half a megabyte
LONGEST_TEXT = 1500  # characters, as of any message


def possible(audio_seconds: float) -> bool:
    return OpenAI().on and 0 < audio_seconds <= LONGEST


def transcribe(
    content: bytes, audio_seconds: int, conversation: int, now: datetime, *, seconds: float
) -> str:
    """The words of a voice note, "" for silence, within SECONDS or what is left of the caller's
    `seconds`. Raises LLMError."""
    if seconds <= 0:
        raise NotAsked("no time")
    if len(content) > LARGEST:
        raise NotAsked("too large")
    breaker = OpenAI.breaker
    seen = breaker.state()
    if seen.state == "open":
        raise NotAsked("breaker")
    call = ModelCall(
        purpose=ModelCall.Purpose.TRANSCRIBE,
        provider=OpenAI.name,
        model=settings.OPENAI_TRANSCRIPTION_MODEL,
        conversation_id=conversation,
        audio_seconds=audio_seconds,
    )
    ledger.reserve(call, Usage(), now)
    give_back()
    began = time.monotonic()
    try:
        with breaker.guard(seen):
            text = _text(content, min(seconds, SECONDS))
    except BreakerOpen:
        call.delete()
        raise NotAsked("breaker") from None
    except CallFailed as failed:
        ledger.settle(call, failed.outcome, None, time.monotonic() - began)
        if failed.pause:
            breaker.open_for(failed.pause)
        raise
    ledger.settle(call, Outcome.ANSWERED, Usage(), time.monotonic() - began)
    return text


def _text(content: bytes, seconds: float) -> str:
    import openai  # heavy: only who asks a model pays for it

    try:
        said = within(seconds, _asked(content))
    except TimeoutError:
        raise CallFailed(Outcome.TIMEOUT) from None
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
        raise sdk_failure(error, openai) from None
    if not isinstance(said, str):
        raise CallFailed(Outcome.BROKEN)
    return said.strip()[:LONGEST_TEXT]


async def _asked(content: bytes) -> object:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(
        api_key=settings.OPENAI_API_KEY, base_url=base_url(), timeout=SECONDS, max_retries=0
    ) as client:
        answer = await client.audio.transcriptions.create(
            model=settings.OPENAI_TRANSCRIPTION_MODEL,
            file=("voice.ogg", content, "audio/ogg"),
            language="pt",
        )
    return answer.text
