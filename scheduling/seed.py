"""The unit's first rules and hours. What staff have entered is never touched."""

from datetime import datetime, time

from django.utils import timezone

from scheduling.closures import fill_holidays
from scheduling.models import OpeningHours, VisitRules

FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - made aware below, in the unit's time zone

MONDAY_TO_FRIDAY = range(5)
STRETCHES = [(time(9), time(12)), (time(14), time(17))]


def seed(now: datetime) -> None:
    """Visit rules and opening hours, each only where there is none yet, and the holidays."""
    since = min(timezone.make_aware(FIRST_DAY), now)
    if not VisitRules.objects.exists():
        VisitRules.objects.create(
            minutes=30, capacity=1, notice_minutes=60, horizon_days=30, valid_from=since
        )
    if not OpeningHours.objects.exists():
        for weekday in MONDAY_TO_FRIDAY:
            for opens, closes in STRETCHES:
                OpeningHours.objects.create(
                    weekday=weekday, opens=opens, closes=closes, valid_from=since
                )
    fill_holidays(now)
