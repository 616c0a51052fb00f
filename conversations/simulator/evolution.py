"""Evolution API's own HTTP, as far as the product uses it (WHATSAPP-BAILEYS, version 2.3)."""

import base64
import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from conversations.models import SimulatedBubble, SimulatedParent, SimulatorFaults
from conversations.simulator import live, payloads, phones, samples, webhooks

SLOWNESS = 5.0  # seconds
LONGEST_PRESENCE = 25.0  # seconds
ACK_DELAYS = ((phones.Status.SERVER_ACK, 0.3), (phones.Status.DELIVERY_ACK, 0.8))
KNOWN_ADDRESS = re.compile(r"\d{7,15}@(s\.whatsapp\.net|lid)")
REFUSED_BY_META = {
    "message": "(#131000) Something went wrong",
    "type": "OAuthException",
    "code": 131000,
    "error_data": {"messaging_product": "whatsapp", "details": "Message failed to send"},
    "fbtrace_id": "Asimulated",
}


@csrf_exempt
def door(request: HttpRequest, call: str, instance: str) -> HttpResponse:
    """`POST {EVOLUTION_API_URL}/{call}/{instance}`, with the guards in Evolution's order."""
    faults = SimulatorFaults.current()
    if faults.slow:
        _wait(SLOWNESS)
    if faults.down:
        return HttpResponse("<html><h1>502 Bad Gateway</h1></html>", status=502)
    if instance != settings.EVOLUTION_INSTANCE:
        return _error(404, "Not Found", [f'The "{instance}" instance does not exist'])
    if not constant_time_compare(request.headers.get("apikey", ""), settings.EVOLUTION_API_KEY):
        return _error(401, "Unauthorized", "Unauthorized")
    answer = CALLS.get((request.method or "", call))
    if answer is None:
        return _error(404, "Not Found", [f"Cannot {request.method} {request.path}"])
    try:
        body = json.loads(request.body or "{}")
    except ValueError as error:
        return _error(400, "Internal Server Error", str(error))
    if b"\\u0000" in request.body:  # neither does Evolution's own database keep it
        return _error(400, "Bad Request", ["PrismaClientUnknownRequestError"])
    if not isinstance(body, dict):
        return _invalid("is not of a type(s) object")
    return answer(body, faults)


def _send_text(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    missing = [name for name in ("number", "text") if name not in body]
    if missing:
        return _invalid(*(f'instance requires property "{name}"' for name in missing))
    number, text = body["number"], body["text"]
    if not isinstance(number, str) or not isinstance(text, str):
        return _invalid("Invalid format")
    if faults.disconnected:
        return _error(400, "Bad Request", ["Error: Connection Closed"])
    if not text.strip():
        return _error(400, "Bad Request", ["Text is required"])
    jid = payloads.jid_of(number)
    if not KNOWN_ADDRESS.fullmatch(jid):
        return _error(400, "Bad Request", [{"jid": jid, "exists": False, "number": number}])
    if faults.without_key:
        return JsonResponse(REFUSED_BY_META, status=201)
    return JsonResponse(payloads.message_of(_accept(jid, text, _quoted(body))), status=201)


@transaction.atomic
def _accept(jid: str, text: str, quoted_id: str) -> SimulatedBubble:
    """Shows the text on the parent's phone, and tells the site how far it got."""
    parent, _ = SimulatedParent.objects.get_or_create(jid=jid)
    bubble = SimulatedBubble.objects.create(
        parent=parent,
        provider_id=payloads.new_id(phones.Author.GATEWAY),
        author=phones.Author.GATEWAY,
        message={"conversation": text},
        quoted=parent.bubbles.filter(provider_id=quoted_id).first(),
        sent_at=timezone.now(),
    )
    SimulatedParent.objects.filter(pk=parent.pk).update(composing_until=None)
    live.tell(parent.pk)
    transaction.on_commit(lambda: _echo(bubble))
    return bubble


def _echo(bubble: SimulatedBubble) -> None:
    webhooks.post("send.message", payloads.message_of(bubble))
    for status, delay in ACK_DELAYS:
        webhooks.post(
            "messages.update",
            payloads.ack_of(bubble, status),
            after=delay,
            then=partial(phones.reach, bubble.parent, [bubble.provider_id], status),
        )


def _send_presence(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    """Answers when the time is over, as Evolution does."""
    missing = [name for name in ("number", "presence", "delay") if name not in body]
    if missing:
        return _invalid(*(f'instance requires property "{name}"' for name in missing))
    if not isinstance(body["delay"], int) or not isinstance(body["number"], str):
        return _invalid("is not of a type(s) integer")
    seconds = min(body["delay"] / 1000, LONGEST_PRESENCE)
    until = timezone.now() + timedelta(seconds=seconds)
    shown = until if body["presence"] == "composing" else None
    found = SimulatedParent.objects.filter(jid=payloads.jid_of(body["number"]))
    found.update(composing_until=shown)
    for parent in found:
        live.tell(parent.pk)
    _wait(seconds)
    return JsonResponse({"presence": body["presence"]}, status=201)


def _mark_read(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    """Up to 2.3.7 Evolution skips LIDs and still says "success"."""
    keys = [key for key in body.get("readMessages") or [] if isinstance(key, dict)]
    ids = [str(key.get("id")) for key in keys if "@lid" not in str(key.get("remoteJid"))]
    for parent in SimulatedParent.objects.filter(bubbles__provider_id__in=ids).distinct():
        phones.reach(parent, ids, phones.Status.READ)
    return JsonResponse({"message": "Read messages", "read": "success"}, status=201)


def _find_messages(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    """By `key.remoteJid` and `key.id`, newest first; nothing is kept under other fields."""
    where = body.get("where")
    key = where.get("key") if isinstance(where, dict) else None
    wanted = key if isinstance(key, dict) else {}
    bubbles = SimulatedBubble.objects.select_related("parent", "quoted").order_by("-id")
    if set(wanted) - {"remoteJid", "id", "fromMe"}:
        bubbles = bubbles.none()
    if "remoteJid" in wanted:
        bubbles = bubbles.filter(parent__jid=wanted["remoteJid"])
    if "id" in wanted:
        bubbles = bubbles.filter(provider_id=wanted["id"])
    page, size = _positive(body.get("page"), 1), _positive(body.get("offset"), 50)
    total = bubbles.count()
    records = [payloads.record_of(bubble) for bubble in bubbles[(page - 1) * size : page * size]]
    found = {
        "total": total,
        "pages": -(-total // size),
        "currentPage": page,
        "records": records,
    }
    return JsonResponse({"messages": found})


def _media(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    message = body.get("message")
    key = message.get("key") if isinstance(message, dict) else None
    wanted = str(key.get("id")) if isinstance(key, dict) else ""
    bubble = SimulatedBubble.objects.filter(provider_id=wanted).first()
    sample = samples.media(bubble.kind) if bubble else None
    if bubble is None or sample is None:
        return _error(400, "Bad Request", ["Message not found"])
    content, mimetype = sample
    found = {
        "mediaType": bubble.kind,
        "fileName": f"{bubble.provider_id}.{mimetype.partition('/')[2]}",
        "size": {"fileLength": len(content)},
        "mimetype": mimetype,
        "base64": base64.b64encode(content).decode(),
        "buffer": None,
    }
    return JsonResponse(found, status=201)


def _connection_state(body: dict[str, Any], faults: SimulatorFaults) -> HttpResponse:
    state = "close" if faults.disconnected else "open"
    return JsonResponse({"instance": {"instanceName": settings.EVOLUTION_INSTANCE, "state": state}})


def _quoted(body: dict[str, Any]) -> str:
    quoted = body.get("quoted")
    key = quoted.get("key") if isinstance(quoted, dict) else None
    return str(key.get("id", "")) if isinstance(key, dict) else ""


def _positive(value: object, default: int) -> int:
    return value if isinstance(value, int) and value > 0 else default


def _wait(seconds: float) -> None:
    connection.close()  # gives it back to the pool: others answer meanwhile
    time.sleep(seconds)


def _invalid(*what: str) -> HttpResponse:
    return _error(400, "Bad Request", [list(what)])


def _error(status: int, error: str, message: Any) -> HttpResponse:
    body = {"status": status, "error": error, "response": {"message": message}}
    return JsonResponse(body, status=status)


CALLS: dict[tuple[str, str], Callable[[dict[str, Any], SimulatorFaults], HttpResponse]] = {
    ("POST", "message/sendText"): _send_text,
    ("POST", "chat/findMessages"): _find_messages,
    ("POST", "chat/sendPresence"): _send_presence,
    ("POST", "chat/markMessageAsRead"): _mark_read,
    ("POST", "chat/getBase64FromMediaMessage"): _media,
    ("GET", "instance/connectionState"): _connection_state,
}
