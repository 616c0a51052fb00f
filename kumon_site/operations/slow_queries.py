"""Queries that took long, by their statement: without its values, so without anybody's data.

A short list in Redis: pg_stat_statements would be better and is not in every PostgreSQL (the
embedded one has no extension of its kind).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from django.core.cache import cache
from django.db.backends.signals import connection_created

SLOW_SECONDS = 0.2
KEY = "operations:slow_queries"
KEPT = 50
QUIET_SECONDS = 1.0  # a process tells of one at most: where all are slow, telling makes it worse
LONGEST = 600  # characters of a statement


@dataclass(frozen=True)
class SlowQuery:
    statement: str
    ms: float
    at: datetime


def watch() -> None:
    """From now on, in this process."""
    connection_created.connect(_watch_connection, dispatch_uid="slow_queries")


def newest() -> list[SlowQuery]:
    """The newest first; none while Redis is away."""
    try:
        kept = _redis().lrange(KEY, 0, KEPT - 1)
    except redis.RedisError:
        return []
    rows = [json.loads(each) for each in kept]
    return [
        SlowQuery(row["statement"], row["ms"], datetime.fromtimestamp(row["at"], UTC))
        for row in rows
    ]


def _watch_connection(connection: Any, **kwargs: Any) -> None:
    """Each check-out from the pool makes a connection anew; the wrapper stays with the thread."""
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


_quiet_until = 0.0


def _timed(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        spent = time.perf_counter() - began
        if spent >= SLOW_SECONDS:
            _keep(str(sql), spent)


def _keep(statement: str, seconds: float) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    _quiet_until = time.monotonic() + QUIET_SECONDS
    row = {
        "statement": " ".join(statement.split())[:LONGEST],
        "ms": round(seconds * 1000),
        "at": time.time(),
    }
    try:
        client = _redis()
        client.lpush(KEY, json.dumps(row))
        client.ltrim(KEY, 0, KEPT - 1)
    except redis.RedisError:
        return  # it is only told


def _redis() -> Any:
    return cache._cache.get_client(write=True)  # type: ignore[attr-defined]
