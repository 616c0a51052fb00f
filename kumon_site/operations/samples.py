"""Figures of each minute, kept for trends and for the performance page's history."""

from datetime import datetime, timedelta

from django.db.models import Max

from kumon_site.operations import waiting
from kumon_site.operations.alerts import pace
from kumon_site.operations.models import Sample

KEPT = timedelta(days=2)
NAMES = ("queue.events", "queue.turns", "queue.sends", "errors", "reply")


def take(now: datetime) -> None:
    """Keep the minute's figures, once whoever takes them; forget those of long ago."""
    minute = now.replace(second=0, microsecond=0)
    Sample.objects.bulk_create(
        [Sample(name=name, at=minute, value=value) for name, value in _figures(now).items()],
        ignore_conflicts=True,
    )
    Sample.objects.filter(at__lt=now - KEPT, name__in=NAMES).delete()


def seconds_since(now: datetime) -> float | None:
    """Since worker and beat last took the figures; None when they never have."""
    last = Sample.objects.aggregate(last=Max("at"))["last"]
    return (now - last).total_seconds() if last else None


def _figures(now: datetime) -> dict[str, float]:
    late = waiting.seconds_late(now)
    figures: dict[str, float | None] = {f"queue.{name}": age for name, age in late.items()}
    figures |= {"errors": pace.error_share(now) or 0.0, "reply": pace.reply_seconds(now)}
    return {name: value for name, value in figures.items() if value is not None}
