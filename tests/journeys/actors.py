"""Who acts in a story: a family's phone, and the process that answers and sends."""

import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from conversations import echoes, sender, turn
from conversations.models import Conversation, Message
from conversations.whatsapp import evolution
from tests.payloads import load


@dataclass
class Parent:
    """A family's phone."""

    post: Callable[..., Any]
    phone: str = "+5545999990000"
    name: str = "Ana Prado"
    said: list[dict[str, Any]] = field(default_factory=list)

    @property
    def jid(self) -> str:
        return f"{self.phone.removeprefix('+')}@s.whatsapp.net"

    def body(self, text: str, *, seconds_ago: float = 0, **key: Any) -> dict[str, Any]:
        body = deepcopy(load("baileys_text"))
        data = body["data"]
        data["key"] |= {"remoteJid": self.jid, "id": uuid.uuid4().hex.upper()} | key
        data["pushName"] = self.name
        data["message"] = {"conversation": text}
        sent_at = timezone.now() - timedelta(seconds=seconds_ago)
        data["messageTimestamp"] = int(sent_at.timestamp())
        return body

    def says(self, *texts: str, **how: Any) -> list[str]:
        """Each text is a message of its own; returns their ids."""
        return [self.delivers(self.body(text, **how)) for text in texts]

    def delivers(self, body: dict[str, Any]) -> str:
        self.said.append(body)
        self.post(body)
        return str(body["data"]["key"]["id"])

    def staff_type(self, text: str) -> str:
        """On the unit's own phone, in this chat."""
        return self.delivers(self.body(text, fromMe=True, id=f"3A{uuid.uuid4().hex[:18].upper()}"))

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get(phone=self.phone)

    @property
    def replies(self) -> list[Message]:
        ours = self.conversation.messages.filter(author=Message.Author.BOT)
        return list(ours.order_by("pk"))


@dataclass
class Work:
    """One `work` process, each step when the story says so. `after`: seconds from now."""

    def turns(self, after: float = 11) -> int:
        now = timezone.now() + timedelta(seconds=after)
        claims = turn.claim_due(now, 100)
        for claim in claims:
            turn.answer(claim, lambda: now)
        return len(claims)

    def sends(self, after: float = 11) -> int:
        now = timezone.now() + timedelta(seconds=after)
        done = 0
        # The breaker lives by the story's clock, too.
        evolution.BREAKER._clock = lambda: now.timestamp()
        while claims := sender.claim_due(now, 100):
            for claim in claims:
                sender.send(claim, lambda at=now: at)
            done += len(claims)
            now += echoes.GAP
        return done
