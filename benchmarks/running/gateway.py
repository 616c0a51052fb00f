"""WhatsApp's gateway as far as a load needs it: takes every text, and remembers when.

The stand-in of the tests behaves more truly and costs more than what is measured here.
"""

import itertools
import json
import time
from typing import Any

received: dict[str, list[float]] = {}  # seconds since the epoch, by number
ids = itertools.count(1)

Scope = dict[str, Any]


async def application(scope: Scope, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    content = b""
    while True:
        event = await receive()
        content += event.get("body", b"")
        if not event.get("more_body"):
            break
    status, answer = _answer(scope["path"], content)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def _answer(path: str, content: bytes) -> tuple[int, Any]:
    if path.startswith("/message/sendText/"):
        number = json.loads(content)["number"]
        received.setdefault(number, []).append(time.time())
        jid = f"{number}@s.whatsapp.net"
        return 201, {"key": {"remoteJid": jid, "fromMe": True, "id": f"3EB0{next(ids):018X}"}}
    if path == "/received":
        return 200, received
    if path.startswith("/instance/connectionState"):
        return 200, {"instance": {"state": "open"}}
    return 201, {}
