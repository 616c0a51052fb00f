"""Visits as iCalendar (RFC 5545): one UID however often a visit moves, a sequence that grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from scheduling.models import Visit

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Kumon reception//Visits//PT"


@dataclass(frozen=True)
class Thread:
    """A visit through its moves: the first row's key, the number of changes, where it is now."""

    first: int
    sequence: int
    now: Visit

    @property
    def uid(self) -> str:
        return f"visit-{self.first}@kumon-reception"

    @property
    def cancelled(self) -> bool:
        return self.now.status == Visit.Status.CANCELLED


def threads(visits: Iterable[Visit]) -> dict[int, Thread]:
    """By the key of every visit given, moved ones included. Give all visits of a family."""
    rows = sorted(visits, key=lambda row: row.pk)  # a successor is made after what it replaces
    found: dict[int, tuple[int, int]] = {}
    last: dict[int, Visit] = {}
    for row in rows:
        first, moves = found.get(row.replaces_id or 0, (row.pk, -1))
        found[row.pk] = first, moves + 1
        last[first] = row
    return {
        row.pk: Thread(first, found[last[first].pk][1] + _called_off(last[first]), last[first])
        for row in rows
        for first in [found[row.pk][0]]
    }


def _called_off(visit: Visit) -> int:
    return int(visit.status == Visit.Status.CANCELLED)


def event(thread: Thread, *, summary: str, location: str, description: str = "") -> Event:
    from icalendar import Event  # only who writes a calendar pays for it

    visit = thread.now
    made = Event.new(
        uid=thread.uid,
        sequence=thread.sequence,
        start=visit.starts_at,
        end=visit.ends_at,
        stamp=visit.updated_at,
        summary=summary,
        location=location,
        description=description or None,
    )
    made.add("status", "CANCELLED" if thread.cancelled else "CONFIRMED")
    return made


def document(
    events: Iterable[Event], *, method: str, also: Mapping[str, str] | None = None
) -> bytes:
    """PUBLISH for what is on, CANCEL for what is called off."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for name, value in (also or {}).items():
        calendar.add(name, value)
    for one in events:
        calendar.add_component(one)
    content: bytes = calendar.to_ical()
    return content


def expires(thread: Thread) -> datetime:
    """A link to the visit is good until it is over."""
    return thread.now.ends_at
