"""The models under test: who understands while the scenarios are played."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from django.core.cache import caches
from django.test import override_settings

from benchmarks.answers.brains import BRAINS, Oracle
from benchmarks.answers.talk import Utterance
from tests.stand_ins.anthropic import AnthropicStandIn
from tests.stand_ins.openai import OpenAIStandIn

Hint = Callable[[Utterance], None]  # told what a perfect model would understand, before each burst
REAL = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
NO_KEYS = dict.fromkeys(REAL, "")
ENDLESS = 10**6  # R$ a day: here it is not the budget that is under test


@contextmanager
def rules(seed: int) -> Iterator[Hint]:
    """The tier without a model."""
    with override_settings(**NO_KEYS):
        yield lambda _: None


@contextmanager
def real(seed: int) -> Iterator[Hint]:
    """Whatever the environment has keys for."""
    keys = {name: os.environ.get(name, "") for name in REAL}
    with override_settings(LLM_DAILY_BUDGET_BRL=ENDLESS, **keys):
        yield lambda _: None


_stack = ExitStack()
_servers: tuple[OpenAIStandIn, AnthropicStandIn] | None = None


def _standing_in() -> tuple[OpenAIStandIn, AnthropicStandIn]:
    """Both providers, once a process."""
    global _servers
    if _servers is None:
        servers = OpenAIStandIn(), AnthropicStandIn()
        for server in servers:
            _stack.enter_context(server)
        _servers = servers
    return _servers


def stand_in(kind: type[Oracle]) -> Callable[[int], AbstractContextManager[Hint]]:
    @contextmanager
    def model(seed: int) -> Iterator[Hint]:
        openai, anthropic = _standing_in()
        brain = kind(seed)
        for server in (openai, anthropic):
            server.brain, server.plan = brain, brain.plan
            server.requests.clear()
            server.asked.clear()
        _close_breakers()
        with override_settings(
            OPENAI_API_KEY="key",
            OPENAI_BASE_URL=openai.url,
            ANTHROPIC_API_KEY="key",
            ANTHROPIC_BASE_URL=anthropic.url,
            LLM_DAILY_BUDGET_BRL=ENDLESS,
        ):
            yield brain.hint

    return model


def _close_breakers() -> None:
    """So that each run has both providers: faults of the last one are forgotten."""
    keys = ("failures", "open", "probe")
    names = [f"breaker:{name}:{key}" for name in ("openai", "anthropic") for key in keys]
    caches["default"].delete_many(names)


MODELS: Mapping[str, Callable[[int], AbstractContextManager[Any]]] = {
    "rules": rules,
    "real": real,
    **{name: stand_in(kind) for name, kind in BRAINS.items()},
}
