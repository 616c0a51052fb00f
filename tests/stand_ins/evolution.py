"""A local HTTP server that behaves like Evolution API 2.3.6 on Baileys, with faults on order.

    with EvolutionStandIn() as evolution:  # then settings.EVOLUTION_API_URL = evolution.url
        evolution.faults.append(Fault.dropped_after_accepting())
        ...
        evolution.sent, evolution.requests  # what "arrived" at parents' phones; every call

With `webhook_url` it also posts as Evolution does: the `send.message` echo and the acks of what is
sent, and parents' messages through `parent_writes`.
"""

import base64
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from tests.stand_ins.faults import Fault
from tests.stand_ins.serving import Handler, Server


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    apikey: str | None
    body: Any


@dataclass
class EvolutionStandIn:
    instance: str = "vila-a"
    apikey: str = "stand-in-key"
    webhook_url: str = ""
    webhook_token: str = ""
    acks: tuple[str, ...] = ("SERVER_ACK", "DELIVERY_ACK")
    own_jid: str = "551130001000@s.whatsapp.net"
    state: str = "open"
    port: int = 0
    requests: list[Call] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[tuple[str, int]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    not_on_whatsapp: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.stopping = threading.Event()
        self._outbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._poster = threading.Thread(target=self._post_webhooks, daemon=True)
        self._poster.start()
        self._server = _Server(self.port, _Handler, self)
        self.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._outbox.put(None)
        self._server.stop()
        self._poster.join(timeout=5)

    def texts(self, jid: str | None = None) -> list[str]:
        """What parents have read, in order; of one chat or of all."""
        chosen = [each for each in self.sent if jid in (None, each["key"]["remoteJid"])]
        return [each["message"]["conversation"] for each in chosen]

    def parent_writes(self, jid: str, text: str, **key: Any) -> str:
        """Posts a parent's text to the webhook in the background; returns its message id."""
        provider_id = uuid.uuid4().hex.upper()
        full_key = {"remoteJid": jid, "fromMe": False, "id": provider_id, "participant": ""} | key
        message = self._message(full_key, text, "DELIVERY_ACK", "Maria Souza", "android")
        self.post("messages.upsert", message)
        return provider_id

    def post(self, event: str, data: Any) -> None:
        """Queues one webhook, in Evolution's envelope; posted in order by one thread."""
        if self.webhook_url:
            self._outbox.put(self.envelope(event, data))

    def envelope(self, event: str, data: Any) -> dict[str, Any]:
        return {
            "event": event,
            "instance": self.instance,
            "data": data,
            "destination": self.webhook_url,
            "date_time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "sender": self.own_jid,
            "server_url": self.url,
            "apikey": self.apikey,
        }

    def settle(self) -> None:
        """Returns when every webhook queued so far has been posted."""
        self._outbox.join()

    def take_fault(self, path: str) -> Fault | None:
        with self._lock:
            chosen = next((fault for fault in self.faults if path.startswith(fault.path)), None)
            if chosen:
                self.faults.remove(chosen)
            return chosen

    def accept(self, body: dict[str, Any]) -> dict[str, Any]:
        """Keeps a text as sent, echoes and acknowledges it; the answer of sendText."""
        number = body["number"]
        jid = number if "@" in number else f"{number}@s.whatsapp.net"
        key = {"remoteJid": jid, "fromMe": True, "id": f"3EB0{uuid.uuid4().hex[:18].upper()}"}
        message = self._message(key, body["text"], "PENDING", "Você", "web")
        with self._lock:
            self.sent.append(message)
        self.post("send.message", message)
        for status in self.acks:
            update = {"keyId": key["id"], "remoteJid": jid, "fromMe": True, "status": status}
            self.post("messages.update", update | {"messageId": f"c{uuid.uuid4().hex[:24]}"})
        return message

    def found(self, where: dict[str, Any]) -> list[dict[str, Any]]:
        """Stored messages whose key has all of the wanted fields, newest first."""
        wanted = where.get("key", {}).items()
        matching = [each for each in self.sent if wanted <= each["key"].items()]
        updates = [{"status": status} for status in self.acks]
        return [each | {"MessageUpdate": updates} for each in reversed(matching)]

    def _message(
        self, key: dict[str, Any], text: str, status: str, name: str, source: str
    ) -> dict[str, Any]:
        return {
            "key": key,
            "pushName": name,
            "status": status,
            "message": {"conversation": text},
            "contextInfo": None,
            "messageType": "conversation",
            "messageTimestamp": int(time.time()),
            "instanceId": "d53aebe4-57be-4d64-9599-40ea4f0ff1e1",
            "source": source,
        }

    def _post_webhooks(self) -> None:
        while (body := self._outbox.get()) is not None:
            status = self._deliver(body)
            self.deliveries.append((body["event"], status))
            self._outbox.task_done()

    def _deliver(self, body: dict[str, Any]) -> int:
        request = urllib.request.Request(
            self.webhook_url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Webhook-Token": self.webhook_token},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


class _Server(Server):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """The caller was killed, or went away."""


class _Handler(Handler):
    def answer(self) -> None:
        evolution: EvolutionStandIn = self.server.stand_in
        body: Any = json.loads(self.content() or b"{}")
        apikey = self.headers.get("apikey")
        evolution.requests.append(Call(self.command, self.path, apikey, body))
        fault = evolution.take_fault(self.path)
        if fault is None:
            self._answer(*_answer(evolution, self.path, apikey, body))
            return
        if fault.accepted:
            evolution.accept(body)
        evolution.stopping.wait(fault.seconds)
        if fault.answered:
            self._answer(*_answer(evolution, self.path, apikey, body))
        elif fault.status is None:
            self.close_connection = True
        else:
            self.reply(fault.status, fault.body, fault.content_type)

    def _answer(self, status: int, body: Any) -> None:
        self.reply(status, json.dumps(body).encode(), "application/json; charset=utf-8")


def _error(status: int, error: str, message: Any) -> tuple[int, Any]:
    return status, {"status": status, "error": error, "response": {"message": message}}


def _answer(
    evolution: EvolutionStandIn, path: str, apikey: str | None, body: Any
) -> tuple[int, Any]:
    action, _, instance = path.lstrip("/").rpartition("/")
    if instance != evolution.instance:
        return _error(404, "Not Found", [f'The "{instance}" instance does not exist'])
    if apikey != evolution.apikey:
        return _error(401, "Unauthorized", "Unauthorized")
    route = ROUTES.get(action)
    if route is None:
        return _error(404, "Not Found", [f"Cannot POST {path}"])
    return route(evolution, body)


def _send_text(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    for name in ("number", "text"):
        if not isinstance(body.get(name), str):
            return _error(400, "Bad Request", [[f'instance requires property "{name}"']])
    if not body["text"].strip():
        return _error(400, "Bad Request", ["Text is required"])
    if evolution.state != "open":
        return _error(400, "Bad Request", ["Error: Connection Closed"])
    number = body["number"]
    if number in evolution.not_on_whatsapp:
        unknown = {"jid": f"{number}@s.whatsapp.net", "exists": False, "number": number}
        return _error(400, "Bad Request", [unknown])
    return 201, evolution.accept(body)


def _find_messages(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    found, size = evolution.found(body.get("where", {})), body.get("offset", 50)
    pages = -(-len(found) // size)
    records = found[: size if body.get("page", 1) == 1 else 0]
    counts = {"total": len(found), "pages": pages, "currentPage": body.get("page", 1)}
    return 200, {"messages": counts | {"records": records}}


def _send_presence(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    if "delay" not in body:
        return _error(400, "Bad Request", [['instance requires property "delay"']])
    evolution.stopping.wait(body["delay"] / 1000)
    return 201, {"presence": body["presence"]}


def _mark_read(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    return 201, {"message": "Read messages", "read": "success"}


def _connection_state(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    return 200, {"instance": {"instanceName": evolution.instance, "state": evolution.state}}


def _media(evolution: EvolutionStandIn, body: Any) -> tuple[int, Any]:
    found = evolution.media.get(body["message"]["key"]["id"])
    if not found:
        return _error(400, "Bad Request", ["Message not found"])
    content, mimetype = found
    return 201, {"mimetype": mimetype, "base64": base64.b64encode(content).decode(), "buffer": None}


ROUTES: dict[str, Callable[[EvolutionStandIn, Any], tuple[int, Any]]] = {
    "message/sendText": _send_text,
    "chat/findMessages": _find_messages,
    "chat/sendPresence": _send_presence,
    "chat/markMessageAsRead": _mark_read,
    "chat/getBase64FromMediaMessage": _media,
    "instance/connectionState": _connection_state,
}
