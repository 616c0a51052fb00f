"""The hours that hour tokens stand for."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from conversations.agent.readers.dates.when import Part

_PARTS: dict[str, Part] = {"m": "morning", "t": "afternoon", "n": "evening"}
# What a part's start, its end and lunch time bound: (after, before).
_WITHIN_PART: dict[str, tuple[dt.time | None, dt.time | None]] = {
    "Pms": (None, dt.time(10)),
    "Pme": (dt.time(10, 30), None),
    "Pts": (None, dt.time(15, 30)),
    "Pte": (dt.time(16), None),
    "Pns": (None, dt.time(20)),
    "Pne": (dt.time(20), None),
    "Pl": (dt.time(12), dt.time(14)),
}
_HOURS = {"m": range(5, 13), "t": range(12, 20), "n": range(18, 24)}


@dataclass(frozen=True)
class Clock:
    time: dt.time | None = None
    part: Part | None = None
    after: dt.time | None = None
    before: dt.time | None = None
    ambiguous: bool = False
    kinds: int = 0  # how many different hours, bounds and parts were said


def read_clock(hours: list[str], bounds: list[str], parts: list[str]) -> Clock:
    """One hour, its bounds or a part of the day; two different hours are ambiguous."""
    letters = {part[1] for part in parts if part[1] in _PARTS}
    hint = letters.pop() if len(letters) == 1 else ""
    read = [_hour(token[1:], hint) for token in hours]
    exact = {moment for moment, _ in read}
    clock = Clock(
        time=exact.pop() if len(exact) == 1 else None,
        part=_PARTS.get(hint),
        ambiguous=len(exact) > 1 or any(not fits for _, fits in read),
        kinds=len({*hours, *bounds, *parts}),
    )
    clock = _bounded(clock, bounds, parts, hint)
    if hours and not clock.ambiguous:
        return replace(clock, part=None)
    return clock


def _bounded(clock: Clock, bounds: list[str], parts: list[str], hint: str) -> Clock:
    after, before, clear = read_bounds(bounds, hint)
    if not bounds and len(parts) == 1:
        after, before = _WITHIN_PART.get(parts[0], (None, None))
    if after and before and after >= before:
        after = before = None
        clear = False
    if clock.time and (after or before):
        inside = (not after or after <= clock.time) and (not before or clock.time < before)
        return replace(clock, ambiguous=clock.ambiguous or not inside or not clear)
    return replace(clock, after=after, before=before, ambiguous=clock.ambiguous or not clear)


def read_bounds(bounds: Iterable[str], hint: str) -> tuple[dt.time | None, dt.time | None, bool]:
    """The hour after which, the hour before which, and whether they are clear."""
    after, before = set(), set()
    for token in bounds:
        ends = token[1:].split("~")
        if token[0] in "AB":
            after.add(_hour(ends[0], hint, strict=False)[0])
        if token[0] in "ZB":
            before.add(_hour(ends[-1], hint, strict=False)[0])
    clear = len(after) < 2 and len(before) < 2
    if not clear:
        return None, None, False
    return next(iter(after), None), next(iter(before), None), True


def _hour(code: str, hint: str, *, strict: bool = True) -> tuple[dt.time, bool]:
    """The hour of "3_0t", and whether it fits the part of the day said.

    With no part said, 1 to 6 is the afternoon.
    """
    said = code if code[-1].isdigit() else code[:-1]
    part = hint if code[-1].isdigit() else code[-1]
    hour, minute = (int(n) for n in said.split("_"))
    if part not in _HOURS:
        late = part != "e" and 1 <= hour <= 6
        return dt.time(hour + 12 * late, minute), True
    later = hour + 12 if (part == "t" and hour < 8) or (part == "n" and 5 < hour < 12) else hour
    fits = later in _HOURS[part] or (part == "m" and part == code[-1] and hour < 13)
    if not fits and not strict:
        return _hour(said, "")
    return dt.time(later, minute), fits
