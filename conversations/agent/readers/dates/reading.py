"""From the words of a text to the tokens wished for, and from those to what it says about when."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from conversations.agent.readers.dates.clauses import unwished, wished
from conversations.agent.readers.dates.clock import Clock, read_clock
from conversations.agent.readers.dates.days import name_days
from conversations.agent.readers.dates.doubt import DOUBT, TOKEN
from conversations.agent.readers.dates.hours import name_hours, name_lone_hours, name_parts
from conversations.agent.readers.dates.occurrences import DAY, Occurrence, occurrence
from conversations.agent.readers.dates.when import When
from conversations.agent.readers.dates.wording import plain

_LONGEST = 2000  # characters read; a wish for a visit stands in far fewer
_PAIR_OF_THINGS = re.compile(
    r"(?<!para )(?<!pra )\b[aà]s (?:duas|tr[eê]s)\b(?! (?:horas?|da |de |e |em ponto))", re.I
)
# "A segunda": the second one offered, or Monday.
_MAYBE_ORDINAL = re.compile(
    r"(?:(?:pode ser|prefiro|quero|fico com|vou de|escolho)[ ,]+)?[aà] (?:segunda|quarta"
    r"|quinta|sexta)[ .]*",
    re.I,
)
_EITHER_SPAN = re.compile(r"[WRNM]\d\S* ou (?:[a-z]+ )*[GKX]|[GKX]\w*,? ou (?:[a-z]+ )*[WRNM]\d")
_MAYBE_DATED = re.compile(r"(?P<weekday>W\d)d(?P<day>\d+) B\d+_0\w?~(?P<hour>\w+)")
_SOON = timedelta(days=13)
_HOUR_AMID_DAYS = re.compile("D+H+D")


@dataclass
class Said:
    """The tokens wished for, by kind, in the order said."""

    days: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    bounds: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    order: str = ""  # D for a day or span, H for an hour, bound or part
    either: bool = False  # a day or else a span: "quinta ou semana que vem"
    unsure: bool = False


def read_when(text: str, now: datetime, asked: bool = False) -> When | None:
    """What `text` says about when, seen from `now` (aware, local); None when nothing sure.

    `asked` when times were offered or asked for: then a lone "15" is an hour. Nothing read is
    before today; what is denied ("quinta não posso") is left out.
    """
    said = _dated_after_all(tokens_said(text, asked=asked), now.date())
    clock = read_clock(said.hours, said.bounds, said.parts)
    dates, span, unsure_days = _days(said, now, clock.time)
    several = len(dates) + (span is not None) > 1
    when = When(
        dates=dates,
        range=span,
        time=clock.time,
        part=clock.part,
        after=clock.after,
        before=clock.before,
        ambiguous=said.unsure
        or clock.ambiguous
        or unsure_days
        or (several and _mixed(said, clock)),
    )
    return when if _says_something(when, clock) else None


def read_unwanted(text: str, now: datetime) -> tuple[int, ...]:
    """The weekdays (0 is Monday) on which "terça não posso" or "menos na quarta" leaves no time."""
    denied = unwished(in_tokens(text[:_LONGEST], asked=True))
    read = [occurrence(one, now.date()) for one in denied if one[0] in "WRNMJ"]
    days = {day for found in read for day in found.dates} - {now.date()}
    return tuple(sorted({day.weekday() for day in days}))


def in_tokens(text: str, *, asked: bool) -> str:
    """The words of `text` with its days and hours as tokens (days.py, hours.py)."""
    worded = plain(text.strip())
    return name_hours(name_days(name_parts(name_lone_hours(worded) if asked else worded)))


def tokens_said(text: str, *, asked: bool) -> Said:
    """The tokens of days and hours that `text` wishes for."""
    text = text[:_LONGEST].strip()
    said = Said(unsure=asked and _MAYBE_ORDINAL.fullmatch(text) is not None)
    for clause in wished(in_tokens(text, asked=asked)):
        said.either |= _EITHER_SPAN.search(clause) is not None
        for token in TOKEN.findall(clause):
            _sort(token, said, asked=asked)
    if len(said.days) > len(set(said.days)) > 1:
        said.unsure = True  # "sexta ou segunda, mas sexta só de tarde"
    if not asked and not said.days and _PAIR_OF_THINGS.search(text):
        said.hours.clear()
    return said


def _sort(token: str, said: Said, *, asked: bool) -> None:
    kind = token[0]
    if kind == DOUBT:
        said.unsure = True
        return
    said.order += "D" if kind in "WRNMJGKXYQ" else "H"
    if kind == "U":
        _sort_number(token, said, asked=asked)
    elif kind in "WRNMJ":
        said.days.append(token)
    elif kind in "GKXYQ":
        said.spans.append(token)
    elif kind in "AZB":
        said.bounds.append(token)
    elif kind in "HP":
        (said.hours if kind == "H" else said.parts).append(token)


def _sort_number(token: str, said: Said, *, asked: bool) -> None:
    """ "Quinta 15" is an hour when one was asked for; else it may be the 15th as well."""
    hour = int(token[1:])
    if asked and 1 <= hour <= 21:
        said.hours.append(f"H{hour}_0")
    else:
        said.unsure = True


def _dated_after_all(said: Said, today: date) -> Said:
    """ "Quinta 12 às 15": at 15h where the 12th is a Thursday soon, else between 12h and 15h."""
    maybe = _MAYBE_DATED.fullmatch(" ".join([*said.days, *said.bounds]))
    if maybe is None:
        return said
    token = f"{maybe['weekday']}+N{maybe['day']}"
    found = occurrence(token, today)
    if found.ambiguous or not found.dates or found.dates[0] - today > _SOON:
        return said
    return replace(said, days=[token], bounds=[], hours=[f"H{maybe['hour']}"])


def _days(
    said: Said, now: datetime, hour: time | None
) -> tuple[tuple[date, ...], tuple[date, date] | None, bool]:
    """Candidate dates, a range, and whether they are ambiguous."""
    today = now.date()
    spans = [one for one in (occurrence(t, today) for t in said.spans) if one.range]
    span = spans[0].range if spans else None
    found = [_day(token, said, today, None if said.either else span) for token in said.days]
    if hour and hour <= now.time():
        found = [_from_tomorrow(one, today) for one in found]
    dates = sorted({day for one in found for day in one.dates})
    unsure = any(one.ambiguous for one in (*found, *spans)) or len({s.range for s in spans}) > 1
    if span and dates and not said.either and any(token[0] == "W" for token in said.days):
        return tuple(dates), None, unsure
    return tuple(dates), span, unsure or bool(span and dates)


def _from_tomorrow(one: Occurrence, today: date) -> Occurrence:
    """The hour has gone by: of a weekday's "today or in a week" only the latter is left."""
    if one.dates[:1] == (today,) and len(one.dates) > 1:
        return Occurrence(one.dates[1:])
    return one


def _day(token: str, said: Said, today: date, span: tuple[date, date] | None) -> Occurrence:
    if token[0] != "W" or "+" in token or span is None:
        return occurrence(token, today, says_today="R0" in said.days)
    within = [span[0] + DAY * n for n in range((span[1] - span[0]).days + 1)]
    dates = tuple(day for day in within if day.weekday() == int(token[1]))
    if dates:
        return Occurrence(dates)
    return Occurrence(occurrence(token, today).dates, ambiguous=True)


def _mixed(said: Said, clock: Clock) -> bool:
    """Whether an hour stands amid several days, so that it may go with some of them only."""
    if not _HOUR_AMID_DAYS.search(said.order):
        return False
    each_has_one = said.order.count("D") == said.order.count("H")
    return not (each_has_one and clock.kinds == 1)


def _says_something(when: When, clock: Clock) -> bool:
    known = (when.dates, when.range, when.time, when.part, when.after, when.before)
    return any(value is not None and value != () for value in known) or clock.ambiguous
