"""What an answer of Evolution to a send means. HTTP status alone does not tell."""

import json
import re
from typing import Any

import httpx2

from conversations.whatsapp.base import SendError, Sent
from conversations.whatsapp.payloads.values import as_dict, as_list, as_number, as_text

RATE_LIMITS = {4, 80007, 130429, 131056}  # Meta's codes that pass by themselves
DISCONNECTED = re.compile(r"Connection (Closed|Terminated|Lost|Failure)")
NEVER_CONNECTED = "reading 'onWhatsApp'"
GRAPH_UNREACHABLE = "reading 'message'"
AN_EXCEPTION = re.compile(r"\w*(Error|Exception)\b|Timed Out|Invalid `?prisma", re.IGNORECASE)


def sent(response: httpx2.Response) -> Sent:
    """The accepted message; raises SendError for anything else."""
    body = as_dict(decoded(response))
    if response.is_success:
        key = as_dict(body.get("key"))
        provider_id = as_text(key.get("id"))
        if not provider_id:
            raise _accepted_without_id(body)
        return Sent(provider_id, as_text(key.get("remoteJid")))
    raise _failed(response.status_code, body)


def decoded(response: httpx2.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _accepted_without_id(body: dict[str, Any]) -> SendError:
    """On the Cloud channel every refusal of Meta's comes as a 201 with Meta's error in it."""
    code = as_number(body.get("code"))
    if code is None:
        return SendError("unknown", "no_id", "Accepted without a message id")
    if code in RATE_LIMITS:
        return SendError("retry", f"graph_{code}", "Meta limits the rate")
    return SendError("refused", f"graph_{code}", "Meta refused the message")


def _failed(status: int, body: dict[str, Any]) -> SendError:
    said = _messages(body)
    if any(DISCONNECTED.search(text) for text in said):
        return SendError("wait", "disconnected", "WhatsApp's connection is down")
    if any(NEVER_CONNECTED in text for text in said):
        return SendError("wait", "never_connected", "The instance was never paired")
    if status >= 500:
        return _server_failure(status, body)
    if status == 429:
        return SendError("retry", "rate_limited", "The gateway limits the rate")
    if status == 400:
        return _bad_request(body, said)
    named = {401: "unauthorized", 404: "no_instance"}
    if 300 <= status < 400:
        return SendError("refused", "redirected", f"Answered {status}: the address is wrong")
    return SendError("refused", named.get(status, f"http_{status}"), f"Answered {status}")


def _server_failure(status: int, body: dict[str, Any]) -> SendError:
    if status == 503 and as_text(body.get("code")) == "LICENSE_REQUIRED":
        return SendError("wait", "license_required", "Evolution waits for its licence")
    return SendError("unknown", f"http_{status}", f"Answered {status}")


def _bad_request(body: dict[str, Any], said: list[str]) -> SendError:
    """400 is a refusal before sending, or any exception during it, as its text."""
    if any(as_dict(item).get("exists") is False for item in _raw_messages(body)):
        return SendError("refused", "not_on_whatsapp", "The number is not on WhatsApp")
    if any(GRAPH_UNREACHABLE in text for text in said):
        return SendError("unknown", "graph_unreachable", "Meta's answer was not understood")
    if any(AN_EXCEPTION.match(text) for text in said):
        return SendError("unknown", "gateway_exception", "The gateway failed while sending")
    return SendError("refused", "bad_request", "The gateway refused the request")


def _raw_messages(body: dict[str, Any]) -> list[Any]:
    message = as_dict(body.get("response")).get("message", body.get("message"))
    return as_list(message) or [message]


def _messages(body: dict[str, Any]) -> list[str]:
    return [item for item in _raw_messages(body) if isinstance(item, str)]
