"""The models that may be asked, best first, and how they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from conversations.llm import ledger
from conversations.llm.anthropic import Anthropic
from conversations.llm.chat import ChatModel
from conversations.llm.openai import OpenAI
from conversations.models import LLMProvider

ALL: tuple[ChatModel, ...] = (OpenAI(), Anthropic())

State = Literal["ok", "open", "half-open", "budget"]


@dataclass(frozen=True)
class Tier:
    """How one provider is: "open" and "half-open" as its breaker, "budget" until midnight.

    `retry_at` is in seconds since the epoch, None unless the breaker is open."""

    name: str
    model: str
    state: State
    retry_at: float | None = None


def models() -> Sequence[ChatModel]:
    """Those with a key. None is the normal case on a fresh machine."""
    return [model for model in ALL if model.on]


def tiers_state(now: datetime) -> list[Tier]:
    """For staff and probes: each provider with a key."""
    wanted = models()
    spent = bool(wanted) and ledger.exhausted(now)
    return [_tier(model, spent) for model in wanted]


def troubles(now: datetime) -> list[str]:
    """Sentences for staff about what is not as it should be; none without keys."""
    states = tiers_state(now)
    if any(tier.state == "budget" for tier in states):
        return [
            _("Today's budget for models is spent: the bot answers by its rules until midnight.")
        ]
    names = [LLMProvider(tier.name).label for tier in states if tier.state != "ok"]
    if names and len(names) == len(states):
        return [_("No model answers for now: the bot goes on by its rules.")]
    return [
        _("%(name)s does not answer for now: the bot goes on without it.") % {"name": name}
        for name in names
    ]


def _tier(model: ChatModel, spent: bool) -> Tier:
    breaker = model.breaker.state()
    if breaker.state != "closed":
        return Tier(model.name, model.model, breaker.state, breaker.retry_at)
    return Tier(model.name, model.model, "budget" if spent else "ok")
