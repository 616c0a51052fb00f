"""Evolution API over HTTP."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote

import httpx2
from django.conf import settings

from conversations.whatsapp import answers
from conversations.whatsapp.base import FoundMessage, Gateway, Media, SendError, Sent
from conversations.whatsapp.payloads import AckStatus, ack_status
from conversations.whatsapp.payloads.content import read_content, unwrapped
from conversations.whatsapp.payloads.values import as_dict, as_list, as_moment, as_text
from scheduling.breaker import Breaker, BreakerOpen

TIMEOUT = httpx2.Timeout(connect=3, read=15, write=15, pool=15)
BRIEFLY = httpx2.Timeout(connect=1, read=1, write=1, pool=1)
UNHEARD = httpx2.Timeout(connect=1, read=0.1, write=1, pool=1)  # nobody needs the answer
# Node closes an idle connection after 5 s; one reused in that instant fails without a trace.
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=3)
Method = Literal["GET", "POST"]
MEDIA_BYTES = 20 * 2**20
BASE64_OVERHEAD = 1.4  # 4/3, and the JSON around it
FOUND_PER_PAGE = 100
# The furthest wins; what failed counts as failed unless it arrived all the same.
ACK_RANK: tuple[AckStatus, ...] = ("pending", "sent", "failed", "delivered", "read", "played")
NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.LocalProtocolError,
)
NOT_CONFIGURED = (httpx2.UnsupportedProtocol, httpx2.InvalidURL)


def _is_away(error: Exception) -> bool:
    """Nobody answers, or the gateway itself fails. A refusal, or WhatsApp being disconnected, is
    an answer."""
    if not isinstance(error, SendError):
        return False
    return error.code in ("unreachable", "no_answer") or error.code.startswith("http_5")


BREAKER = Breaker("gateway", is_failure=_is_away, pause=10, longest_call=30)


class EvolutionGateway(Gateway):
    """Settings are read at each call; the connections are shared by all threads."""

    def send_text(self, number: str, text: str, *, quoted_id: str | None = None) -> Sent:
        body: dict[str, Any] = {"number": address(number), "text": text, "linkPreview": False}
        if quoted_id:
            body["quoted"] = {"key": {"id": quoted_id}}
        with _guarded():
            return answers.sent(self._call("POST", "message/sendText", body))

    def room(self, wanted: int) -> int:
        return {"closed": wanted, "half-open": min(wanted, 1), "open": 0}[BREAKER.state().state]

    def find_sent(self, jid: str, since: datetime) -> list[FoundMessage]:
        """Asks by each spelling of the chat alone: 2.3.6 keeps a LID chat's phone in remoteJidAlt
        and combines two fields by AND, 2.3.7 by OR."""
        found: dict[str, FoundMessage] = {}
        for field in ("remoteJid", "remoteJidAlt"):
            for spelling in spellings(jid):
                for message in self._find({field: spelling}):
                    if message.sent_at >= since.replace(microsecond=0):
                        found[message.provider_id] = message
        return sorted(found.values(), key=lambda message: message.sent_at, reverse=True)

    def send_presence(self, number: str, composing_ms: int) -> None:
        """Evolution answers when the time is over; we do not wait for that."""
        body = {"number": address(number), "presence": "composing", "delay": composing_ms}
        self._attempt("chat/sendPresence", body)

    def mark_read(self, jid: str, ids: Sequence[str]) -> None:
        read = [{"id": each, "fromMe": False, "remoteJid": jid} for each in ids]
        self._attempt("chat/markMessageAsRead", {"readMessages": read})

    def connection_state(self) -> str:
        body = self._ask("GET", "instance/connectionState", None, BRIEFLY)
        return as_text(as_dict(body.get("instance")).get("state"))

    def fetch_media(self, raw: dict[str, Any]) -> Media:
        data = as_dict(raw.get("data")) or raw
        message = {name: data.get(name) for name in ("key", "messageType", "message")}
        body = self._read("POST", "chat/getBase64FromMediaMessage", {"message": message})
        try:
            content = base64.b64decode(as_text(body.get("base64")), validate=True)
        except binascii.Error:
            content = b""
        if not content:
            raise SendError("refused", "no_media", "The media is not there any more")
        if len(content) > MEDIA_BYTES:
            raise too_large()
        return Media(content, as_text(body.get("mimetype")) or "application/octet-stream")

    @cached_property
    def _client(self) -> httpx2.Client:
        # Evolution is a neighbour on a private network, whatever proxy the machine uses outside.
        return httpx2.Client(limits=LIMITS, trust_env=False)

    def _find(self, key: dict[str, str]) -> list[FoundMessage]:
        query = {"where": {"key": key}, "page": 1, "offset": FOUND_PER_PAGE}
        body = self._read("POST", "chat/findMessages", query)
        records = as_list(as_dict(body.get("messages")).get("records"))
        return [found for record in records if (found := found_message(as_dict(record)))]

    def _read(self, method: Method, path: str, body: Any) -> dict[str, Any]:
        """An answer that changes nothing: whatever goes wrong, asking again is harmless."""
        with _guarded():
            return self._ask(method, path, body)

    def _ask(
        self, method: Method, path: str, body: Any, timeout: httpx2.Timeout | None = None
    ) -> dict[str, Any]:
        try:
            response = self._call(method, path, body, timeout)
        except SendError as error:
            raise SendError("retry", error.code, error.message) from None
        decoded = answers.decoded(response)
        if response.is_success and isinstance(decoded, dict):
            return decoded
        outcome: Literal["refused", "retry"] = "retry" if response.status_code >= 429 else "refused"
        raise SendError(outcome, f"http_{response.status_code}", f"{path} was not answered")

    def _attempt(self, path: str, body: dict[str, Any]) -> None:
        if BREAKER.state().state != "closed":
            return
        try:
            self._call("POST", path, body, UNHEARD)
        except SendError:
            return  # a reply must not fail or wait for it; the reply itself reports trouble

    def _call(
        self, method: str, path: str, body: Any, timeout: httpx2.Timeout | None = None
    ) -> httpx2.Response:
        base, instance = settings.EVOLUTION_API_URL.rstrip("/"), settings.EVOLUTION_INSTANCE
        url = f"{base}/{path}/{quote(instance, safe='')}"
        headers = {"apikey": settings.EVOLUTION_API_KEY}
        try:
            request = self._client.stream(
                method, url, json=body, headers=headers, timeout=timeout or TIMEOUT
            )
            with request as response:
                return _whole(response)
        except NEVER_LEFT as error:
            raise SendError("retry", "unreachable", type(error).__name__) from None
        except NOT_CONFIGURED:
            raise SendError("wait", "not_configured", "EVOLUTION_API_URL is not usable") from None
        except httpx2.HTTPError as error:
            raise SendError("unknown", "no_answer", type(error).__name__) from None


def address(number: str) -> str:
    """What Evolution takes for a number: all digits with the country's, or a lid's jid verbatim."""
    name, at, domain = number.partition("@")
    if at and domain not in ("s.whatsapp.net", "c.us"):
        return number
    return re.sub(r"\D", "", name.partition(":")[0])


def spellings(jid: str) -> list[str]:
    """A chat's possible jids: Evolution may have dropped a Brazilian mobile's ninth digit."""
    digits = address(jid)
    if "@" in digits:
        return [digits]
    both = [digits]
    if re.fullmatch(r"55\d{2}9\d{8}", digits):
        both.append(digits[:4] + digits[5:])
    elif re.fullmatch(r"55\d{2}[6-9]\d{7}", digits):
        both.append(f"{digits[:4]}9{digits[4:]}")
    return [f"{each}@s.whatsapp.net" for each in both]


def found_message(record: dict[str, Any]) -> FoundMessage | None:
    """A stored message, if we sent it; its status is the furthest it ever had."""
    key, sent_at = as_dict(record.get("key")), as_moment(record.get("messageTimestamp"))
    provider_id = as_text(key.get("id"))
    if key.get("fromMe") is not True or not provider_id or not sent_at:
        return None
    updates = [as_dict(each).get("status") for each in as_list(record.get("MessageUpdate"))]
    statuses = {ack_status(each) for each in [record.get("status"), *updates]}
    reached: list[AckStatus] = [status for status in ACK_RANK if status in statuses]
    text = read_content(*unwrapped(record.get("message"))).text
    return FoundMessage(provider_id, text, sent_at, reached[-1] if reached else "pending")


def too_large() -> SendError:
    return SendError("refused", "media_too_large", f"More than {MEDIA_BYTES} bytes")


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        with BREAKER.guard():
            yield
    except BreakerOpen as error:
        raise SendError("wait", "breaker_open", str(error)) from None


def _whole(response: httpx2.Response) -> httpx2.Response:
    """Reads the body, unless it is larger than any media that we take."""
    received = bytearray()
    for chunk in response.iter_bytes():
        received += chunk
        if len(received) > MEDIA_BYTES * BASE64_OVERHEAD:
            raise too_large()
    return httpx2.Response(response.status_code, content=bytes(received))
