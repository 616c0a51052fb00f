"""From what a parent said of day and time to concrete starts. Pure arithmetic."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from conversations.agent.readers.dates import When
from scheduling.slots import Calendar

NOON = time(12)
EVENING = time(18)


def exact(when: When, calendar: Calendar) -> list[datetime]:
    """The moments said in full, day and hour; several when ambiguous, none when a part lacks."""
    if when.time is None:
        return []
    return [datetime.combine(day, when.time, calendar.tz) for day in when.dates]


def days(when: When, calendar: Calendar) -> tuple[date, date]:
    """First and last day that the words allow; all bookable days when they name none."""
    today = calendar.now.astimezone(calendar.tz).date()
    if when.dates:
        return min(when.dates), max(when.dates)
    if when.range:
        return when.range
    return today, today + timedelta(days=calendar.rules.horizon_days)


def matching(when: When, calendar: Calendar) -> list[datetime]:
    """Free starts that fit the words, in order of time."""
    free = calendar.free(*days(when, calendar))
    return [at for at in free if _on_day(when, at) and fits_hour(when, at)]


def _on_day(when: When, at: datetime) -> bool:
    return not when.dates or at.date() in when.dates


def fits_hour(when: When, at: datetime) -> bool:
    clock = at.time()
    return (
        (when.time is None or clock == when.time)
        and (when.after is None or clock >= when.after)
        and (when.before is None or clock < when.before)
        and (when.part is None or _part(clock) == when.part)
    )


def _part(clock: time) -> str:
    return "morning" if clock < NOON else "afternoon" if clock < EVENING else "evening"


def names_day(when: When) -> bool:
    return bool(when.dates or when.range)


def names_hour(when: When) -> bool:
    return any((when.time, when.part, when.after, when.before))


def joined(old: When | None, new: When) -> When:
    """ "semana que vem", then "de tarde": what the new words leave open, the old ones fill."""
    if old is None:
        return new
    if not names_day(new):
        new = replace(new, dates=old.dates, range=old.range)
    if not names_hour(new):
        new = replace(new, part=old.part, after=old.after, before=old.before, time=old.time)
    return new


def from_json(stored: dict[str, Any]) -> When | None:
    """A When as kept in the dialogue (When.as_json)."""
    if not stored:
        return None
    clock = {
        key: time.fromisoformat(stored[key]) if stored[key] else None
        for key in ("time", "after", "before")
    }
    span = [date.fromisoformat(day) for day in stored["range"] or []]
    return When(
        dates=tuple(date.fromisoformat(day) for day in stored["dates"]),
        range=(span[0], span[1]) if span else None,
        part=stored["part"],
        ambiguous=stored["ambiguous"],
        **clock,
    )
