"""Which of many free starts are offered."""

from collections.abc import Sequence
from datetime import datetime


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
