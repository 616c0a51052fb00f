"""The performance page of the admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kumon_site.operations import breakers, slow_queries, waiting
from kumon_site.operations.performance import rollup, servers, stages

WINDOWS = {"1": _("last hour"), "24": _("last 24 hours")}
STATES = {
    "closed": _("closed, calls go through"),
    "open": _("open, not called"),
    "half-open": _("half-open, one call tries"),
}
WIDTH, HEIGHT = 120, 28  # of a stage's line


@dataclass(frozen=True)
class Line:
    """One stage on the page. `points` draw its p95, hour by hour."""

    stage: stages.Stage
    baseline: float | None
    slower: bool
    points: str


@require_safe
@permission_required("operations.view_sample", raise_exception=True)
def performance(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    window = request.GET.get("hours", "24")
    window = window if window in WINDOWS else "24"
    lines = lined(now, timedelta(hours=int(window)))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Performance"),
        "windows": [(hours, label, hours == window) for hours, label in WINDOWS.items()],
        "lines": lines,
        "slower": [line for line in lines if line.slower],
        "queues": waiting.seconds_late(now),
        "connections": servers.connections(),
        "pool": servers.pool(),
        "shares": [
            (_("PostgreSQL's blocks found in memory"), _percent(servers.buffer_hits())),
            (_("Redis's look-ups that found something"), _percent(servers.cache_hits())),
        ],
        "breakers": [(state, STATES[state.state]) for state in breakers.states()],
        "slow_queries": slow_queries.newest()[:10],
    }
    return render(request, "admin/operations/performance.html", context)


def lined(now: datetime, window: timedelta) -> list[Line]:
    found = stages.measured(now - window, now)
    hours = rollup.history(now)
    baseline = rollup.baselines(now, hours)
    slower = rollup.regressions(found, baseline)
    return [
        Line(
            stage,
            baseline.get(stage.name),
            stage in slower,
            drawn([value for _at, value in hours.get(stage.name, [])]),
        )
        for stage in found
    ]


def drawn(values: list[float]) -> str:
    """An SVG polyline's points; nothing for fewer than two values."""
    if len(values) < 2:
        return ""
    highest = max(values) or 1.0
    step = WIDTH / (len(values) - 1)
    return " ".join(
        f"{number * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * value / highest:.1f}"
        for number, value in enumerate(values)
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}".replace(".", ",") + " %"
