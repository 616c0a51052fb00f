"""The dates that a day token stands for, seen from today."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
LONGEST_AHEAD = timedelta(days=730)  # a written year beyond is not a visit's
OPEN_SPAN = timedelta(days=6)  # "a partir de segunda" names no end


@dataclass(frozen=True)
class Occurrence:
    """Candidate dates or a range; neither when the token names no day that can be."""

    dates: tuple[date, ...] = ()
    range: tuple[date, date] | None = None
    ambiguous: bool = False


NOTHING = Occurrence()


def occurrence(token: str, today: date, *, says_today: bool = False) -> Occurrence:
    """What `token` (see days.py) stands for; `says_today` when the text also says "hoje"."""
    if "+" in token:
        weekday, day = token.split("+")[:2]
        return _twice_said(int(weekday[1]), day, today)
    if token[0] == "W":
        return _weekday(token, today, says_today)
    if token[0] == "Q":
        return _bounded(token, today)
    return _READ[token[0]](token, today)


def _weekday(token: str, today: date, says_today: bool) -> Occurrence:
    weekday, form = int(token[1]), token[2:]
    coming = today + DAY * ((weekday - today.weekday() - 1) % 7 + 1)
    is_today = weekday == today.weekday()
    if form == "n":
        this_week = coming <= _week_end(today)
        return Occurrence((coming, coming + WEEK) if this_week else (coming,), ambiguous=this_week)
    if is_today and (says_today or form == "e"):
        return Occurrence((today,))
    if is_today:
        return Occurrence((today, coming), ambiguous=form != "p")
    return Occurrence((coming,))


def _twice_said(weekday: int, day: str, today: date) -> Occurrence:
    """ "Quinta dia 12": one date when they agree, else both, to be asked."""
    said = occurrence(day, today).dates
    if not said or said[0].weekday() == weekday:
        return Occurrence(said)
    named = today + DAY * ((weekday - today.weekday()) % 7)
    return Occurrence((said[0], named), ambiguous=True)


def _relative(token: str, today: date) -> Occurrence:
    return Occurrence((today + DAY * int(token[1:]),))


def _month_day(token: str, today: date) -> Occurrence:
    """The next such day from today on; with x next month's, with t this month's."""
    day = int(token[1:].rstrip("xt"))
    if not 1 <= day <= 31:
        return NOTHING
    if token[-1] in "xt":
        found = _valid(_months_on(today, token[-1] == "x"), day)
        return Occurrence((found,)) if found and found >= today else NOTHING
    for ahead in range(4):
        found = _valid(_months_on(today, ahead), day)
        if found and found >= today:
            return Occurrence((found,))
    return NOTHING


def _dated(token: str, today: date) -> Occurrence:
    """Without a year a past day is next year's; a day that this year lacks is none."""
    day, month, *written = (int(n) for n in token[1:].split("_"))
    if not 1 <= month <= 12:
        return NOTHING
    years = [n + 2000 if n < 100 else n for n in written] or [today.year, today.year + 1]
    for year in years:
        found = _valid(date(year, month, 1), day) if 1 <= year <= 9998 else None
        if found and today <= found <= today + LONGEST_AHEAD:
            return Occurrence((found,))
    return NOTHING


def _valid(month: date, day: int) -> date | None:
    last = calendar.monthrange(month.year, month.month)[1]
    return month.replace(day=day) if 1 <= day <= last else None


def _months_on(today: date, months: int) -> date:
    """The first day of the month that many months on."""
    years, month = divmod(today.month - 1 + months, 12)
    return date(today.year + years, month + 1, 1)


def _week_end(today: date) -> date:
    return today + DAY * (6 - today.weekday())


def _week(token: str, today: date) -> Occurrence:
    """Monday to Sunday, this week from today on; i Monday-Tuesday, m to Thursday, f to Friday."""
    code = token[1:].rstrip("imf")
    monday = _week_end(today) - 6 * DAY + WEEK * int(code or 0)
    first, last = {"i": (0, 1), "m": (1, 3), "f": (3, 4)}.get(token[-1], (0, 6))
    if not code and monday + first * DAY < today:
        monday += WEEK
    return _from_today(monday + first * DAY, monday + last * DAY, today)


def _nth_weekday(token: str, today: date) -> Occurrence:
    """The first Monday of a month, this one's while it is to come; -1 is the last."""
    nth, _, month = token[1:].partition("~")
    number, weekday = (int(n) for n in nth.split("_"))
    spans = [occurrence(month or f"X{ahead}", today).range for ahead in range(2)]
    for first in (span[0].replace(day=1) for span in spans if span):
        days = [first + DAY * n for n in range(calendar.monthrange(first.year, first.month)[1])]
        found = [day for day in days if day.weekday() == weekday]
        day = found[number - 1 if number > 0 else -1]
        if day >= today:
            return Occurrence((day,))
    return NOTHING


def _weekend(said: str, today: date) -> Occurrence:
    """Saturday and Sunday; the next one said on a weekday may be either."""
    saturday = _week_end(today) - DAY
    if said == "K" and today.weekday() == 6:
        return Occurrence(range=(saturday + WEEK, saturday + WEEK + DAY), ambiguous=True)
    if said == "Kn" and today.weekday() >= 5:
        saturday += WEEK
    whole = _from_today(saturday, saturday + DAY, today)
    ambiguous = said == "Kn" and today.weekday() < 5
    return Occurrence(range=whole.range, ambiguous=ambiguous)


def _month(token: str, today: date) -> Occurrence:
    ahead = int(token[1:].rstrip("imf"))
    if ahead == 0 and token[-1] == "i" and today.day > 10:
        return NOTHING
    return _part_of_month(_months_on(today, ahead), token[-1], today)


def _named_month(token: str, today: date) -> Occurrence:
    ahead = (int(token[1:].rstrip("imf")) - today.month) % 12
    return _part_of_month(_months_on(today, ahead), token[-1], today)


def _part_of_month(first: date, part: str, today: date) -> Occurrence:
    last = calendar.monthrange(first.year, first.month)[1]
    start, end = {"i": (1, 10), "m": (11, 20), "f": (21, last)}.get(part, (1, last))
    return _from_today(first.replace(day=start), first.replace(day=end), today)


def _from_today(first: date, last: date, today: date) -> Occurrence:
    return Occurrence(range=(max(first, today), last)) if last >= today else NOTHING


def _bounded(token: str, today: date) -> Occurrence:
    """From, after, until, before a day, or between two; only ever from today on."""
    kind, *named = token.split("~")
    found = [occurrence(name, today) for name in named]
    starts = [day for one in found for day in (*one.dates[:1], *(one.range or ())[:1])]
    if len(starts) < len(named):
        return NOTHING
    first, last = starts[0], starts[-1]
    if last < first:
        return NOTHING
    spans = {
        "Qp": (first, last),
        "Qa": (first, first + OPEN_SPAN),
        "Qd": (first + DAY, first + DAY + OPEN_SPAN),
        "Qu": (today, first),
        "Qb": (today, first - DAY),
        "Qw": (first - DAY * first.weekday(), first + DAY * (6 - first.weekday())),
    }
    whole = _from_today(*spans[kind], today)
    return Occurrence(range=whole.range, ambiguous=any(one.ambiguous for one in found))


_READ: dict[str, Callable[[str, date], Occurrence]] = {
    "R": _relative,
    "N": _month_day,
    "M": _dated,
    "G": _week,
    "K": _weekend,
    "X": _month,
    "Y": _named_month,
    "J": _nth_weekday,
}
