"""Early warnings: a figure that grows so steadily that its limit will be crossed soon.

The figures are the samples of the last minutes (samples.py); a straight line is laid through them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import StatisticsError, correlation, linear_regression
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kumon_site.operations.alerts import pace
from kumon_site.operations.alerts.rule import Rule
from kumon_site.operations.models import Alert, Sample

LOOKED_AT = timedelta(minutes=15)
AHEAD = timedelta(minutes=30)
LEAST_POINTS = 6
STRAIGHT = 0.7  # correlation of figure and time; less is noise
FROM = 0.4  # of the limit: a figure that is far below it may grow
QUEUE_LIMIT = 60.0  # seconds, the same that makes `work_late` hold

Point = tuple[datetime, float]


def crossing(points: Sequence[Point], limit: float, now: datetime) -> datetime | None:
    """When a line through `points` reaches `limit`; None if it is reached already, or if there are
    too few, they do not lie on a rising line, or that is further than AHEAD."""
    if len(points) < LEAST_POINTS or not FROM * limit <= points[-1][1] < limit:
        return None
    minutes = [(at - now).total_seconds() / 60 for at, _value in points]
    values = [value for _at, value in points]
    try:
        line = linear_regression(minutes, values)
        if line.slope <= 0 or correlation(minutes, values) < STRAIGHT:
            return None
    except StatisticsError:  # all at the same height
        return None
    left = max((limit - line.intercept) / line.slope, 0.0)
    return now + timedelta(minutes=left) if timedelta(minutes=left) <= AHEAD else None


def _grows(names: Sequence[str], limit: float) -> Callable[[datetime], str | None]:
    def holds(now: datetime) -> str | None:
        found = [
            at for name in names if (at := crossing(_points(name, now), limit, now)) is not None
        ]
        if not found:
            return None
        return _("At this pace the limit is crossed at %(time)s.") % {
            "time": f"{timezone.localtime(min(found)):%H:%M}"
        }

    return holds


def _points(name: str, now: datetime) -> list[Point]:
    samples = Sample.objects.filter(name=name, at__gte=now - LOOKED_AT, at__lte=now)
    return list(samples.order_by("at").values_list("at", "value"))


def _rule(name: str, title: Any, figures: Sequence[str], limit: float) -> Rule:
    return Rule(name, Alert.Level.WARNING, title, _grows(figures, limit))


RULES = (
    _rule(
        "queue_grows", gettext_lazy("Answers get later and later"),
        ("queue.events", "queue.turns", "queue.sends"), QUEUE_LIMIT,
    ),
    _rule("errors_grow", gettext_lazy("More and more fails"), ("errors",), pace.MOST_ERRORS),
    _rule(
        "replies_slow_down", gettext_lazy("Replies get slower"), ("reply",), pace.LONGEST_REPLY
    ),
)  # fmt: skip
