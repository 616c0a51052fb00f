"""The border to WhatsApp: what any gateway can do, and the one error it raises."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.utils.module_loading import import_string

from conversations.whatsapp.payloads import AckStatus

Outcome = Literal["refused", "retry", "wait", "unknown"]


class SendError(Exception):
    """A call that did not succeed, and what that means for the message.

    "refused": not sent, and sending it again would fail again. "retry": not sent, try again soon.
    "wait": not sent, WhatsApp is disconnected or the gateway not usable; try after that changed.
    "unknown": perhaps sent; look it up with `find_sent` before sending again.
    `code` names the case for logs and alerts; neither it nor `message` holds personal data.
    """

    def __init__(self, outcome: Outcome, code: str, message: str) -> None:
        super().__init__(message)
        self.outcome: Outcome = outcome
        self.code = code
        self.message = message

    @property
    def permanent(self) -> bool:
        return self.outcome == "refused"

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Sent:
    """Accepted by the gateway. `jid` is where it really went (ninth digit, lid to phone)."""

    provider_id: str
    jid: str


@dataclass(frozen=True)
class FoundMessage:
    provider_id: str
    text: str
    sent_at: datetime
    status: AckStatus


@dataclass(frozen=True)
class Media:
    content: bytes
    mimetype: str


class Gateway:
    """Base of all gateways, in the manner of Django's e-mail backends."""

    def send_text(self, number: str, text: str, *, quoted_id: str | None = None) -> Sent:
        """Sends to a phone (E.164, digits or jid) or a lid's jid. Raises SendError."""
        raise NotImplementedError

    def room(self, wanted: int) -> int:
        """How many of `wanted` sends are worth trying now: all, none while the gateway is away,
        one to find out whether it is back."""
        raise NotImplementedError

    def find_sent(self, jid: str, since: datetime) -> list[FoundMessage]:
        """Our own messages in a chat since a moment (to the second), newest first.

        Tells whether a send of unknown outcome arrived. Raises SendError.
        """
        raise NotImplementedError

    def send_presence(self, number: str, composing_ms: int) -> None:
        """Shows "typing…" for a while. Best effort: returns at once and never raises."""
        raise NotImplementedError

    def mark_read(self, jid: str, ids: Sequence[str]) -> None:
        """Blue ticks for the parent's messages. Best effort: never raises."""
        raise NotImplementedError

    def connection_state(self) -> str:
        """ "open", "connecting" or "close". "open" can be wrong: trust acks more."""
        raise NotImplementedError

    def fetch_media(self, raw: dict[str, Any]) -> Media:
        """The bytes of a media message, from its stored webhook body. Raises SendError."""
        raise NotImplementedError


def gateway() -> Gateway:
    """The process's gateway, chosen by `settings.WHATSAPP_GATEWAY`."""
    return _load(settings.WHATSAPP_GATEWAY)


@cache
def _load(path: str) -> Gateway:
    loaded = import_string(path)()
    if not isinstance(loaded, Gateway):
        raise TypeError(f"{path} is not a Gateway")
    return loaded


os.register_at_fork(after_in_child=_load.cache_clear)  # connections must not be shared
