"""Posts to WhatsApp's door as the gateway does, and applies what it keeps as `work` does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.utils import timezone

PIECE = 2**20  # bytes that the server hands over at once


@dataclass(frozen=True)
class Answer:
    status_code: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def knock(path: str, content: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
    """What the door answers. Within a test's transaction it stays within it."""
    return async_to_sync(_knock)(path, content, headers, method)


def post(path: str, body: Any, token: str) -> Answer:
    """The same for a body with the right token; then everything kept is applied."""
    answer = knock(path, json.dumps(body).encode(), {"X-Webhook-Token": token})
    take_in()
    return answer


def take_in() -> None:
    from conversations import intake  # pytest reads this file before Django knows its models

    while intake.apply_next(timezone.now()):
        pass


async def _knock(path: str, content: bytes, headers: Mapping[str, str], method: str) -> Answer:
    from conversations.webhook import webhook

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    door = ApplicationCommunicator(webhook, scope)
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)] or [b""]
    for number, piece in enumerate(pieces, 1):
        more = number < len(pieces)
        await door.send_input({"type": "http.request", "body": piece, "more_body": more})
    start = await door.receive_output(timeout=10)
    body = await door.receive_output(timeout=10)
    return Answer(start["status"], body["body"])
