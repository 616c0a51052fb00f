"""When the unit is open: a closure goes before an extra opening, and that before the week."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from scheduling.slots.rows import Closed, Hours, HoursRow, Opened, Span, utc

_SEARCH_DAYS = 60  # how far ahead the next opening is looked for


@dataclass(frozen=True)
class OpenTimes:
    hours: tuple[Hours, ...]
    openings: tuple[Opened, ...]
    closures: tuple[Closed, ...]
    tz: ZoneInfo

    def stretches(self, day: date) -> list[Span]:
        """When `day` is open by the week and by extra openings, in UTC; closures not counted."""
        return sorted({*self._of_the_week(day), *self._extra(day)})

    def open_spans(self, day: date) -> list[Span]:
        """When `day` is open indeed, in UTC: apart from each other and in order."""
        return _without(_joined(self.stretches(day)), self._closed)

    def next_open(self, at: datetime) -> datetime | None:
        """The first moment from `at` on in which the unit is open; `at` itself if it is."""
        today = self._local(at).date()
        for days in range(_SEARCH_DAYS):
            for opens, closes in self.open_spans(today + timedelta(days=days)):
                if utc(at) < closes:
                    return self._local(max(opens, utc(at)))
        return None

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` to `end` the unit is open."""
        first, last = self._local(start).date(), self._local(end).date()
        total = timedelta()
        for days in range((last - first).days + 1):
            for opens, closes in self.open_spans(first + timedelta(days=days)):
                total += max(min(closes, utc(end)) - max(opens, utc(start)), timedelta())
        return total

    def closure_over(self, start: datetime, end: datetime) -> Closed | None:
        """The first closure that touches the span."""
        return next(
            (row for row in self.closures if row.starts_at < end and start < row.ends_at), None
        )

    def text_rows(self, day: date) -> list[HoursRow]:
        """Opening hours that hold on `day`, weekdays with equal hours together, in week order."""
        noon = datetime.combine(day, time(12), self.tz)
        rows = [row for row in self._by_opening if row.hold_at(noon)]
        of_weekday = {
            weekday: tuple(of) for weekday, of in groupby(rows, key=lambda row: row.weekday)
        }
        together: dict[tuple[tuple[time, time], ...], list[int]] = defaultdict(list)
        for weekday, of in of_weekday.items():
            together[tuple((row.opens, row.closes) for row in of)].append(weekday)
        return [
            HoursRow(
                tuple(weekdays),
                stretches,
                tuple(row.id for weekday in weekdays for row in of_weekday[weekday]),
            )
            for stretches, weekdays in together.items()
        ]

    def _of_the_week(self, day: date) -> Iterator[Span]:
        for row in self._by_opening:
            if row.weekday != day.weekday():
                continue
            opens = datetime.combine(day, row.opens, self.tz)
            if row.hold_at(opens):
                yield utc(opens), utc(datetime.combine(day, row.closes, self.tz))

    def _extra(self, day: date) -> Iterator[Span]:
        """What extra openings have of `day`; one that lasts over midnight has part of two."""
        if not self.openings:
            return
        begins = utc(datetime.combine(day, time(), self.tz))
        ends = utc(datetime.combine(day + timedelta(days=1), time(), self.tz))
        for row in self.openings:
            opens, closes = max(utc(row.starts_at), begins), min(utc(row.ends_at), ends)
            if opens < closes:
                yield opens, closes

    @cached_property
    def _by_opening(self) -> tuple[Hours, ...]:
        return tuple(sorted(self.hours, key=lambda row: (row.weekday, row.opens)))

    @cached_property
    def _closed(self) -> list[Span]:
        return _joined(sorted((utc(row.starts_at), utc(row.ends_at)) for row in self.closures))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)


def _joined(spans: list[Span]) -> list[Span]:
    """Sorted spans, those that touch made one."""
    found: list[Span] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _without(spans: list[Span], holes: list[Span]) -> list[Span]:
    """`spans` less `holes`, both sorted and apart from each other."""
    found = []
    for start, end in spans:
        for begins, ends in holes:
            if ends <= start or end <= begins:
                continue
            if start < begins:
                found.append((start, begins))
            start = max(start, ends)
        if start < end:
            found.append((start, end))
    return found
