"""A circuit breaker for a border to somebody else's server, shared by every process.

    closed     calls go through; `failures` of them in a row open it
    open       calls are refused at once for `pause` seconds
    half-open  one call of all processes goes through as a probe: it closes the breaker or opens
               it anew

The state is in Redis; while Redis is away each process keeps one of its own. It stands here because
this is the lowest package with a border (docs/decisions/0007-a-breaker-of-our-own.md).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import redis
from django.core.cache import caches

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = 86_400  # seconds; a state that nobody has touched for a day says nothing
WITHOUT_REDIS = 5.0  # seconds in which Redis is not asked again after it failed


class BreakerOpen(Exception):
    """The call was not made; `retry_at` (seconds since the epoch) is when the next may be."""

    def __init__(self, name: str, retry_at: float) -> None:
        super().__init__(f"{name} is not called for now")
        self.retry_at = retry_at


@dataclass(frozen=True)
class State:
    """What staff and probes are shown. `retry_at` is None while it is closed."""

    name: str
    state: Literal["closed", "open", "half-open"]
    failures: int
    retry_at: float | None


class Breaker:
    """`with breaker.guard():` around a call. `is_failure` tells which exceptions speak against the
    server; any other one means that it answered."""

    def __init__(
        self,
        name: str,
        *,
        is_failure: Callable[[Exception], bool] = lambda error: True,
        failures: int = 5,
        pause: float = 30.0,
        longest_call: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._is_failure = is_failure
        self._most, self._pause, self._longest_call = failures, pause, longest_call
        self._clock = clock
        self._failures, self._open, self._probe = (
            f"breaker:{name}:{key}" for key in ("failures", "open", "probe")
        )

    def guard(self, seen: State | None = None) -> "_Guard":
        """Raises BreakerOpen, on entering, instead of letting the call be made. `seen`: its state,
        if it has just been looked at."""
        return _Guard(self, seen)

    def state(self) -> State:
        found = _store("get_many", [self._failures, self._open])
        failures, retry_at = found.get(self._failures, 0), found.get(self._open)
        if retry_at is None:
            return State(self.name, "closed", failures, None)
        name: Literal["open", "half-open"] = "open" if self._clock() < retry_at else "half-open"
        return State(self.name, name, failures, retry_at)

    def enter(self, before: State) -> None:
        """Raises BreakerOpen unless a call may be made now."""
        if before.retry_at is None:
            return
        if before.state == "open":
            raise BreakerOpen(self.name, before.retry_at)
        # The lease ends by itself, should the probe's process die.
        if not _store("add", self._probe, 1, self._longest_call):
            raise BreakerOpen(self.name, self._clock() + self._longest_call)

    def leave(self, before: State, error: BaseException | None) -> None:
        """What came of a call that was let through."""
        if isinstance(error, Exception) and self._is_failure(error):
            self._failed(before)
        else:
            self._answered(before)

    def open_for(self, seconds: float) -> None:
        """The server itself asked to be left alone (Retry-After), or will surely refuse. It stays
        open until the later moment if it is open already."""
        retry_at = max(self._clock() + seconds, _store("get", self._open) or 0.0)
        _store("set", self._open, retry_at, FORGOTTEN_AFTER)
        _store("delete", self._probe)
        log.warning("%s is not called for %.0f s", self.name, seconds)

    def _answered(self, before: State) -> None:
        if before.retry_at is not None:
            _store("delete_many", [self._failures, self._open, self._probe])
            log.warning("%s answers again", self.name)
        elif before.failures:  # it may have opened meanwhile: that is a later word than this
            _store("delete", self._failures)

    def _failed(self, before: State) -> None:
        _store("add", self._failures, 0, FORGOTTEN_AFTER)
        try:
            in_a_row = _store("incr", self._failures)
        except ValueError:  # a success elsewhere forgot the failures in between
            in_a_row = 1
        if in_a_row < self._most and before.retry_at is None:
            return
        self.open_for(self._pause)


class _Guard:
    def __init__(self, breaker: Breaker, seen: State | None) -> None:
        self._breaker, self._seen = breaker, seen

    def __enter__(self) -> None:
        self._before = self._seen or self._breaker.state()
        self._breaker.enter(self._before)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: Any
    ) -> None:
        self._breaker.leave(self._before, error)


_redis_away_until = 0.0


def _store(action: str, *arguments: Any) -> Any:
    """One of Django's cache operations, in Redis or else in this process."""
    global _redis_away_until
    if time.monotonic() >= _redis_away_until:
        try:
            return getattr(caches["default"], action)(*arguments)
        except redis.RedisError:
            _redis_away_until = time.monotonic() + WITHOUT_REDIS
    return getattr(caches["process"], action)(*arguments)
