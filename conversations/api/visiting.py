"""The visits of a day, and what staff's tools may do to one: book, move, cancel, confirm, mark.

`client_uuid` makes a repeated request the same request; `version` (as a visit was shown) makes one
that was overtaken a 409 with the visit as it is now.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.api import query, shapes
from conversations.visits import steps
from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit, VisitRules

BY = Visit.By.API


class MayBook(BasePermission):
    message = gettext_lazy("You may not change visits.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method != "POST":
            return True  # reading, or what the view refuses itself
        needed = ["scheduling.add_visit", "scheduling.change_visit"]
        return bool(request.user.has_perms(needed))


class Booking(serializers.Serializer[Any]):
    lead = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    starts_at = serializers.DateTimeField()
    client_uuid = serializers.UUIDField()


class Step(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class Move(Step):
    starts_at = serializers.DateTimeField()
    client_uuid = serializers.UUIDField()


class Cancel(Step):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


@extend_schema(
    methods=["GET"],
    parameters=[OpenApiParameter("date", OpenApiTypes.DATE, OpenApiParameter.QUERY)],
    responses=OpenApiTypes.OBJECT,
)
@extend_schema(methods=["POST"], request=Booking, responses=OpenApiTypes.OBJECT)
@api_view(["GET", "POST"])
@permission_classes([IsAdminUser, MayBook])
def visits(request: Request) -> Response:
    """The visits of one day, today by default; or a new one."""
    if request.method == "POST":
        return _book(request)
    day = query.day(request, "date", timezone.localdate())
    begin, end = query.midnight(day), query.midnight(day + timedelta(days=1))
    rows = Visit.objects.between(begin, end).order_by("starts_at", "seat")
    return Response({"results": [shapes.visit(row) for row in rows]})


def _book(request: Request) -> Response:
    given = _given(Booking, request)
    lead = get_object_or_404(Lead, pk=given["lead"])
    return _done(
        lambda: steps.book(
            lead,
            given["starts_at"],
            now=timezone.now(),
            by=BY,
            client_key=_key(given),
        ),
        status.HTTP_201_CREATED,
    )


@extend_schema(request=Move, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayBook])
def move(request: Request, pk: int) -> Response:
    """The visit that takes the place of this one, or this one if it is at that time already."""
    visit, given = get_object_or_404(Visit, pk=pk), _given(Move, request)
    return _done(
        lambda: steps.move(
            visit,
            given["starts_at"],
            now=timezone.now(),
            by=BY,
            client_key=_key(given),
            seen=given.get("version"),
        )
    )


@extend_schema(request=Cancel, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayBook])
def cancel(request: Request, pk: int) -> Response:
    given = _given(Cancel, request)
    return _step(pk, given, steps.cancel, given["reason"])


@extend_schema(request=Step, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayBook])
def confirm(request: Request, pk: int) -> Response:
    return _step(pk, _given(Step, request), steps.confirm)


@extend_schema(request=Step, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayBook])
def mark(request: Request, pk: int, outcome: str) -> Response:
    return _step(pk, _given(Step, request), steps.mark, outcome)


def _step(pk: int, given: dict[str, Any], step: Callable[..., None], *args: Any) -> Response:
    visit = get_object_or_404(Visit, pk=pk)

    def taken() -> Visit:
        step(visit, *args, now=timezone.now(), by=BY, seen=given.get("version"))
        return visit

    return _done(taken)


def _given(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _key(given: dict[str, Any]) -> str:
    return f"api:{given['client_uuid']}"


def _done(step: Callable[[], Visit], code: int = status.HTTP_200_OK) -> Response:
    try:
        return Response(shapes.visit(step()), status=code)
    except steps.REFUSED as refused:
        return Response(_why(refused), status=status.HTTP_409_CONFLICT)
    except VisitRules.DoesNotExist as error:
        sentence = _("No rules of visits hold now: enter them in the admin.")
        raise ValidationError({"detail": sentence}) from error


def _why(refused: Exception) -> dict[str, Any]:
    """`reason` is for programs, `detail` for people; the visit that stands in the way besides."""
    said = {"reason": _reason(refused), "detail": steps.words(refused)}
    match refused:
        case booking.AlreadyBooked(visit=visit) | booking.NotActive(visit=visit):
            return {**said, "visit": shapes.visit(visit)}
    return said


def _reason(refused: Exception) -> str:
    match refused:
        case booking.SlotTaken():
            return "taken"
        case booking.SlotClosed(verdict=verdict):
            return verdict.status
        case booking.AlreadyBooked():
            return "already_booked"
        case booking.KeyUsed():
            return "key_used"
        case booking.NotBegun():
            return "not_begun"
        case booking.Stale():
            return "stale"
        case booking.NotActive():
            return "not_active"
    raise TypeError(refused)
