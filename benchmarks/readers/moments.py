"""Days and hours: right, asked about, or silently wrong."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.report import Row
from conversations.agent.readers.dates import When, read_when

_ZONE = ZoneInfo("America/Sao_Paulo")
_PARTS = {"m": "morning", "t": "afternoon", "n": "evening"}
_DATE = re.compile(r"(?:\d{4}-)?\d\d-\d\d")
_ASK = "~"  # accepted: anything ambiguous, or nothing


@dataclass(frozen=True)
class Phrase:
    """`accepted` are readings a careful receptionist would take; None says nothing."""

    family: str
    text: str
    now: datetime
    asked: bool
    accepted: tuple[When | str | None, ...]


def load(path: Path) -> Iterator[Phrase]:
    """The phrases of a file in the notation that its head explains."""
    family, now = "", datetime(2026, 10, 14, 13, 30, tzinfo=_ZONE)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("##"):
            family = line.lstrip("# ")
        elif line.startswith("@"):
            now = datetime.fromisoformat(line[1:].strip()).replace(tzinfo=_ZONE)
        elif line and not line.startswith("#"):
            text, said = line.rsplit(" :: ", 1)
            accepted = tuple(_reading(one.strip(), now.date()) for one in said.split("||"))
            written = text.removeprefix("!").replace("⏎", "\n")
            yield Phrase(family, written, now, text.startswith("!"), accepted)


def judge(phrases: Iterable[Phrase]) -> list[Row]:
    verdicts = defaultdict[str, list[str]](list)
    for phrase in phrases:
        verdicts[phrase.family].append(_verdict(phrase))
    every = [verdict for family in verdicts.values() for verdict in family]
    right, wrong = (_share(every, verdict) for verdict in ("right", "wrong"))
    return [
        Row("days and hours: right", right, "%", ">= 95 %", right >= 95, f"{len(every)} phrases"),
        Row("days and hours: silently wrong", wrong, "%", "<= 0.5 %", wrong <= 0.5),
        *(Row(f"  right: {name}", _share(of, "right"), "%") for name, of in verdicts.items()),
    ]


def _verdict(phrase: Phrase) -> str:
    """ "Wrong" is what would be believed: neither what was meant nor a reason to ask."""
    when = read_when(phrase.text, phrase.now, asked=phrase.asked)
    asks = when is None or when.ambiguous
    for accepted in phrase.accepted:
        both_ask = isinstance(accepted, When) and accepted.ambiguous and when and when.ambiguous
        if accepted == when or both_ask or (accepted == _ASK and asks):
            return "right"
    return "asks" if asks else "wrong"


def _share(verdicts: list[str], verdict: str) -> float:
    return 100 * verdicts.count(verdict) / len(verdicts)


def _reading(said: str, today: date) -> When | str | None:
    if said in ("-", _ASK):
        return None if said == "-" else _ASK
    marks = said.split()
    spans = [mark.split("..") for mark in marks if ".." in mark]
    part = next((_PARTS[mark] for mark in marks if mark in _PARTS), None)
    return When(
        dates=tuple(
            _day(mark, today) for mark in marks if re.fullmatch(r"(\d{4}-)?\d\d-\d\d", mark)
        ),
        range=(_day(spans[0][0], today), _day(spans[0][1], today)) if spans else None,
        time=_time(marks, ""),
        part=part,  # type: ignore[arg-type]
        after=_time(marks, ">"),
        before=_time(marks, "<"),
        ambiguous="?" in marks,
    )


def _day(mark: str, today: date) -> date:
    if len(mark) > len("MM-DD"):
        return date.fromisoformat(mark)
    day = date(today.year, int(mark[:2]), int(mark[3:]))
    return day if day >= today else day.replace(year=today.year + 1)


def _time(marks: list[str], lead: str) -> time | None:
    found = (mark for mark in marks if re.fullmatch(rf"{lead}\d\d:\d\d", mark))
    return next((time.fromisoformat(mark.removeprefix(lead)) for mark in found), None)
