"""The calendar board: the visits, free places and closures of a week or a day, as a page shows
them. A fixed number of queries, however full the week is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from scheduling.booking import load_calendar
from scheduling.models import Closure, ExtraOpening, Visit
from scheduling.slots import Calendar

DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # the calendar's own end overflows
SHOWN = (*Visit.ACTIVE, Visit.Status.ATTENDED, Visit.Status.NO_SHOW)
WEEKEND = 5


@dataclass
class Cell:
    """One time of one day: who comes, and how many places are left (0: taken, past or closed)."""

    at: datetime
    visits: list[Visit] = field(default_factory=list)
    places: int = 0
    opens: bool = False  # the unit receives visits at this time


@dataclass(frozen=True)
class Day:
    date: date
    today: bool
    cells: list[Cell]  # one for each time of the board, so that the days' columns align
    closures: list[Closure]
    openings: list[ExtraOpening]

    @property
    def visits(self) -> list[Visit]:
        return [visit for cell in self.cells for visit in cell.visits]

    @property
    def closed(self) -> bool:
        return bool(self.closures) and not any(cell.places for cell in self.cells)


@dataclass(frozen=True)
class Board:
    first: date
    last: date
    days: list[Day]
    times: list[time]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def of_week(day: date, now: datetime) -> Board:
    """The week around `day`; Saturday and Sunday only when something is on."""
    first = monday(day)
    board = _board(first, first + 6 * DAY, now)
    days = [one for one in board.days if one.date.weekday() < WEEKEND or _alive(one)]
    return Board(first, board.last, days, board.times)


def of_day(day: date, now: datetime) -> Board:
    return _board(day, day, now)


def unmarked(now: datetime) -> QuerySet[Visit]:
    """Visits that are over and of which nobody has said whether the family came."""
    rows = Visit.objects.active().filter(ends_at__lte=now).order_by("starts_at")
    return rows.select_related("lead")


def _alive(day: Day) -> bool:
    return bool(day.openings) or any(cell.visits or cell.opens for cell in day.cells)


def _board(first: date, last: date, now: datetime) -> Board:
    begin, end = _midnight(first), _midnight(last + DAY)
    calendar = load_calendar(now, since=begin)
    visits = _by_start(
        Visit.objects.between(begin, end)
        .filter(status__in=SHOWN)
        .select_related("lead__conversation")
        .prefetch_related("lead__students")
        .order_by("starts_at", "seat")
    )
    closures = list(Closure.objects.filter(active=True, starts_at__lt=end, ends_at__gt=begin))
    openings = list(ExtraOpening.objects.filter(starts_at__lt=end, ends_at__gt=begin))
    days = [first + n * DAY for n in range((last - first).days + 1)]
    starts = {at for day in days for at in calendar.starts(day)}
    times = sorted({at.time() for at in [*starts, *visits]})
    today = timezone.localdate(now)
    return Board(first, last, [
        Day(
            day,
            day == today,
            [_cell(datetime.combine(day, clock, calendar.tz), calendar, visits, starts)
             for clock in times],
            [row for row in closures if _touches(row, day)],
            [row for row in openings if _touches(row, day)],
        )
        for day in days
    ], times)  # fmt: skip


def _cell(
    at: datetime, calendar: Calendar, visits: dict[datetime, list[Visit]], starts: set[datetime]
) -> Cell:
    free = at in starts and calendar.verdict(at).free
    return Cell(at, visits.get(at, []), calendar.places_left(at) if free else 0, at in starts)


def _by_start(rows: Iterable[Visit]) -> dict[datetime, list[Visit]]:
    found: dict[datetime, list[Visit]] = defaultdict(list)
    for row in rows:
        found[timezone.localtime(row.starts_at)].append(row)
    return found


def _touches(row: Closure | ExtraOpening, day: date) -> bool:
    return row.starts_at < _midnight(day + DAY) and row.ends_at > _midnight(day)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
