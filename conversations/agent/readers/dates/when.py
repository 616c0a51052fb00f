"""What a text says about when."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

Part = Literal["morning", "afternoon", "evening"]


@dataclass(frozen=True)
class When:
    """Days and hours as said; nothing is filled in that was not said.

    `dates` are candidates, earliest first. `range` includes both ends. `after` and `before` bound a
    start half-open: after <= start < before. `time` is one exact time, and then `part` is None.
    `ambiguous` means: ask, never pick.
    """

    dates: tuple[dt.date, ...] = ()
    range: tuple[dt.date, dt.date] | None = None
    time: dt.time | None = None
    part: Part | None = None
    after: dt.time | None = None
    before: dt.time | None = None
    ambiguous: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "dates": [day.isoformat() for day in self.dates],
            "range": [day.isoformat() for day in self.range] if self.range else None,
            "time": _clock(self.time),
            "part": self.part,
            "after": _clock(self.after),
            "before": _clock(self.before),
            "ambiguous": self.ambiguous,
        }


def _clock(moment: dt.time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None
