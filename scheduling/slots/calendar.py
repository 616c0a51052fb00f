"""When a visit can be: arithmetic over plain values, no database."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from scheduling.slots.hours import OpenTimes
from scheduling.slots.rows import (
    Closed,
    Hours,
    HoursRow,
    Opened,
    Rules,
    Span,
    Status,
    Verdict,
    utc,
)


@dataclass(frozen=True)
class Calendar:
    """What is known at `now`. `rules` hold throughout; hours count when they are valid."""

    rules: Rules
    hours: tuple[Hours, ...]
    closures: tuple[Closed, ...]
    taken: tuple[Span, ...]  # what holds a place
    now: datetime
    tz: ZoneInfo
    openings: tuple[Opened, ...] = ()

    def free(self, first: date, last: date) -> list[datetime]:
        """Free starts from `first` to `last`, both included, in the unit's time zone."""
        earliest = max(first, self._local(self.now).date())
        latest = min(last, self._local(self._horizon).date())
        days = (earliest + timedelta(days=n) for n in range((latest - earliest).days + 1))
        return sorted({at for day in days for at in self._starts(day) if self._is_free(at)})

    def starts(self, day: date) -> list[datetime]:
        """Every start of `day`, free or not; closures are not counted."""
        return list(self._starts(day))

    def places_left(self, at: datetime) -> int:
        """How many visits could still start at `at`, whatever `now` is."""
        return max(self._places_left(at), 0)

    def verdict(self, at: datetime) -> Verdict:
        """Whether a visit can start at `at`, or the first reason why not."""
        if at < self.now:
            return Verdict("past")
        if at > self._horizon:
            return Verdict("too_far")
        closure = self._soon.closure_over(at, self._end(at))
        if closure and closure.name:
            return Verdict("closed_day", closure.name, closure.id)
        return Verdict(self._status_by_hours(at))

    def nearest(self, at: datetime, count: int) -> list[datetime]:
        """Up to `count` free starts by their distance from `at`, the nearest first."""
        today = self._local(self.now).date()
        free = self.free(today, today + timedelta(days=self.rules.horizon_days))
        return sorted(free, key=lambda start: (abs(utc(start) - utc(at)), start))[:count]

    def hours_text_rows(self, day: date) -> list[HoursRow]:
        """Opening hours that hold on `day`, weekdays with equal hours together, in week order."""
        return self._open.text_rows(day)

    def next_open(self, at: datetime) -> datetime | None:
        """The first moment from `at` on in which the unit is open; `at` itself if it is."""
        return self._open.next_open(at)

    def is_open(self, at: datetime) -> bool:
        return self.next_open(at) == at

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` to `end` the unit is open, for response times.

        A past span needs the rows of then: `booking.load_calendar(now, since=start)`.
        """
        return self._open.open_between(start, end)

    def _status_by_hours(self, at: datetime) -> Status:
        local = self._local(at)
        stretches = self._open.stretches(local.date())
        if not stretches:
            return "weekend" if local.weekday() >= 5 else "outside_hours"
        if not any(opens <= utc(at) < closes for opens, closes in stretches):
            return "outside_hours"
        if utc(at) not in map(utc, self._starts(local.date())):
            return "off_grid"
        if at < self._earliest:
            return "too_soon"
        return "taken" if self._places_left(at) <= 0 else "free"

    def _is_free(self, at: datetime) -> bool:
        """What `verdict` says of a start of the grid, without its reasons."""
        return self._earliest <= at <= self._horizon and self._places_left(at) > 0

    def _places_left(self, at: datetime) -> int:
        if self._soon.closure_over(at, self._end(at)):
            return 0
        start, end = utc(at) - self.rules.gap, self._end(at) + self.rules.gap
        busy = sum(begins < end and start < ends for begins, ends in self._taken_on[utc(at).date()])
        return self.rules.capacity - busy

    def _starts(self, day: date) -> Iterator[datetime]:
        """Starts of the grid: every visit's length from each opening, while a visit fits."""
        length = timedelta(minutes=self.rules.minutes)
        for opens, closes in self._open.stretches(day):
            moment = opens
            while moment + length <= closes:
                yield self._local(moment)
                moment += length

    @cached_property
    def _open(self) -> OpenTimes:
        return OpenTimes(self.hours, self.openings, self.closures, self.tz)

    @cached_property
    def _soon(self) -> OpenTimes:
        """With the closures that can matter to a visit, those first that a family is told of."""
        last = self._end(self._horizon)
        closures = sorted(
            (row for row in self.closures if row.starts_at < last), key=lambda row: not row.name
        )
        return OpenTimes(self.hours, self.openings, tuple(closures), self.tz)

    @cached_property
    def _taken_on(self) -> dict[date, list[Span]]:
        """Taken spans, in UTC, by each day (of UTC) that they touch or are next to."""
        found: dict[date, list[Span]] = defaultdict(list)
        for begins, ends in self.taken:
            span = utc(begins), utc(ends)
            days = (span[1].date() - span[0].date()).days
            for n in range(-1, days + 2):
                found[span[0].date() + timedelta(days=n)].append(span)
        return found

    @cached_property
    def _earliest(self) -> datetime:
        return utc(self.now) + timedelta(minutes=self.rules.notice_minutes)

    @cached_property
    def _horizon(self) -> datetime:
        return utc(self.now) + timedelta(days=self.rules.horizon_days)

    def _end(self, at: datetime) -> datetime:
        return utc(at) + timedelta(minutes=self.rules.minutes)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)
