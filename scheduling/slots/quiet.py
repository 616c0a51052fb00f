"""When nobody is written to unasked: arithmetic over plain values, no database."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """Half-open; never if both are equal."""

    begins: time
    ends: time
    tz: ZoneInfo

    def over(self, at: datetime) -> datetime | None:
        """When the quiet hours began that `at` lies in; None outside of them."""
        local = at.astimezone(self.tz)
        for day in (local.date(), local.date() - _DAY):
            began = datetime.combine(day, self.begins, self.tz)
            until = day if self.begins < self.ends else day + _DAY
            ended = datetime.combine(until, self.ends, self.tz)
            if self.begins != self.ends and began <= local < ended:
                return began
        return None

    def next(self, at: datetime) -> datetime | None:
        """When the next quiet hours after `at` begin; None if there are none."""
        if self.begins == self.ends:
            return None
        local = at.astimezone(self.tz)
        today = datetime.combine(local.date(), self.begins, self.tz)
        return (
            today if local < today else datetime.combine(local.date() + _DAY, self.begins, self.tz)
        )
