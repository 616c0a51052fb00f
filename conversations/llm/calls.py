"""One metered call: the budget is asked first, nothing is held while waiting, the ledger is right
whatever happens."""

import time
from dataclasses import replace
from datetime import datetime

from conversations.connections import give_back
from conversations.llm import ledger, tracing
from conversations.llm.base import CallFailed, NotAsked, Outcome, Prompt, Reply, Usage
from conversations.llm.chat import MOST_OUTPUT, ChatModel
from conversations.models import ModelCall
from scheduling.breaker import BreakerOpen

CHARACTERS_OF_A_TOKEN = 2  # at the least; Portuguese has about four
FORM_TOKENS = 800  # the schema and the roles, which every request carries besides its words


def ask(model: ChatModel, prompt: Prompt, now: datetime) -> Reply:
    """Raises NotAsked without a call, or CallFailed after one; each call is a row."""
    breaker = model.breaker.state()
    if breaker.state == "open":
        raise NotAsked("breaker")
    call = ModelCall(
        provider=model.name,
        model=model.model,
        prompt=prompt.version,
        conversation_id=prompt.conversation,
    )
    ledger.reserve(call, _worst(prompt), now)
    give_back()
    began = time.monotonic()
    try:
        with model.breaker.guard(breaker):
            reply = model.understand(prompt)
    except BreakerOpen:  # it is half-open, and another process's call is the probe
        call.delete()
        raise NotAsked("breaker") from None
    except CallFailed as failed:
        ledger.settle(call, failed.outcome, failed.usage, time.monotonic() - began)
        if failed.pause:
            model.breaker.open_for(failed.pause)
        failed.call = call.pk
        tracing.post(call)
        raise
    ledger.settle(call, Outcome.ANSWERED, reply.usage, time.monotonic() - began)
    tracing.post(call, reply.answer)
    return replace(reply, call=call.pk)


def _worst(prompt: Prompt) -> Usage:
    characters = len(prompt.fixed) + len(prompt.turn)
    return Usage(input=characters // CHARACTERS_OF_A_TOKEN + FORM_TOKENS, output=MOST_OUTPUT)
