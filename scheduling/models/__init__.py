from scheduling.models.availability import Closure, ExtraOpening, OpeningHours, VisitRules
from scheduling.models.google import CalendarSync, VisitEvent
from scheduling.models.visits import Visit, VisitQuerySet

__all__ = [
    "CalendarSync",
    "Closure",
    "ExtraOpening",
    "OpeningHours",
    "Visit",
    "VisitEvent",
    "VisitQuerySet",
    "VisitRules",
]
