"""The stages hour by hour, kept as samples: the page's history and what a day is compared with."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

from kumon_site.operations.models import Sample
from kumon_site.operations.performance.stages import OURS, Stage, measured

HOUR = timedelta(hours=1)
KEPT = timedelta(days=60)
PREFIX = "stage."
BASELINE_DAYS = 7
LEAST_HOURS = 6  # of a baseline
LEAST_COUNT = 20  # of what is compared with it
MUCH_SLOWER = 1.5
NOTABLE_MS = 20.0


def keep_last_hour(now: datetime) -> None:
    """The hour that is over, once whoever keeps it."""
    end = now.replace(minute=0, second=0, microsecond=0)
    rows = [
        Sample(name=f"{PREFIX}{stage.name}.{which}", at=end - HOUR, value=value)
        for stage in measured(end - HOUR, end)
        for which, value in (("p50", stage.p50), ("p95", stage.p95), ("p99", stage.p99))
    ]
    Sample.objects.bulk_create(rows, ignore_conflicts=True)
    Sample.objects.filter(name__startswith=PREFIX, at__lt=now - KEPT).delete()


def history(now: datetime, which: str = "p95") -> dict[str, list[tuple[datetime, float]]]:
    """By stage, the kept hours of the baseline's days and today."""
    found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    hours = Sample.objects.filter(
        name__startswith=PREFIX, name__endswith=f".{which}", at__gte=_begin(now), at__lte=now
    )
    for name, at, value in hours.order_by("at").values_list("name", "at", "value"):
        found[name.removeprefix(PREFIX).removesuffix(f".{which}")].append((at, value))
    return found


def baselines(now: datetime, hours: dict[str, list[tuple[datetime, float]]]) -> dict[str, float]:
    """By stage, the median of the hourly p95 of the seven days before the last 24 hours."""
    before = {
        name: [value for at, value in values if at < now - timedelta(days=1)]
        for name, values in hours.items()
    }
    return {name: median(values) for name, values in before.items() if len(values) >= LEAST_HOURS}


def regressions(stages: list[Stage], baseline: dict[str, float]) -> list[Stage]:
    """Those of ours that are much slower than their baseline, with enough of them to say so."""
    return [
        stage
        for stage in stages
        if stage.name in OURS
        and stage.count >= LEAST_COUNT
        and stage.name in baseline
        and stage.p95 > MUCH_SLOWER * baseline[stage.name]
        and stage.p95 - baseline[stage.name] > NOTABLE_MS
    ]


def _begin(now: datetime) -> datetime:
    return now - timedelta(days=BASELINE_DAYS + 1)
