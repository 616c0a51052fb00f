"""WhatsApp's door: who calls, what came, kept once, in milliseconds. Thinking comes later."""

import hmac
import json
import logging
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import replay
from conversations.connections import AWAY
from conversations.failures import where
from conversations.models import RawEvent
from conversations.whatsapp.payloads import Event, Ignored, dedupe_key, read_events, strip_secrets
from conversations.whatsapp.payloads.envelope import event_name
from conversations.whatsapp.payloads.values import as_dict

log = logging.getLogger(__name__)

LARGEST = 20 * 2**20
# Evolution signs an event once and repeats that for all its attempts, which take over an hour.
JWT_LEEWAY = timedelta(hours=1)
EVENT_LENGTH, INSTANCE_LENGTH = 60, 80


class HasWebhookToken(BasePermission):
    """`X-Webhook-Token`, or `Authorization: Bearer` with the token or Evolution's JWT under it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = settings.EVOLUTION_WEBHOOK_TOKEN
        if not token:
            return False
        header = request.headers.get("X-Webhook-Token", "")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return _equal(header, token) or _equal(bearer, token) or is_signed(bearer, token)


class EvolutionWebhook(APIView):
    """One event of Evolution API. The instance in the address is taken as it is: whoever has the
    token is believed, and a message is rather kept under a wrong name than lost."""

    authentication_classes = ()
    permission_classes = (HasWebhookToken,)
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)  # whatever it accepts

    def post(self, request: Request, instance: str) -> Response:
        try:
            content = request._request.read(LARGEST + 1)  # Django's own limit would answer 400
        except OSError:
            return Response({"status": "interrupted"}, status=503)
        if len(content) > LARGEST:
            return Response({"status": "too large"}, status=413)
        try:
            body = decoded(content)
            row = raw_event(body, instance[:INSTANCE_LENGTH], timezone.now())
        except (ValueError, RecursionError):
            return Response({"status": "not JSON"}, status=400)
        try:
            return Response({"status": store(row, read_events(body))})
        except AWAY as error:
            log.error("An event could not be stored: %s", where(error))
            return Response({"status": "unavailable"}, status=503)


def is_signed(jwt: str, key: str) -> bool:
    """An HS256 JSON Web Token under `key` that has not expired long ago."""
    try:
        signed, _, signature = jwt.rpartition(".")
        header, claims = (json.loads(_unpadded(part)) for part in signed.split("."))
        if header.get("alg") != "HS256":
            return False
        expected = hmac.new(key.encode(), signed.encode(), sha256).digest()
        expires = timezone.now() - JWT_LEEWAY < datetime.fromtimestamp(claims["exp"], tz=UTC)
        return hmac.compare_digest(expected, _unpadded(signature)) and expires
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
        return False


def decoded(content: bytes) -> Any:
    """JSON of any shape. Raises ValueError for anything else."""
    try:
        return json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # Python refuses integers of thousands of digits; JSON does not
        return json.loads(content, parse_int=str)


def raw_event(body: Any, instance: str, now: datetime) -> RawEvent:
    envelope = as_dict(body)
    return RawEvent(
        instance=instance,
        event=event_name(envelope)[:EVENT_LENGTH],
        provider_key=dedupe_key(body),
        body=strip_secrets(body),
        received_at=now,
        processed_at=now,
    )


def store(row: RawEvent, events: list[Event]) -> str:
    """Keep an event and what it changes in one transaction: "accepted", "duplicate", "ignored"."""
    with transaction.atomic():
        if not _inserted(row):
            return "duplicate"
        replay.apply(row, events, row.received_at)
    return "ignored" if all(isinstance(event, Ignored) for event in events) else "accepted"


def _inserted(row: RawEvent) -> bool:
    """False if the same event is there; while its first delivery commits, this one waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO conversations_rawevent
                (instance, event, provider_key, body, received_at, error, processed_at)
            VALUES (%s, %s, %s, %s::jsonb, %s, '', %s) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                row.instance,
                row.event,
                row.provider_key,
                json.dumps(row.body),
                row.received_at,
                row.processed_at,
            ],
        )
        inserted = cursor.fetchone()
    row.pk = inserted and inserted[0]
    return inserted is not None


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
