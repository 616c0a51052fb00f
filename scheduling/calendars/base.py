"""What the product asks of a calendar outside, and what can go wrong with it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from scheduling.breaker import Breaker

log = logging.getLogger(__name__)

LONGEST_WAIT = 900.0  # seconds; a longer Retry-After is asked again anyway


class CalendarError(Exception):
    """A call that did not do what it was for; `str()` is a code without personal data.

    By itself it is a refusal (of the credentials, the calendar or the body), which stays until a
    person acts; what passes, and what means something else, has a class of its own.
    """


class Unreachable(CalendarError):
    """Nothing came back, or a server's failure: what was asked may have been done or not."""


class Limited(CalendarError):
    """Too many calls: none before `wait` is over, if Google said how long."""

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.wait = wait


class Gone(CalendarError):
    """There is no such event (any more)."""


class Exists(CalendarError):
    """An event of this id was made before, perhaps by a call whose answer was lost."""


class Changed(CalendarError):
    """The event is no longer at the version that the caller knew."""


class TokenExpired(CalendarError):
    """Changes since this token are no longer known: everything must be read anew."""


@dataclass(frozen=True)
class Draft:
    """An event as we want it. Nothing in it says who comes."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    visit_id: int


@dataclass(frozen=True)
class Event:
    """An event as it stands. A cancelled one may have lost everything but its id."""

    id: str
    etag: str = ""
    title: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    busy: bool = True
    cancelled: bool = False


@dataclass(frozen=True)
class Changes:
    events: Sequence[Event]
    token: str  # asks for what changes from here on; empty if there is none
    complete: bool  # every event of the window, not only what changed


class Calendar:
    """Every call may raise Unreachable, Limited, BreakerOpen or a bare CalendarError."""

    def insert(self, draft: Draft) -> Event:
        """Raises Exists."""
        raise NotImplementedError

    def get(self, event_id: str) -> Event:
        """A deleted event is cancelled, or Gone."""
        raise NotImplementedError

    def patch(self, draft: Draft, etag: str) -> Event:
        """Bring its times to the draft's, if the event is still at `etag`.

        Raises Changed or Gone.
        """
        raise NotImplementedError

    def delete(self, event_id: str) -> None:
        """Raises Gone."""
        raise NotImplementedError

    def changes(self, token: str, first: datetime, last: datetime) -> Changes:
        """What changed since `token`, or every event from `first` to `last` without one.

        Recurring events come as their instances. Raises TokenExpired.
        """
        raise NotImplementedError


def is_configured() -> bool:
    return bool(
        settings.GOOGLE_CALENDAR_ID
        and (settings.GOOGLE_CALENDAR_CREDENTIALS or settings.GOOGLE_CALENDAR_API_ENDPOINT)
    )


def sync_soon() -> None:
    """After commit, ask the worker to bring Google up to date. Without it the sweep does so: a
    booking never depends on the broker."""
    if is_configured():
        transaction.on_commit(_ask_the_worker, robust=True)


def _ask_the_worker() -> None:
    from kombu.exceptions import OperationalError  # slow, and the web rarely needs it

    worker = import_string(settings.WORKER_APP)
    try:
        worker.send_task("scheduling.tasks.sync_calendar", retry=False)
    except OperationalError as error:
        log.warning("calendar: the worker was not asked (%s)", type(error).__name__)


def calendar() -> Calendar:
    """The unit's calendar, by `settings.CALENDAR_BACKEND`. Its library loads here, not before."""
    made = import_string(settings.CALENDAR_BACKEND)()
    assert isinstance(made, Calendar)
    return made


BREAKER = Breaker("calendar", is_failure=lambda error: isinstance(error, Unreachable))
