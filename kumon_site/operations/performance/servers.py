"""PostgreSQL and Redis as they fare now."""

from dataclasses import dataclass
from typing import Any

import redis
from django.core.cache import cache
from django.db import connection


@dataclass(frozen=True)
class Connections:
    """Of all processes to PostgreSQL, by what they do."""

    used: int
    most: int
    active: int
    in_transaction: int  # idle, with a transaction open
    longest_seconds: float  # of the oldest transaction


@dataclass(frozen=True)
class Pool:
    """This process's own; None where nobody has asked the database yet."""

    used: int
    most: int
    waiting: int


def connections() -> Connections:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), current_setting('max_connections')::int,
                count(*) FILTER (WHERE state = 'active'),
                count(*) FILTER (WHERE state LIKE 'idle in transaction%%'),
                coalesce(extract(epoch FROM max(now() - xact_start)), 0)
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
        used, most, active, idle, longest = cursor.fetchone()
    return Connections(used, most, active, idle, float(longest))


def pool() -> Pool | None:
    own: Any = connection.pool  # type: ignore[attr-defined]  # psycopg's
    if own is None:
        return None
    stats = own.get_stats()
    used = stats.get("pool_size", 0) - stats.get("pool_available", 0)
    return Pool(used, own.max_size, stats.get("requests_waiting", 0))


def buffer_hits() -> float | None:
    """Of the blocks PostgreSQL needed, the share that it had in memory."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT blks_hit::float / nullif(blks_hit + blks_read, 0) FROM pg_stat_database "
            "WHERE datname = current_database()"
        )
        share: float | None = cursor.fetchone()[0]
    return share


def cache_hits() -> float | None:
    """Of Redis's look-ups by key, the share that found something; None while it is away."""
    try:
        stats = cache._cache.get_client().info("stats")  # type: ignore[attr-defined]
    except redis.RedisError:
        return None
    hits, misses = stats["keyspace_hits"], stats["keyspace_misses"]
    return hits / (hits + misses) if hits + misses else None
