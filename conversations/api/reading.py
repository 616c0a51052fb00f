"""What staff's tools may read. Token or session of a staff user; nothing here changes a row."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing_rules.pricing import NoPrice, quote
from conversations.api import shapes
from conversations.models import Conversation, Message
from leads.models import Lead
from leads.phones import canonical
from scheduling.booking import load_calendar
from scheduling.models import Visit

MOST_ROWS = 200
MOST_DAYS = 62


def _query(name: str, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY)


@extend_schema(parameters=[_query("phone")], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def leads(request: Request) -> Response:
    """Leads, the newest first; `phone` in any usual form finds one family."""
    rows: QuerySet[Lead] = Lead.objects.prefetch_related("students").order_by("-pk")
    if phone := request.query_params.get("phone"):
        rows = rows.filter(phone=_phone(phone))
    found = list(rows[:MOST_ROWS])
    ahead = {
        visit.lead_id: visit
        for visit in Visit.objects.filter(lead__in=found)
        .ahead(timezone.now())
        .order_by("-starts_at")
    }
    return Response({"results": [shapes.lead(row, ahead.get(row.pk)) for row in found]})


@extend_schema(parameters=[_query("phone")], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def conversations(request: Request) -> Response:
    rows = Conversation.objects.order_by("-last_message_at")
    if phone := request.query_params.get("phone"):
        rows = rows.filter(phone=_phone(phone))
    results = [shapes.conversation(row, _messages_url(request, row)) for row in rows[:MOST_ROWS]]
    return Response({"results": results})


def _messages_url(request: Request, row: Conversation) -> str:
    return request.build_absolute_uri(reverse("api:messages", args=[row.pk]))


@extend_schema(parameters=[_query("after", int)], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def messages(request: Request, pk: int) -> Response:
    """Messages that are new or changed since revision `after`, in the order of revisions."""
    conversation = get_object_or_404(Conversation, pk=pk)
    after = _whole(request, "after", 0)
    rows = Message.objects.filter(conversation=conversation, rev__gt=after).order_by("rev", "pk")
    return Response(
        {"rev": conversation.rev, "results": [shapes.message(row) for row in rows[:MOST_ROWS]]}
    )


@extend_schema(parameters=[_query("date", OpenApiTypes.DATE)], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def visits(request: Request) -> Response:
    """The visits of one day, today by default."""
    day = _day(request, "date", timezone.localdate())
    begin = timezone.make_aware(datetime.combine(day, time()))
    rows = Visit.objects.between(begin, begin + timedelta(days=1)).order_by("starts_at", "seat")
    return Response({"results": [shapes.visit(row) for row in rows]})


@extend_schema(
    parameters=[_query("from", OpenApiTypes.DATE), _query("to", OpenApiTypes.DATE)],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def slots(request: Request) -> Response:
    """Free starts from one day to another, both included; a week from today by default."""
    first = _day(request, "from", timezone.localdate())
    last = _day(request, "to", first + timedelta(days=6))
    if not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
        raise ValidationError({"to": f"give a day from 0 to {MOST_DAYS} days after `from`"})
    free = load_calendar(timezone.now()).free(first, last)
    return Response({"results": [at.isoformat() for at in free], "time_zone": settings.TIME_ZONE})


@extend_schema(
    parameters=[_query("students", int), _query("subjects", int)], responses=OpenApiTypes.OBJECT
)
@api_view(["GET"])
def price(request: Request) -> Response:
    """What `students` pay who each take `subjects` subjects, with the rows that say so."""
    students, subjects = _whole(request, "students", 1), _whole(request, "subjects", 1)
    if not (1 <= students <= 4 and 1 <= subjects <= 3):
        raise ValidationError("give 1 to 4 students and 1 to 3 subjects")
    try:
        return Response(quote([subjects] * students, timezone.now()).as_json())
    except NoPrice as error:
        raise ValidationError(f"no price holds now: enter a {error} in the admin") from error


def _phone(written: str) -> str:
    # "+" arrives as a blank when a caller forgot to quote it
    return canonical(written.strip()) or "unknown"


def _whole(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "") or str(default)
    if not given.isascii() or not given.isdigit() or len(given) > 15:
        raise ValidationError({name: "give a whole number"})
    return int(given)


def _day(request: Request, name: str, default: date) -> date:
    given = request.query_params.get(name)
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        raise ValidationError({name: "give a day as 2026-03-12"}) from None
