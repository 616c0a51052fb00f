"""`manage.py work`: applies, answers and sends what is due. The rows are the queue."""

import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.models import Q
from django.utils import timezone

from conversations import attention, intake, live, sender, turn
from conversations.agent.think import warm_up
from conversations.connections import AWAY, give_back
from conversations.failures import where
from conversations.llm import tiers
from conversations.models import Conversation, Message
from leads.statements import Query, Slot

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.5  # seconds; a lost hint costs no more
BREATH = 0.03  # seconds from round to round: with much to do, each job's end asks for one
ATTENDANTS = 16  # threads
THINKERS = 3  # threads for turns while no model is asked: more only wait for the processor
PER_SECOND = 80  # messages; what Meta lets a number send
LONGEST_PAUSE = 2.0  # seconds between attempts to reach a database that is away

FIRST_DUE = [
    Query(
        rows.filter(Q(claimed_until=None) | Q(claimed_until__lte=Slot("now")))
        .filter(due_at__gt=Slot("now"), due_at__lt=Slot("latest"))
        .order_by("due_at")
        .values_list("due_at")[:1]
    )
    for rows in (Conversation.objects, Message.objects)
]


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


@dataclass(frozen=True)
class Job:
    """What is done with a claim, and how the claim is given up if the database was away."""

    run: Callable[[Any, turn.Clock], None]
    give_up: Callable[[Any], None]


def _attend(conversation_id: int, clock: turn.Clock) -> None:
    attention.attend(conversation_id)


SEND = Job(sender.send, sender.give_up)
ANSWER = Job(turn.answer, turn.give_up)
ATTEND = Job(_attend, lambda claim: None)  # best effort


class Crew:
    """Threads that do what was claimed. One is free when nobody has taken it, so that a claim
    never waits for a thread."""

    def __init__(self, threads: int, woken: threading.Event) -> None:
        self.free = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._lock = threading.Lock()
        self._woken = woken
        self._failed: deque[tuple[Job, Any]] = deque()

    def begin(
        self, job: Job, claim_due: Callable[[int], list[Any]], most: int | None = None
    ) -> int:
        """Claim and begin at most `most`, and no more than there are free threads."""
        limit = self.free if most is None else min(self.free, most)
        claims = claim_due(limit) if limit > 0 else []
        with self._lock:
            self.free -= len(claims)
        for claim in claims:
            self._pool.submit(self._do, job, claim)
        return len(claims)

    def give_up_failed(self) -> None:
        """What failed while the database was away need not wait for its lease to end."""
        while self._failed:
            job, claim = self._failed.popleft()
            try:
                job.give_up(claim)
            except Error:
                self._failed.append((job, claim))
                raise

    def finish(self) -> None:
        self._pool.shutdown(wait=True)

    def _do(self, job: Job, claim: Any) -> None:
        try:
            job.run(claim, timezone.now)
        except AWAY as error:
            log.warning("%s failed: %s", job.run.__name__, where(error))
            self._failed.append((job, claim))
        except Exception as error:  # noqa: BLE001 - the claim expires and the row is taken again
            log.error("%s failed: %s", job.run.__name__, where(error))
        finally:
            give_back()
            with self._lock:
                self.free += 1
            self._woken.set()


class Pace:
    """No more than `per_second` sends, and a second's worth at once: what one number may send.

    Each process keeps its own; what the gateway refuses beyond that waits and is sent again.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._clock = per_second, clock
        self._left, self._at = per_second, clock()

    def room(self) -> int:
        now = self._clock()
        self._left = min(self._per_second, self._left + (now - self._at) * self._per_second)
        self._at = now
        return int(self._left)

    def take(self, number: int) -> None:
        self._left -= number


class Work:
    """Claims no more than it has free threads, so that what it cannot begin others may take.

    Blue ticks have threads of their own: a gateway that is slow to show them delays no reply. While
    every turn's thread is busy nobody is shown any: an answer comes before the sign of one.
    """

    def __init__(self, threads: int) -> None:
        self._woken = threading.Event()
        self._came = threading.Event()
        self._stopping = threading.Event()
        self._warm = threading.Event()
        self._thinkers = Crew(threads if tiers.models() else THINKERS, self._woken)
        self._senders = Crew(threads, self._woken)
        self._attendants = Crew(ATTENDANTS, self._woken)
        self._pace = Pace(PER_SECOND)

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Claim nothing more; `run` returns when what is running has finished."""
        self._stopping.set()
        self._wake()

    def run(self) -> None:
        for target in (self._listen, self._warm_up):
            threading.Thread(target=target, name=target.__name__, daemon=True).start()
        taking_in = threading.Thread(target=self._take_in, name="intake")
        taking_in.start()
        live.wakes(self._woken.set)
        log.info("Working with %s threads", self._senders.free)
        pause = LOOK_AGAIN
        while not self._stopping.is_set():
            self._woken.clear()
            began = time.monotonic()
            try:
                pause = self._round()
            except Error as error:
                log.warning("The database is away: %s", where(error))
                connection.close()
                pause = min(max(pause * 2, LOOK_AGAIN), LONGEST_PAUSE)
                self._stopping.wait(pause)
                continue
            self._woken.wait(pause)
            self._stopping.wait(max(0.0, began + BREATH - time.monotonic()))
        live.wakes(None)  # what is finished from here on, others go on with
        taking_in.join()
        for crew in (self._attendants, self._thinkers, self._senders):
            crew.finish()
        log.info("Stopped working")

    def _warm_up(self) -> None:
        """So that the first parent does not wait for imports and the knowledge base."""
        try:
            warm_up(timezone.now())
        except Error as error:
            log.warning("Not warmed up: %s", where(error))
        finally:
            give_back()
            self._warm.set()
            self._woken.set()

    def _round(self) -> float:
        """Claim and begin what is due; returns the seconds until something else will be."""
        for crew in (self._senders, self._thinkers):
            crew.give_up_failed()
        now = timezone.now()
        sent = self._senders.begin(SEND, partial(sender.claim_due, now), self._pace.room())
        self._pace.take(sent)
        began = sent
        if self._warm.is_set():  # before, each would wait for the imports with a connection in hand
            began += self._thinkers.begin(ANSWER, partial(turn.claim_due, now))
        if self._thinkers.free:
            began += self._attendants.begin(ATTEND, attention.claim_due)
        pause = 0.0 if began else seconds_until_due(now)
        give_back()
        return pause

    def _take_in(self) -> None:
        """Apply what the door kept, one event after the other."""
        while not self._stopping.is_set():
            self._came.clear()
            try:
                applied = intake.apply_next(timezone.now())
            except Error as error:
                log.warning("An event waits: %s", where(error))
                connection.close()
                self._stopping.wait(LOOK_AGAIN)
                continue
            if not applied:
                give_back()
                self._came.wait(LOOK_AGAIN)
        give_back()

    def _wake(self) -> None:
        self._woken.set()
        self._came.set()

    def _listen(self) -> None:
        """Wakes all for every NOTIFY; without the database they go on by the clock."""
        pause = LOOK_AGAIN
        while not self._stopping.is_set():
            try:
                with psycopg.connect(**listening()) as listening_connection:
                    listening_connection.execute(f"LISTEN {live.CHANNEL}")
                    pause = LOOK_AGAIN
                    self._wake()
                    for _ in listening_connection.notifies():
                        self._wake()
            except psycopg.Error as error:
                log.warning("Not listening: %s", where(error))
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


def seconds_until_due(now: datetime) -> float:
    """Until the next turn or message is due, at most LOOK_AGAIN."""
    latest = now + timedelta(seconds=LOOK_AGAIN)
    due = [query.first(now=now, latest=latest) for query in FIRST_DUE]
    first = min((at for (at,) in filter(None, due)), default=latest)
    return max((first - timezone.now()).total_seconds(), 0.0)


def listening() -> dict[str, Any]:
    """A connection of its own, outside the pool, that notices a server that is gone."""
    parameters = connection.get_connection_params()
    for name in ("pool", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    keepalive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return parameters | {"autocommit": True} | keepalive
