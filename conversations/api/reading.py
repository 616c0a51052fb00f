"""What staff's tools may read. Token or session of a staff user; nothing here changes a row."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing_rules.pricing import NoPrice, quote
from conversations.api import query, shapes
from conversations.models import Conversation, Message
from leads.models import Lead
from scheduling.booking import load_calendar
from scheduling.models import Visit, VisitRules

MOST_ROWS = 500
MOST_DAYS = 62


def _query(name: str, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY)


@extend_schema(parameters=[_query("phone")], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def leads(request: Request) -> Response:
    """Leads, the newest first; `phone` in any usual form finds one family."""
    rows: QuerySet[Lead] = Lead.objects.prefetch_related("students").order_by("-pk")
    if phone := query.phone(request):
        rows = rows.filter(phone=phone)
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
    if phone := query.phone(request):
        rows = rows.filter(phone=phone)
    results = [shapes.conversation(row, _messages_url(request, row)) for row in rows[:MOST_ROWS]]
    return Response({"results": results})


def _messages_url(request: Request, row: Conversation) -> str:
    return request.build_absolute_uri(reverse("api:messages", args=[row.pk]))


@extend_schema(parameters=[_query("after", int)], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def messages(request: Request, pk: int) -> Response:
    """Messages that are new or changed since revision `after`, in the order of revisions.

    Ask again from the last one's `rev` until it is the `rev` of the conversation.
    """
    conversation = get_object_or_404(Conversation, pk=pk)
    after = query.whole(request, "after", 0)
    rows = Message.objects.filter(conversation=conversation, rev__gt=after).order_by("rev", "pk")
    results = [shapes.message(row) for row in _whole_revisions(list(rows[: MOST_ROWS + 1]))]
    return Response({"rev": conversation.rev, "results": results})


def _whole_revisions(rows: list[Message]) -> list[Message]:
    """At most MOST_ROWS rows, without the beginning of a revision that several rows share."""
    if len(rows) <= MOST_ROWS:
        return rows
    return [row for row in rows if row.rev < rows[-1].rev] or rows


@extend_schema(
    parameters=[_query("from", OpenApiTypes.DATE), _query("to", OpenApiTypes.DATE)],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def slots(request: Request) -> Response:
    """Free starts from one day to another, both included; a week from today by default."""
    first = query.day(request, "from", timezone.localdate())
    last = query.day(request, "to", first + timedelta(days=6))
    if not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
        raise ValidationError(
            {"to": _("Give a day from 0 to %(days)d days after `from`.") % {"days": MOST_DAYS}}
        )
    try:
        free = load_calendar(timezone.now()).free(first, last)
    except VisitRules.DoesNotExist as error:
        sentence = _("No rules of visits hold now: enter them in the admin.")
        raise ValidationError({"detail": sentence}) from error
    return Response({"results": [at.isoformat() for at in free], "time_zone": settings.TIME_ZONE})


@extend_schema(
    parameters=[_query("students", int), _query("subjects", int)], responses=OpenApiTypes.OBJECT
)
@api_view(["GET"])
def price(request: Request) -> Response:
    """What `students` pay who each take `subjects` subjects, with the rows that say so."""
    students, subjects = query.whole(request, "students", 1), query.whole(request, "subjects", 1)
    if not (1 <= students <= 4 and 1 <= subjects <= 3):
        raise ValidationError({"detail": _("Give 1 to 4 students and 1 to 3 subjects.")})
    try:
        return Response(quote([subjects] * students, timezone.now()).as_json())
    except NoPrice as error:
        sentence = _("No price holds now: enter it in the admin (%(what)s).") % {"what": error}
        raise ValidationError({"detail": sentence}) from error
