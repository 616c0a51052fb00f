"""Events become rows, many with one INSERT: what comes while one runs goes with the next."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db import Error

from conversations import live
from conversations.connections import AWAY, give_back
from leads.statements import prepared

MOST = 500  # rows of one INSERT


@dataclass(frozen=True)
class Arrival:
    """One body as it is kept: without secrets, `provider_key` equal for its redeliveries."""

    instance: str
    event: str
    provider_key: str
    body: Any
    received_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        return self.instance, self.event, self.provider_key


class Arrivals:
    """Of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Arrival, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival) -> bool:
        """Return once it is committed: False if it was there before. Raises what the database
        raised if it could not be kept."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return bool(await kept)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcomes: Sequence[bool | Exception]
            try:
                outcomes = await sync_to_async(insert)([arrival for arrival, _ in batch])
            except Exception as error:  # noqa: BLE001 - each who waits is told
                outcomes = [error] * len(batch)
            for (_, kept), outcome in zip(batch, outcomes, strict=True):
                if kept.done():
                    continue  # nobody waits any more
                if isinstance(outcome, Exception):
                    kept.set_exception(outcome)
                else:
                    kept.set_result(outcome)


def insert(arrivals: Sequence[Arrival]) -> list[bool | Error]:
    """For each whether it is new, or why it could not be kept."""
    try:
        return list(_insert(arrivals))
    except AWAY as error:
        return [error] * len(arrivals)
    except Error as error:  # one that PostgreSQL does not take costs only itself
        return [error] if len(arrivals) == 1 else [insert([one])[0] for one in arrivals]
    finally:
        give_back()


def _insert(arrivals: Sequence[Arrival]) -> list[bool]:
    with prepared() as cursor:
        cursor.execute(
            """
            INSERT INTO conversations_rawevent
                (instance, event, provider_key, body, received_at, due_at, error)
            SELECT came->>0, came->>1, came->>2, came->3, (came->>4)::timestamptz,
                (came->>4)::timestamptz, ''
            FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS row (came, place)
            ORDER BY place
            ON CONFLICT DO NOTHING RETURNING instance, event, provider_key
            """,
            [json.dumps([[*one.key, one.body, one.received_at.isoformat()] for one in arrivals])],
        )
        new = set(cursor.fetchall())
    live.wake()
    return [_taken(new, arrival.key) for arrival in arrivals]


def _taken(new: set[Any], key: tuple[str, str, str]) -> bool:
    """True for the first of several redeliveries that came at once."""
    is_new = key in new
    new.discard(key)
    return is_new
