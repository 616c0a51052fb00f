"""Whoever holds the lease speaks to Google; it ends by itself, should its process die."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection
from django.db.models import Q

from scheduling.models import CalendarSync

SECONDS = timedelta(seconds=120)  # several calls with their time limits


class LeaseLost(Exception):
    """Somebody else has taken over: nothing more is done here."""


@dataclass(frozen=True)
class Lease:
    key: uuid.UUID
    now: Callable[[], datetime]

    @classmethod
    def claim(cls, clock: Callable[[], datetime]) -> Self | None:
        """None while somebody else holds it, or Google is to be left alone."""
        now, key = clock(), uuid.uuid4()
        CalendarSync.objects.get_or_create(pk=CalendarSync.ONLY)
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        due = Q(due_at=None) | Q(due_at__lte=now)
        won = CalendarSync.objects.filter(free & due).update(lease=key, leased_until=now + SECONDS)
        return cls(key, clock) if won else None

    def renew(self) -> None:
        """Before every call; no connection to the database is kept during it. Raises LeaseLost."""
        self.write(leased_until=self.now() + SECONDS)
        if not connection.in_atomic_block:
            connection.close()

    def write(self, **columns: Any) -> None:
        """Raises LeaseLost."""
        if not CalendarSync.objects.filter(lease=self.key).update(**columns):
            raise LeaseLost

    def release(self) -> None:
        CalendarSync.objects.filter(lease=self.key).update(lease=None, leased_until=None)
