"""OpenAI's chat completions."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from conversations.llm.base import CallFailed, Prompt
from conversations.llm.chat import MOST_OUTPUT, ChatModel, breaker, sdk_failure

OWN_URL = "https://api.openai.com/v1"
SECONDS = 8.0


class OpenAI(ChatModel):
    name = "openai"
    seconds = SECONDS
    breaker = breaker("openai")

    @property
    def model(self) -> str:
        return settings.OPENAI_MODEL

    @property
    def on(self) -> bool:
        return bool(settings.OPENAI_API_KEY)

    def chain(self, schema: Mapping[str, Any]) -> Any:
        return _chain(
            settings.OPENAI_MODEL,
            settings.OPENAI_API_KEY,
            base_url(),
            json.dumps(schema),
        )

    def messages(self, prompt: Prompt) -> list[Any]:
        """The fixed part first: OpenAI caches what requests begin with alike."""
        return [("system", prompt.fixed), ("human", prompt.turn)]

    def errors(self) -> tuple[type[Exception], ...]:
        import openai  # heavy: only who asks a model pays for it

        return (openai.OpenAIError,)

    def failure(self, error: Exception) -> CallFailed:
        import openai

        return sdk_failure(error, openai)


def base_url() -> str:
    """Where the API is, with or without the /v1 that the SDK wants to see."""
    given: str = settings.OPENAI_BASE_URL.rstrip("/")
    if given and not urlsplit(given).path:
        return f"{given}/v1"
    return given or OWN_URL


@cache
def _chain(model: str, key: str, url: str, schema: str) -> Any:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=model,
        api_key=SecretStr(key),
        base_url=url,
        timeout=SECONDS,
        max_retries=0,
        max_completion_tokens=MOST_OUTPUT,
        reasoning_effort="none",
        use_responses_api=False,
        model_kwargs={"prompt_cache_key": "reception"},
        extra_body={"response_format": _strict(json.loads(schema))},
    )


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """The answer's form as the API takes it. It goes into the body as it is: the SDK would walk
    through the schema anew for every call, which takes half of the call's processor time."""
    about = {"name": schema.pop("title"), "description": schema.pop("description")}
    return {"type": "json_schema", "json_schema": {**about, "strict": True, "schema": schema}}
