"""The one engine of the unit's time: what is free, when staff are back, when it is quiet, how
long the unit was open. Pure arithmetic (docs/architecture.md)."""

from scheduling.slots.calendar import Calendar
from scheduling.slots.offers import spread
from scheduling.slots.quiet import QuietHours
from scheduling.slots.rows import Closed, Hours, HoursRow, Opened, Rules, Status, Verdict

__all__ = [
    "Calendar",
    "Closed",
    "Hours",
    "HoursRow",
    "Opened",
    "QuietHours",
    "Rules",
    "Status",
    "Verdict",
    "spread",
]
