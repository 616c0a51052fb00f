"""`manage.py work`: answers and sends what is due. The rows are the queue."""

import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.models import Min, Q
from django.utils import timezone

from conversations import attention, live, sender, turn
from conversations.agent.think import warm_up
from conversations.connections import give_back
from conversations.failures import where
from conversations.models import Conversation, Message

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.5  # seconds; a lost hint costs no more
LONGEST_PAUSE = 5.0  # seconds between attempts to reach a database that is away


class Command(BaseCommand):
    help = (
        "Answer what parents wrote and send what waits; SIGTERM lets it finish what it has begun."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        work = Work(settings.WORK_THREADS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, work.stop)
        work.run()


class Work:
    """Claims no more than it has free threads, so that what it cannot begin others may take."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._free = threads
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Claim nothing more; `run` returns when what is running has finished."""
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        listener = threading.Thread(target=self._listen, name="listen", daemon=True)
        listener.start()
        self._pool.submit(self._warm_up)
        log.info("Working with %s threads", self._free)
        pause = LOOK_AGAIN
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                pause = self._round()
            except Error as error:
                log.warning("The database is away: %s", where(error))
                connection.close()
                pause = min(pause * 2, LONGEST_PAUSE)
                self._stopping.wait(pause)
                continue
            self._woken.wait(pause)
        self._pool.shutdown(wait=True)
        log.info("Stopped working")

    def _warm_up(self) -> None:
        """So that the first parent does not wait for imports and the knowledge base."""
        try:
            warm_up(timezone.now())
        except Error as error:
            log.warning("Not warmed up: %s", where(error))
        finally:
            give_back()

    def _round(self) -> float:
        """Claim and begin what is due; returns the seconds until something else will be."""
        now = timezone.now()
        began = self._begin(sender.send, partial(sender.claim_due, now))
        began += self._begin(turn.answer, partial(turn.claim_due, now))
        began += self._begin(_attend, attention.claim_due)
        if self._free == 0 or began:
            pause = LOOK_AGAIN if self._free == 0 else 0.0
        else:
            pause = seconds_until_due(now)
        give_back()
        return pause

    def _begin(
        self, job: Callable[[Any, turn.Clock], None], claim_due: Callable[[int], list[Any]]
    ) -> int:
        """A thread is free when nobody has taken it, so a claim never waits for one."""
        if self._free == 0:
            return 0
        claims = claim_due(self._free)
        with self._lock:
            self._free -= len(claims)
        for claim in claims:
            self._pool.submit(self._do, job, claim)
        return len(claims)

    def _do(self, job: Callable[[Any, turn.Clock], None], claim: Any) -> None:
        try:
            job(claim, timezone.now)
        except Exception as error:  # noqa: BLE001 - the claim expires and the row is taken again
            log.error("%s failed: %s", job.__name__, where(error))
        finally:
            give_back()
            with self._lock:
                self._free += 1
            self._woken.set()

    def _listen(self) -> None:
        """Sets `_woken` for every NOTIFY; without the database the rounds go on by the clock."""
        pause = LOOK_AGAIN
        while not self._stopping.is_set():
            try:
                with psycopg.connect(**listening()) as listening_connection:
                    listening_connection.execute(f"LISTEN {live.CHANNEL}")
                    pause = LOOK_AGAIN
                    self._woken.set()
                    for _ in listening_connection.notifies():
                        self._woken.set()
            except psycopg.Error as error:
                log.warning("Not listening: %s", where(error))
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


def _attend(conversation_id: int, clock: turn.Clock) -> None:
    attention.attend(conversation_id)


def seconds_until_due(now: datetime) -> float:
    """Until the next turn or message is due, at most LOOK_AGAIN."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    waiting = (Conversation.objects.filter(free), Message.objects.filter(free))
    latest = now + timedelta(seconds=LOOK_AGAIN)
    due = [
        rows.filter(due_at__gt=now, due_at__lt=latest).aggregate(first=Min("due_at"))["first"]
        for rows in waiting
    ]
    first = min(filter(None, due), default=latest)
    return max((first - timezone.now()).total_seconds(), 0.0)


def listening() -> dict[str, Any]:
    """A connection of its own, outside the pool, that notices a server that is gone."""
    parameters = connection.get_connection_params()
    for name in ("pool", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    keepalive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return parameters | {"autocommit": True} | keepalive
