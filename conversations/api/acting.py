"""What staff's tools may do: take over, answer, give back. Needs the staff permission to write."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import BasePermission, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import handoff, outbox
from conversations.api import shapes
from conversations.models import Conversation


class MayAnswer(BasePermission):
    message = _("You may not answer families.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm("conversations.change_conversation"))


class GiveBack(serializers.Serializer[Any]):
    answer_last = serializers.BooleanField(default=False)


class Reply(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=outbox.LONGEST)
    client_uuid = serializers.UUIDField()
    seen_rev = serializers.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayAnswer])
def take_over(request: Request, pk: int) -> Response:
    """One winner among many: 409 for everybody else."""
    get_object_or_404(Conversation, pk=pk)
    return _changed(request, pk, handoff.take_over(pk, _user(request), timezone.now()))


@extend_schema(request=GiveBack, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayAnswer])
def give_back(request: Request, pk: int) -> Response:
    get_object_or_404(Conversation, pk=pk)
    given = GiveBack(data=request.data)
    given.is_valid(raise_exception=True)
    answer_last = bool(given.validated_data["answer_last"])
    changed = handoff.give_back(pk, _user(request), timezone.now(), answer_last=answer_last)
    return _changed(request, pk, changed)


@extend_schema(request=Reply, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
@permission_classes([IsAdminUser, MayAnswer])
def reply(request: Request, pk: int) -> Response:
    """Queues a text. The same client_uuid again returns the same message."""
    get_object_or_404(Conversation, pk=pk)
    given = Reply(data=request.data)
    given.is_valid(raise_exception=True)
    text, client_uuid = given.validated_data["text"], given.validated_data["client_uuid"]
    seen_rev: int | None = given.validated_data.get("seen_rev")
    assert isinstance(client_uuid, UUID)
    try:
        message = outbox.queue_staff_text(
            pk, _user(request), text, client_uuid, timezone.now(), seen_rev=seen_rev
        )
    except outbox.NotYours:
        return _conflict({"detail": gettext("Take the conversation over first.")})
    except outbox.UnseenMessages as error:
        return _conflict({"detail": gettext("The family has written meanwhile."), "rev": error.rev})
    return Response(shapes.message(message), status=status.HTTP_201_CREATED)


def _user(request: Request) -> Any:
    return request.user


def _changed(request: Request, pk: int, changed: bool) -> Response:
    row = Conversation.objects.get(pk=pk)
    shape = shapes.conversation(row, request.build_absolute_uri(reverse("api:messages", args=[pk])))
    if changed:
        return Response(shape)
    return _conflict({"detail": gettext("Somebody else was faster."), **shape})


def _conflict(body: dict[str, Any]) -> Response:
    return Response(body, status=status.HTTP_409_CONFLICT)
