from datetime import datetime, timedelta

from django.utils import timezone


def today(now: datetime) -> tuple[datetime, datetime]:
    """The local day of `now`, half-open."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight + timedelta(days=1)


def this_week(now: datetime) -> tuple[datetime, datetime]:
    """Monday to Monday around `now`, half-open."""
    midnight, _tomorrow = today(now)
    monday = midnight - timedelta(days=midnight.weekday())
    return monday, monday + timedelta(days=7)
