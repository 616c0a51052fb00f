"""What WhatsApp can tell us, in our own words. Nothing here knows how Evolution spells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "text",
    "audio",
    "image",
    "video",
    "document",
    "sticker",
    "location",
    "contact",
    "reaction",
    "poll",
    "unsupported",
]
AckStatus = Literal["pending", "sent", "delivered", "read", "played", "failed", "deleted"]


HIDDEN_DOMAIN = "@hidden"


@dataclass(frozen=True)
class Identity:
    """Who the chat is with. At least one of `phone` (E.164) and `lid` ("1827…@lid") is known.

    `reply_to` is the address to answer at: the phone's jid as WhatsApp spells it (with or without
    the ninth digit), or the lid where no phone is known. A lid is never shown as a phone.
    """

    phone: str | None
    lid: str | None
    reply_to: str

    @property
    def is_hidden(self) -> bool:
        """Somebody whose address nobody told us: they can be read, but not answered."""
        return self.reply_to.endswith(HIDDEN_DOMAIN)


@dataclass(frozen=True)
class Received:
    """One message in a chat: the parent's, or one of ours as an echo (`from_me`).

    `via_api`: sent through Evolution's REST interface; an echo that is not ours by id and not
    `via_api` was typed by a person on another device. `reaction_to`: the id reacted to, `text` the
    emoji, empty when it was taken back. `mixed_up`: Evolution named another customer than the
    message's own id does; `identity` follows the id, and the chat's context must not be revealed.
    """

    identity: Identity
    provider_id: str
    from_me: bool
    push_name: str | None
    kind: Kind
    text: str
    sent_at: datetime
    quoted_id: str | None
    media: dict[str, Any] | None  # mimetype, seconds, file_name, size (bytes); each may be None
    contact_phone: str | None
    reaction_to: str | None
    location: dict[str, Any] | None  # latitude, longitude, name, address; each may be None
    via_api: bool
    raw_type: str
    mixed_up: bool


@dataclass(frozen=True)
class Acked:
    """How far a message got. Match by id alone: it may be one of the parent's, and Evolution 2.3.6
    says "deleted" for any status it does not know, so that one proves nothing."""

    provider_id: str
    status: AckStatus


@dataclass(frozen=True)
class Edited:
    provider_id: str
    text: str


@dataclass(frozen=True)
class Deleted:
    provider_id: str


@dataclass(frozen=True)
class Connection:
    """`state`: "open", "connecting", "close" (pair again) or "refused" (no QR code was scanned)."""

    state: str
    reason: int | None


@dataclass(frozen=True)
class QrCode:
    image_data_uri: str | None
    pairing_code: str | None


@dataclass(frozen=True)
class Presence:
    identity: Identity
    composing: bool


@dataclass(frozen=True)
class Ignored:
    reason: str


Event = Received | Acked | Edited | Deleted | Connection | QrCode | Presence | Ignored
