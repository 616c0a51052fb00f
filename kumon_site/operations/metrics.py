"""`/metrics` for Prometheus, computed from the rows at each scrape: processes keep no counts."""

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from conversations.models import Conversation, Handoff, Message, RawEvent, Turn
from kumon_site.operations import breakers, waiting
from kumon_site.operations.models import Alert
from kumon_site.operations.performance import servers, stages
from scheduling.models import Visit

RECENTLY = timedelta(minutes=5)
DAY = timedelta(days=1)
OPEN = {"closed": 0.0, "half-open": 0.5, "open": 1.0}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """403 unless the caller has METRICS_TOKEN or is a neighbour on a private network."""
    if not (_has_token(request) or _is_neighbour(request)):
        return HttpResponseForbidden("Give METRICS_TOKEN as Authorization: Bearer.\n")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Rows(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Rows(Collector):
    """The rows as they stand at `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from self._kept()
        yield from self._pace()
        yield from _servers()

    def _kept(self) -> Iterator[Metric]:
        day = self.now - DAY  # what was ever kept is millions, and grows at the same pace
        yield _counted(
            "kumon_messages",
            "Messages of the last 24 hours",
            Message.objects.filter(created_at__gte=day),
            "direction",
            "status",
        )
        yield _counted("kumon_conversations", "Conversations", Conversation.objects.all(), "mode")
        yield _counted(
            "kumon_turns",
            "Turns answered in the last 24 hours",
            Turn.objects.filter(started_at__gte=day),
            "tier",
        )
        yield _counted("kumon_visits", "Visits", Visit.objects.all(), "status")
        yield GaugeMetricFamily(
            "kumon_handoffs_open",
            "Families that wait for the team or are with it",
            value=Handoff.objects.filter(finished_at=None).count(),
        )
        yield GaugeMetricFamily(
            "kumon_raw_events_unprocessed",
            "Events of the gateway that are kept and not understood yet",
            value=RawEvent.objects.filter(processed_at=None).count(),
        )

    def _pace(self) -> Iterator[Metric]:
        yield _family(
            "kumon_queue_oldest_seconds",
            "How late the oldest due row is",
            ("queue",),
            [((name,), late) for name, late in waiting.seconds_late(self.now).items()],
        )
        yield _family(
            "kumon_stage_milliseconds",
            "How long the stages of a message took in the last five minutes",
            ("stage", "quantile"),
            [
                ((stage.name, quantile), value)
                for stage in stages.measured(self.now - RECENTLY, self.now)
                for quantile, value in (
                    ("0.5", stage.p50),
                    ("0.95", stage.p95),
                    ("0.99", stage.p99),
                )
            ],
        )
        yield _family(
            "kumon_breaker_open",
            "1 while calls are refused, 0.5 while one call tries",
            ("breaker",),
            [((state.name,), OPEN[state.state]) for state in breakers.states()],
        )
        yield _family(
            "kumon_alerts_open",
            "Open alerts",
            ("level",),
            [
                ((level,), Alert.objects.open().filter(level=level).count())
                for level in Alert.Level.values
            ],
        )


def _servers() -> Iterator[Metric]:
    used = servers.connections()
    yield _family(
        "kumon_postgres_connections",
        "Connections of all processes",
        ("state",),
        [(("all",), used.used), (("active",), used.active), (("waiting",), used.in_transaction),
         (("most",), used.most)],
    )  # fmt: skip
    if pool := servers.pool():
        yield _family(
            "kumon_pool_connections",
            "Connections of the process that answers this",
            ("state",),
            [(("used",), pool.used), (("most",), pool.most), (("waiting",), pool.waiting)],
        )
    hits = {"postgres": servers.buffer_hits(), "redis": servers.cache_hits()}
    yield _family(
        "kumon_cache_hit_ratio",
        "What was found in memory",
        ("cache",),
        [((name,), share) for name, share in hits.items() if share is not None],
    )


def _counted(name: str, text: str, rows: QuerySet[Any], *fields: str) -> Metric:
    counted = rows.order_by().values_list(*fields).annotate(Count("pk"))
    return _family(name, text, fields, [(row[:-1], row[-1]) for row in counted])


def _family(
    name: str, text: str, labels: Iterable[str], values: Iterable[tuple[tuple[Any, ...], float]]
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for own, value in values:
        family.add_metric([str(each) for each in own], value)
    return family


def _has_token(request: HttpRequest) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(settings.METRICS_TOKEN)
        and kind.lower() == "bearer"
        and constant_time_compare(given.strip(), settings.METRICS_TOKEN)
    )


def _is_neighbour(request: HttpRequest) -> bool:
    """Straight from a private address. A proxy's own address says nothing of who is behind it."""
    if any(header in request.META for header in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_private
