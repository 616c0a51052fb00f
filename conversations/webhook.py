"""WhatsApp's door: who calls, what came, kept once, in a millisecond. All else is `intake`'s.

An ASGI application of its own, without what pages need
(docs/decisions/0059-the-door-keeps-and-intake-applies.md).
"""

import asyncio
import hmac
import json
import logging
import re
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone

from conversations import watch
from conversations.arrivals import Arrival, Arrivals
from conversations.failures import where
from conversations.whatsapp.payloads import (
    Event,
    Ignored,
    QrCode,
    dedupe_key,
    read_events,
    strip_secrets,
)
from conversations.whatsapp.payloads.envelope import event_name
from conversations.whatsapp.payloads.values import as_dict

log = logging.getLogger(__name__)

# With and without a slash at the end, and with the event's name that Evolution may add to it.
ADDRESS = re.compile(r"/webhooks/evolution/([^/]+)(?:/+[a-z-]+)?/*")
LARGEST = 20 * 2**20
LARGE = 2**16  # bytes; reading more than this would keep others waiting
# Evolution signs an event once and repeats that for all its attempts, which take over an hour.
JWT_LEEWAY = timedelta(hours=1)
EVENT_LENGTH, INSTANCE_LENGTH = 60, 80

Messages = Callable[[], Awaitable[Mapping[str, Any]]]
_arrivals = Arrivals()


async def webhook(
    scope: Mapping[str, Any], receive: Messages, send: Callable[[Any], Awaitable[None]]
) -> None:
    """One event of Evolution API. The instance in the address is taken as it is: whoever has the
    token is believed, and a message is rather kept under a wrong name than lost."""
    status, answer = await _answer(scope, receive)
    content = json.dumps({"status": answer}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _answer(scope: Mapping[str, Any], receive: Messages) -> tuple[int, str]:
    address = ADDRESS.fullmatch(scope["path"])
    if address is None:
        return 404, "no such address"
    if scope["method"] != "POST":
        return 405, "events are posted"
    if not may_enter({name.decode("latin-1"): value for name, value in scope["headers"]}):
        return 403, "wrong token"
    content = await _content(receive)
    if content is None:
        return 503, "interrupted"
    if len(content) > LARGEST:
        return 413, "too large"
    return await _kept(content, address[1][:INSTANCE_LENGTH])


async def _content(receive: Messages) -> bytes | None:
    """The body, or what of it shows that it is too large; None if the caller went away."""
    content = bytearray()
    while len(content) <= LARGEST:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        content += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(content)


async def _kept(content: bytes, instance: str) -> tuple[int, str]:
    now = timezone.now()
    try:
        if len(content) > LARGE:
            arrival, events = await asyncio.to_thread(arrived, content, instance, now)
        else:
            arrival, events = arrived(content, instance, now)
    except (ValueError, RecursionError):
        return 400, "not JSON"
    try:
        if any(isinstance(event, QrCode) for event in events):
            await sync_to_async(_show_codes)(events, instance, now)
        new = await _arrivals.keep(arrival)
    except Error as error:
        log.error("An event could not be stored: %s", where(error))
        return 503, "unavailable"
    if not new:
        return 200, "duplicate"
    return 200, "ignored" if all(isinstance(event, Ignored) for event in events) else "accepted"


def _show_codes(events: list[Event], instance: str, now: datetime) -> None:
    """Whoever sees a code may pair the unit's number: it is shown to staff, and not kept."""
    with transaction.atomic():
        for event in events:
            if isinstance(event, QrCode):
                watch.code_shown(event, instance, now)


def may_enter(headers: Mapping[str, bytes]) -> bool:
    """`X-Webhook-Token`, or `Authorization: Bearer` with the token or Evolution's JWT under it.
    Names are in lower case."""
    token = settings.EVOLUTION_WEBHOOK_TOKEN
    if not token:
        return False
    bearer = headers.get("authorization", b"").removeprefix(b"Bearer ").strip()
    given = (headers.get("x-webhook-token", b""), bearer)
    known = [hmac.compare_digest(one, token.encode()) for one in given]
    return any(known) or is_signed(bearer.decode("latin-1"), token)


def arrived(content: bytes, instance: str, now: datetime) -> tuple[Arrival, list[Event]]:
    """A body as it is kept, and what it says. Raises ValueError or RecursionError if it is not
    JSON."""
    body = decoded(content)
    event = event_name(as_dict(body))[:EVENT_LENGTH]
    kept = Arrival(instance, event, dedupe_key(body), strip_secrets(body), now)
    return kept, read_events(body)


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


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
