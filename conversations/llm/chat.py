"""A chat model of LangChain's as a tier: one call, one deadline, one shape of answer and failure.

The SDKs are imported on first use, before the time of a call begins to run.
"""

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import httpx2

from conversations.llm.base import CallFailed, Outcome, Prompt, Provider, Reply, Usage
from conversations.llm.deadline import within
from scheduling.breaker import Breaker

MOST_OUTPUT = 1500  # tokens; eight fields of two students take about 1,000
LONGEST_PAUSE = 600.0  # seconds that a provider may ask to be left alone
PAUSE_WITHOUT_KEY = 300.0  # a key that is not accepted does not mend in half a minute
# What LangChain, the SDKs and their HTTP client raise besides: over an answer that is not what the
# API promises, or a client that was closed.
BESIDES = (ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError, OSError)
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout)
REFUSALS = frozenset({"refusal", "content_filter"})
CUTS = frozenset({"length", "max_tokens", "model_context_window_exceeded"})


def breaker(name: str) -> Breaker:
    def speaks_against(error: Exception) -> bool:
        return isinstance(error, CallFailed) and error.speaks_against_server

    return Breaker(name, is_failure=speaks_against, failures=5, pause=30, longest_call=15)


class ChatModel(Provider[Prompt]):
    """One provider's model, from the settings; `on` when there is a key."""

    seconds: ClassVar[float]
    breaker: ClassVar[Breaker]

    @property
    @abstractmethod
    def model(self) -> str: ...

    @property
    @abstractmethod
    def on(self) -> bool: ...

    @abstractmethod
    def chain(self, schema: Mapping[str, Any]) -> Any:
        """LangChain's runnable that answers by `schema`, made once in a process."""

    @abstractmethod
    def messages(self, prompt: Prompt) -> list[Any]: ...

    @abstractmethod
    def errors(self) -> tuple[type[Exception], ...]:
        """Everything that the SDK raises."""

    @abstractmethod
    def failure(self, error: Exception) -> CallFailed:
        """What one of `errors` or BESIDES means."""

    def understand(self, question: Prompt) -> Reply:
        chain, messages = self.chain(question.schema), self.messages(question)
        caught: tuple[type[Exception], ...] = (*self.errors(), *BESIDES)
        try:
            raw = within(self.seconds, chain.ainvoke(messages))
        except TimeoutError:
            raise CallFailed(Outcome.TIMEOUT) from None
        except caught as error:
            raise self.failure(error) from None
        usage = usage_of(raw)
        return Reply(_json(raw, usage), self.name, usage)


def _json(raw: Any, usage: Usage | None) -> Any:
    """The answer, unless it was refused, cut short, or is no JSON. LangChain's parser would mend
    what is cut; a mended half is not what the model meant."""
    ended = raw.response_metadata.get("stop_reason") or raw.response_metadata.get("finish_reason")
    if ended in REFUSALS or raw.additional_kwargs.get("refusal"):
        raise CallFailed(Outcome.REFUSED, usage=usage)
    if ended in CUTS:
        raise CallFailed(Outcome.CUT, usage=usage)
    try:
        return json.loads(raw.text)
    except (ValueError, RecursionError):
        raise CallFailed(Outcome.BROKEN, usage=usage) from None


def usage_of(raw: Any) -> Usage | None:
    """None where the provider counted nothing, so that nobody takes it for free."""
    counted: Mapping[str, Any] = raw.usage_metadata or {}
    into: Mapping[str, Any] = counted.get("input_token_details") or {}
    out: Mapping[str, Any] = counted.get("output_token_details") or {}
    if not _count(counted, "input_tokens"):
        return None
    written = _count(
        into, "cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"
    )
    return Usage(
        input=_count(counted, "input_tokens"),
        cached=_count(into, "cache_read"),
        written=written,
        output=_count(counted, "output_tokens"),
        reasoning=_count(out, "reasoning"),
    )


def _count(counts: Mapping[str, Any], *names: str) -> int:
    return sum(max(int(counts.get(name) or 0), 0) for name in names)


def sdk_failure(error: Exception, sdk: Any) -> CallFailed:
    """Both SDKs are generated from one mould and name their exceptions alike. What is none of them
    was raised over an answer that is not what the API promises."""
    if isinstance(error, sdk.APITimeoutError):
        return CallFailed(Outcome.TIMEOUT)
    if isinstance(error, sdk.APIConnectionError):
        never_left = any(isinstance(cause, NEVER_LEFT) for cause in _causes(error))
        return CallFailed(Outcome.UNREACHABLE if never_left else Outcome.DROPPED)
    if isinstance(error, sdk.APIStatusError):
        return _of_status(error.status_code, error.response.headers)
    return CallFailed(Outcome.BROKEN)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """LangChain wraps what the SDK wraps around what its HTTP client raised."""
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _of_status(status: int, headers: Mapping[str, str]) -> CallFailed:
    if status in (401, 403):
        return CallFailed(Outcome.DENIED, pause=PAUSE_WITHOUT_KEY)
    if status == 429:
        return CallFailed(Outcome.LIMITED, pause=_retry_after(headers))
    return CallFailed(Outcome.FAILED if status >= 500 or status == 408 else Outcome.REJECTED)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; a date in its place is rare and taken for none."""
    try:
        return min(max(float(headers.get("retry-after", "")), 0.0), LONGEST_PAUSE)
    except ValueError:
        return None
