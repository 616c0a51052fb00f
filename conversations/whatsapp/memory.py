"""A gateway that keeps what is sent in this process, as Django's locmem e-mail backend does."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from conversations.whatsapp.base import FoundMessage, Gateway, Media, SendError, Sent


@dataclass(frozen=True)
class Outgoing:
    number: str
    text: str
    quoted_id: str | None
    provider_id: str
    sent_at: datetime


class MemoryGateway(Gateway):
    def __init__(self) -> None:
        self.outbox: list[Outgoing] = []

    def send_text(self, number: str, text: str, *, quoted_id: str | None = None) -> Sent:
        provider_id = f"3EB0{uuid.uuid4().hex[:18].upper()}"
        self.outbox.append(Outgoing(number, text, quoted_id, provider_id, timezone.now()))
        return Sent(provider_id, number)

    def room(self, wanted: int) -> int:
        return wanted

    def find_sent(self, jid: str, since: datetime) -> list[FoundMessage]:
        return [
            FoundMessage(each.provider_id, each.text, each.sent_at, "sent")
            for each in reversed(self.outbox)
            if each.number == jid and each.sent_at >= since.replace(microsecond=0)
        ]

    def send_presence(self, number: str, composing_ms: int) -> None:
        """Nobody is watching."""

    def mark_read(self, jid: str, ids: Sequence[str]) -> None:
        """Nobody is watching."""

    def connection_state(self) -> str:
        return "open"

    def fetch_media(self, raw: dict[str, Any]) -> Media:
        raise SendError("refused", "no_media", "The gateway in memory keeps no media")
