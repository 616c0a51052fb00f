"""When a visit can be: arithmetic over plain values, no database.

All moments are aware. Periods are half-open: what closes at 12:00 is closed at 12:00. Spans are
compared in UTC, because two moments of one time zone subtract by the clock on the wall.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

Status = Literal[
    "free",
    "taken",
    "closed_day",
    "weekend",
    "outside_hours",
    "off_grid",
    "too_soon",
    "too_far",
    "past",
]
Span = tuple[datetime, datetime]

_SEARCH_DAYS = 60  # how far ahead the next opening is looked for


@dataclass(frozen=True)
class Rules:
    id: int
    minutes: int = 30
    capacity: int = 1
    notice_minutes: int = 60
    horizon_days: int = 30


@dataclass(frozen=True)
class Hours:
    id: int
    weekday: int  # Monday is 0
    opens: time
    closes: time
    valid_from: datetime
    valid_until: datetime | None = None

    def hold_at(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True)
class Closed:
    id: int
    starts_at: datetime
    ends_at: datetime
    name: str


@dataclass(frozen=True)
class Verdict:
    status: Status
    closure: str = ""  # name of what is closed for
    closure_id: int | None = None

    @property
    def free(self) -> bool:
        return self.status == "free"


@dataclass(frozen=True)
class HoursRow:
    """Weekdays that share the same stretches, with the rows they come from."""

    weekdays: tuple[int, ...]
    stretches: tuple[tuple[time, time], ...]
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Calendar:
    """What is known at `now`. `rules` hold throughout; hours count when they are valid."""

    rules: Rules
    hours: tuple[Hours, ...]
    closures: tuple[Closed, ...]
    taken: tuple[Span, ...]  # what holds a place
    now: datetime
    tz: ZoneInfo

    def free(self, first: date, last: date) -> list[datetime]:
        """Free starts from `first` to `last`, both included, in the unit's time zone."""
        earliest = max(first, self._local(self.now).date())
        latest = min(last, self._local(self._horizon).date())
        days = (earliest + timedelta(days=n) for n in range((latest - earliest).days + 1))
        return sorted({at for day in days for at in self._starts(day) if self._is_free(at)})

    def verdict(self, at: datetime) -> Verdict:
        """Whether a visit can start at `at`, or the first reason why not."""
        if at < self.now:
            return Verdict("past")
        if at > self._horizon:
            return Verdict("too_far")
        if closure := self._closure_over(at, self._end(at)):
            return Verdict("closed_day", closure.name, closure.id)
        return Verdict(self._status_by_hours(at))

    def nearest(self, at: datetime, count: int) -> list[datetime]:
        """Up to `count` free starts by their distance from `at`, the nearest first."""
        today = self._local(self.now).date()
        free = self.free(today, today + timedelta(days=self.rules.horizon_days))
        return sorted(free, key=lambda start: (abs(_utc(start) - _utc(at)), start))[:count]

    def hours_text_rows(self, day: date) -> list[HoursRow]:
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

    def next_open(self, at: datetime) -> datetime | None:
        """The first moment from `at` on in which the unit is open; `at` itself if it is."""
        today = self._local(at).date()
        for days in range(_SEARCH_DAYS):
            for opens, closes in self._stretches(today + timedelta(days=days)):
                moment = self._after_closures(max(opens, _utc(at)))
                if moment < closes:
                    return self._local(moment)
        return None

    def is_open(self, at: datetime) -> bool:
        return self.next_open(at) == at

    def open_time(self, begin: datetime, end: datetime) -> timedelta:
        """How long the unit is open in [begin, end), closures left out."""
        begin, end = _utc(begin), _utc(end)
        first, last = self._local(begin).date(), self._local(end).date()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        spans = (
            (max(opens, begin), min(closes, end))
            for day in days
            for opens, closes in self._stretches(day)
        )
        open_spans = (span for span in spans if span[0] < span[1])
        return sum((self._open_in(*span) for span in open_spans), timedelta())

    def _open_in(self, begin: datetime, end: datetime) -> timedelta:
        total, moment = end - begin, begin
        for row in sorted(self.closures, key=lambda row: row.starts_at):
            start, stop = max(_utc(row.starts_at), moment), min(_utc(row.ends_at), end)
            if start < stop:
                total, moment = total - (stop - start), stop
        return total

    def _status_by_hours(self, at: datetime) -> Status:
        local = self._local(at)
        stretches = list(self._stretches(local.date()))
        if not stretches:
            return "weekend" if local.weekday() >= 5 else "outside_hours"
        if not any(opens <= _utc(at) < closes for opens, closes in stretches):
            return "outside_hours"
        if _utc(at) not in map(_utc, self._starts(local.date())):
            return "off_grid"
        if at < self._earliest:
            return "too_soon"
        return "taken" if self._places_left(at) <= 0 else "free"

    def _is_free(self, at: datetime) -> bool:
        """What `verdict` says of a start of the grid, without its reasons."""
        return (
            self._earliest <= at <= self._horizon
            and not self._closure_over(at, self._end(at))
            and self._places_left(at) > 0
        )

    def _places_left(self, at: datetime) -> int:
        start, end = _utc(at), self._end(at)
        busy = sum(begins < end and start < ends for begins, ends in self._taken_on[start.date()])
        return self.rules.capacity - busy

    def _starts(self, day: date) -> Iterator[datetime]:
        """Starts of the grid: every visit's length from each opening, while a visit fits."""
        length = timedelta(minutes=self.rules.minutes)
        for opens, closes in self._stretches(day):
            moment = opens
            while moment + length <= closes:
                yield self._local(moment)
                moment += length

    def _stretches(self, day: date) -> Iterator[Span]:
        """When the unit is open on `day` by its hours, in UTC."""
        for row in self._by_opening:
            if row.weekday != day.weekday():
                continue
            opens = datetime.combine(day, row.opens, self.tz)
            if row.hold_at(opens):
                yield _utc(opens), _utc(datetime.combine(day, row.closes, self.tz))

    def _closure_over(self, start: datetime, end: datetime) -> Closed | None:
        return next(
            (row for row in self._closed_soon if row.starts_at < end and start < row.ends_at), None
        )

    def _after_closures(self, moment: datetime) -> datetime:
        for row in sorted(self.closures, key=lambda row: row.starts_at):
            if row.starts_at <= moment < row.ends_at:
                moment = _utc(row.ends_at)
        return moment

    @cached_property
    def _by_opening(self) -> tuple[Hours, ...]:
        return tuple(sorted(self.hours, key=lambda row: (row.weekday, row.opens)))

    @cached_property
    def _taken_on(self) -> dict[date, list[Span]]:
        """Taken spans, in UTC, by each day (of UTC) that they touch or that precedes them."""
        found: dict[date, list[Span]] = defaultdict(list)
        for begins, ends in self.taken:
            span = _utc(begins), _utc(ends)
            days = (span[1].date() - span[0].date()).days
            for n in range(-1, days + 1):
                found[span[0].date() + timedelta(days=n)].append(span)
        return found

    @cached_property
    def _closed_soon(self) -> tuple[Closed, ...]:
        """Closures that can matter to a visit."""
        last = self._end(self._horizon)
        return tuple(row for row in self.closures if row.starts_at < last)

    @cached_property
    def _earliest(self) -> datetime:
        return _utc(self.now) + timedelta(minutes=self.rules.notice_minutes)

    @cached_property
    def _horizon(self) -> datetime:
        return _utc(self.now) + timedelta(days=self.rules.horizon_days)

    def _end(self, at: datetime) -> datetime:
        return _utc(at) + timedelta(minutes=self.rules.minutes)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)


def spread(candidates: Sequence[datetime], count: int = 3) -> list[datetime]:
    """`count` offers out of free starts, early ones, in order of time.

    From three on they cover two days and both halves of the day whenever the candidates do.
    """
    chosen: list[datetime] = []
    left = sorted(candidates)
    for _ in range(min(count, len(left))):
        chosen.append(left.pop(left.index(min(left, key=lambda at: _staleness(at, chosen)))))
    return sorted(chosen)


def _staleness(at: datetime, chosen: Sequence[datetime]) -> tuple[bool, bool, bool, int, datetime]:
    days = [other.date() for other in chosen]
    halves = [other.hour < 12 for other in chosen]
    same_day, same_half = at.date() in days, (at.hour < 12) in halves
    return (
        len(set(days)) == 1 and same_day,
        len(set(halves)) == 1 and same_half,
        same_day,
        halves.count(at.hour < 12),
        at,
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
