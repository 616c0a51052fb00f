"""The unit's numbers for a period of days. Each is one query over rows that staff can list."""

from datetime import datetime, timedelta

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api import query
from conversations.models import Conversation, Handoff, Message
from leads.models import Lead
from scheduling.models import Visit

MOST_DAYS = 366
NEVER_LEFT = (Message.Status.FAILED, Message.Status.DROPPED)
CALLED_OFF = (Visit.Status.CANCELLED, Visit.Status.RESCHEDULED)


def _day(name: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.DATE, OpenApiParameter.QUERY)


@extend_schema(parameters=[_day("from"), _day("to")], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def figures(request: Request) -> Response:
    """From one day to another, both included; the last seven days by default."""
    last = query.day(request, "to", timezone.localdate())
    first = query.day(request, "from", last - timedelta(days=6))
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise ValidationError(
            {"to": _("Give a day from 0 to %(days)d days after `from`.") % {"days": MOST_DAYS - 1}}
        )
    period = query.midnight(first), query.midnight(last + timedelta(days=1))
    return Response({"from": first.isoformat(), "to": last.isoformat(), **computed(*period)})


def computed(begin: datetime, end: datetime) -> dict[str, int | float | None]:
    """The numbers of [begin, end).

    `leads`, `qualified`, `booked` are of the families that first wrote then, so `conversion`
    (booked / leads) is at most 1. `visits` and `attended` are by the visit's own time, without
    those called off or moved. `conversations` are those in which a family wrote.
    """
    leads = Lead.objects.filter(created_at__gte=begin, created_at__lt=end)
    visits = Visit.objects.between(begin, end).exclude(status__in=CALLED_OFF)
    messages = Message.objects.filter(created_at__gte=begin, created_at__lt=end)
    heard = Q(direction=Message.Direction.IN)
    said = Q(direction=Message.Direction.OUT) & ~Q(status__in=NEVER_LEFT)
    spoken = messages.aggregate(
        conversations=Count("conversation", distinct=True, filter=heard),
        messages_in=Count("pk", filter=heard),
        messages_out=Count("pk", filter=said),
    )
    new = leads.count()
    booked = leads.filter(Exists(Visit.objects.filter(lead=OuterRef("pk")))).count()
    return {
        "leads": new,
        "qualified": leads.qualified().count(),
        "booked": booked,
        "conversion": round(booked / new, 4) if new else None,
        "visits": visits.count(),
        "attended": visits.filter(status=Visit.Status.ATTENDED).count(),
        **spoken,
        "handoffs": Handoff.objects.filter(started_at__gte=begin, started_at__lt=end).count(),
        "median_first_reply_seconds": _first_reply(begin, end),
    }


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _first_reply(begin: datetime, end: datetime) -> float | None:
    """Median seconds from a family's first message, if it came in [begin, end), to our first."""
    of_one = Message.objects.filter(conversation=OuterRef("pk")).order_by("rev")
    heard = of_one.filter(direction=Message.Direction.IN).values("created_at")
    said = of_one.filter(direction=Message.Direction.OUT).exclude(status__in=NEVER_LEFT)
    answered = (
        Conversation.objects.filter(last_inbound_at__gte=begin)  # few of all there are
        .annotate(heard=Subquery(heard[:1]))
        .filter(heard__gte=begin, heard__lt=end)
        .annotate(
            said=Subquery(said.filter(created_at__gte=OuterRef("heard")).values("created_at")[:1])
        )
        .filter(said__isnull=False)
    )
    wait = ExpressionWrapper(F("said") - F("heard"), output_field=DurationField())
    median: timedelta | None = answered.aggregate(median=Median(wait))["median"]
    return round(median.total_seconds(), 1) if median is not None else None
