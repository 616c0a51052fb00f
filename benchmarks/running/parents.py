"""What families write, as Evolution API posts it."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

from benchmarks.running.copy import INSTANCE, TOKEN
from benchmarks.running.load import request

TALK = [
    "Oi, boa tarde!",
    "Meu nome é Ana Prado",
    "É para o meu filho Pedro, ele tem 9 anos",
    "Ele está no 4º ano",
    "Queria matemática, quanto custa?",
    "De tarde é melhor",
    "ana.prado@gmail.com",
    "Vocês têm estacionamento?",
]


def body(number: int, text: str) -> dict[str, Any]:
    """One text of family `number`."""
    jid = f"55459{90000000 + number:08}@s.whatsapp.net"
    return {
        "event": "messages.upsert",
        "instance": INSTANCE,
        "data": {
            "key": {"remoteJid": jid, "fromMe": False, "id": uuid.uuid4().hex.upper()},
            "pushName": "Ana",
            "status": "DELIVERY_ACK",
            "message": {"conversation": text},
            "messageType": "conversation",
            "messageTimestamp": int(time.time()),
            "instanceId": "d53aebe4-57be-4d64-9599-40ea4f0ff1e1",
            "source": "android",
        },
        "destination": f"http://127.0.0.1/webhooks/evolution/{INSTANCE}/",
        "date_time": "2026-11-27T18:00:00.000Z",
        "sender": "551130001000@s.whatsapp.net",
        "server_url": "http://127.0.0.1:8080",
        "apikey": "stand-in-key",
    }


def posts(path: str, count: int, *, families: int, first: int = 0) -> Iterator[bytes]:
    """`count` messages, family after family."""
    for number in range(count):
        text = TALK[number // families % len(TALK)]
        yield request(path, body(first + number % families, text), X_Webhook_Token=TOKEN)
