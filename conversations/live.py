"""Says that something changed: to browsers "conversation 12 is at rev 118", to `work` "look now".

Only hints, sent after commit. Whoever misses one finds the same in the rows a moment later.
"""

import logging
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction

log = logging.getLogger(__name__)

GROUP = "console"
CHANNEL = "work"  # of PostgreSQL's NOTIFY

_wake_here: Callable[[], None] | None = None  # in a `work` process


def tell(conversation_id: int, rev: int) -> None:
    """After commit, tell every open console that a conversation has reached `rev`."""
    hint = {"type": "conversation.changed", "conversation": conversation_id, "rev": rev}
    transaction.on_commit(partial(publish, GROUP, hint), robust=True)


def wake() -> None:
    """After commit, wake the `work` processes: a turn or a message is due. In one of them only
    itself; others that have nothing to do see for themselves soon.

    Not inside the transaction: PostgreSQL makes commits that notify wait for each other.
    """
    transaction.on_commit(_wake_here or _notify, robust=True)


def wakes(work: Callable[[], None] | None) -> None:
    """What `wake` calls in this process from now on; None: PostgreSQL tells all of them."""
    global _wake_here
    _wake_here = work


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def publish(group: str, message: dict[str, Any]) -> None:
    """What the channel layer's group_send does, without an event loop for each thread."""
    try:
        _redis().publish(f"asgi__group__{group}", get_channel_layer().serialize(message))
    except redis.RedisError as error:
        log.warning("Redis took no hint: %s", type(error).__name__)


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
