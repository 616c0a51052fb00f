"""Both providers stand in local servers; no breaker remembers another test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from tests.stand_ins.anthropic import AnthropicStandIn
from tests.stand_ins.brains import Scripted
from tests.stand_ins.openai import OpenAIStandIn


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    keys = [
        f"breaker:{name}:{key}"
        for name in ("openai", "anthropic")
        for key in ("failures", "open", "probe")
    ]
    caches["default"].delete_many(keys)


@pytest.fixture
def brain() -> Scripted:
    return Scripted()


@pytest.fixture
def openai(settings: Any, brain: Scripted) -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(brain=brain) as server:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "key-of-openai", server.url
        yield server


@pytest.fixture
def anthropic(settings: Any, brain: Scripted) -> Iterator[AnthropicStandIn]:
    with AnthropicStandIn(brain=brain) as server:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "key-of-anthropic", server.url
        yield server
