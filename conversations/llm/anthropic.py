"""Anthropic's messages."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from conversations.llm.base import CallFailed, Prompt
from conversations.llm.chat import MOST_OUTPUT, ChatModel, breaker, sdk_failure

OWN_URL = "https://api.anthropic.com"
SECONDS = 6.0


class Anthropic(ChatModel):
    name = "anthropic"
    seconds = SECONDS
    breaker = breaker("anthropic")

    @property
    def model(self) -> str:
        return settings.ANTHROPIC_MODEL

    @property
    def on(self) -> bool:
        return bool(settings.ANTHROPIC_API_KEY)

    def chain(self, schema: Mapping[str, Any]) -> Any:
        return _chain(
            settings.ANTHROPIC_MODEL,
            settings.ANTHROPIC_API_KEY,
            base_url(),
            json.dumps(schema),
        )

    def messages(self, prompt: Prompt) -> list[Any]:
        """The cache holds what stands up to and with the marked block."""
        fixed = {"type": "text", "text": prompt.fixed, "cache_control": {"type": "ephemeral"}}
        return [("system", [fixed]), ("human", prompt.turn)]

    def errors(self) -> tuple[type[Exception], ...]:
        import anthropic  # heavy: only who asks a model pays for it

        return (anthropic.AnthropicError,)

    def failure(self, error: Exception) -> CallFailed:
        import anthropic

        return sdk_failure(error, anthropic)


def base_url() -> str:
    """Where the API is, without the /v1 that the SDK adds by itself."""
    return settings.ANTHROPIC_BASE_URL.rstrip("/").removesuffix("/v1") or OWN_URL


@cache
def _chain(model: str, key: str, url: str, schema: str) -> Any:
    from langchain_anthropic import ChatAnthropic
    from pydantic import SecretStr

    chat = ChatAnthropic(
        model_name=model,
        api_key=SecretStr(key),
        base_url=url,
        timeout=SECONDS,
        max_retries=0,
        max_tokens_to_sample=MOST_OUTPUT,
        thinking={"type": "disabled"},
        stop=None,
    )
    chain: Any = chat.with_structured_output(json.loads(schema), method="json_schema")
    return chain.first  # what asks, with the schema bound to it; the answer we read ourselves
