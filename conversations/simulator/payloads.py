"""Evolution 2.3's own shapes (WHATSAPP-BAILEYS), as its webhooks and answers write them."""

import re
import time
import uuid
from datetime import datetime
from typing import Any

from conversations.models import SimulatedBubble

INSTANCE_ID = "d53aebe4-57be-4d64-9599-40ea4f0ff1e1"
UNIT_JID = "5545999990099@s.whatsapp.net"  # the simulated unit's own number
LATER_AREA_CODES = re.compile(r"55(?:[3-9]\d)9[7-9]\d{7}")


def jid_of(number: str) -> str:
    """The jid at which Evolution reaches a number: digits with the country's, or any jid."""
    if "@" in number:
        return number
    digits = re.sub(r"\D", "", number)
    if LATER_AREA_CODES.fullmatch(digits):  # WhatsApp knows these without the ninth digit
        digits = digits[:4] + digits[5:]
    return f"{digits}@s.whatsapp.net"


def new_id(author: SimulatedBubble.Author) -> str:
    """An id of the form that the sending device gives: Evolution's, or a telephone's."""
    if author == SimulatedBubble.Author.GATEWAY:
        return f"3EB0{uuid.uuid4().hex[:18].upper()}"
    return f"AC{uuid.uuid4().hex[2:].upper()}"


def key_of(bubble: SimulatedBubble) -> dict[str, Any]:
    key: dict[str, Any] = {
        "remoteJid": bubble.parent.jid,
        "fromMe": bubble.from_unit,
        "id": bubble.provider_id,
    }
    if bubble.author != SimulatedBubble.Author.GATEWAY:
        mode = "lid" if bubble.parent.by_lid else "pn"
        key |= {"participant": "", "addressingMode": mode}
    return key


def message_of(bubble: SimulatedBubble) -> dict[str, Any]:
    """`data` of messages.upsert and send.message; the answer of sendText."""
    names = {"parent": bubble.parent.name or None, "gateway": "Você", "unit_phone": "Kumon"}
    statuses = {"parent": "DELIVERY_ACK", "gateway": "PENDING", "unit_phone": "SERVER_ACK"}
    return {
        "key": key_of(bubble),
        "pushName": names[bubble.author],
        "status": statuses[bubble.author],
        "message": bubble.message,
        "contextInfo": _context(bubble.quoted),
        "messageType": bubble.kind,
        "messageTimestamp": int(bubble.sent_at.timestamp()),
        "instanceId": INSTANCE_ID,
        "source": "web" if bubble.author == SimulatedBubble.Author.GATEWAY else "android",
    }


def reaction_to(bubble: SimulatedBubble, emoji: str, now: datetime) -> dict[str, Any]:
    """`data` of the parent's reaction; an empty emoji takes it back."""
    reaction = {
        "key": {key: value for key, value in key_of(bubble).items() if key != "participant"},
        "text": emoji,
        "senderTimestampMs": _long(int(now.timestamp() * 1000)),
    }
    carrier = SimulatedBubble(
        parent=bubble.parent,
        provider_id=new_id(SimulatedBubble.Author.PARENT),
        author=SimulatedBubble.Author.PARENT,
        message={"reactionMessage": reaction},
        sent_at=now,
    )
    return message_of(carrier)


def edit_of(bubble: SimulatedBubble, now: datetime) -> dict[str, Any]:
    key = {name: key_of(bubble)[name] for name in ("remoteJid", "fromMe", "id")}
    return {
        "key": key,
        "type": "MESSAGE_EDIT",
        "editedMessage": {"conversation": bubble.text},
        "timestampMs": str(int(now.timestamp() * 1000)),
    }


def ack_of(bubble: SimulatedBubble, status: str) -> dict[str, Any]:
    return {
        "keyId": bubble.provider_id,
        "remoteJid": bubble.parent.jid,
        "fromMe": bubble.from_unit,
        "status": status,
        "instanceId": INSTANCE_ID,
        "messageId": f"c{uuid.uuid4().hex[:24]}",
    }


def record_of(bubble: SimulatedBubble) -> dict[str, Any]:
    """A stored message, as findMessages lists it."""
    reached = list(SimulatedBubble.Status.values)
    updates = reached[1 : reached.index(bubble.status) + 1]
    message = {name: value for name, value in message_of(bubble).items() if name != "status"}
    return {
        "id": f"c{bubble.pk:024d}",
        **message,
        "MessageUpdate": [{"status": status} for status in updates],
    }


def attachment(kind: str) -> dict[str, Any]:
    """WhatsApp's message for a sample of each kind. Raises KeyError for an unknown one."""
    samples: dict[str, dict[str, Any]] = {
        "audio": {"audioMessage": _file("audio/ogg; codecs=opus") | {"seconds": 7, "ptt": True}},
        "image": {
            "imageMessage": _file("image/jpeg")
            | {"caption": "boletim da escola", "height": 1280, "width": 960}
        },
        "sticker": {"stickerMessage": _file("image/webp") | {"isAnimated": False}},
        "location": {
            "locationMessage": {
                "degreesLatitude": -25.5469,
                "degreesLongitude": -54.5882,
                "name": "Casa",
                "address": "Vila A, Foz do Iguaçu - PR",
            }
        },
        "contact": {"contactMessage": _card("João Souza", "5545999990042")},
    }
    return samples[kind]


def _context(quoted: SimulatedBubble | None) -> dict[str, Any] | None:
    if quoted is None:
        return None
    return {
        "mentionedJid": [],
        "groupMentions": [],
        "stanzaId": quoted.provider_id,
        "participant": UNIT_JID if quoted.from_unit else quoted.parent.jid,
        "quotedMessage": quoted.message,
    }


def _file(mimetype: str) -> dict[str, Any]:
    blank = {str(index): index for index in range(32)}
    return {
        "url": "https://mmg.whatsapp.net/v/t62.7118-24/x.enc?ccb=11-4",
        "mimetype": mimetype,
        "fileSha256": blank,
        "fileLength": _long(48213),
        "mediaKey": blank,
        "fileEncSha256": blank,
        "directPath": "/v/t62.7118-24/x.enc?ccb=11-4",
        "mediaKeyTimestamp": _long(int(time.time())),
    }


def _card(name: str, digits: str) -> dict[str, str]:
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:;{name};;;",
        f"FN:{name}",
        f"TEL;type=CELL;waid={digits}:+{digits[:2]} {digits[2:4]} {digits[4:9]}-{digits[9:]}",
        "END:VCARD",
    ]
    return {"displayName": name, "vcard": "\n".join(lines)}


def _long(value: int) -> dict[str, Any]:
    """A 64-bit number as protobuf's JavaScript spells it; `low` can be negative."""
    low = value & 0xFFFFFFFF
    low = low - 2**32 if low >= 2**31 else low
    return {"low": low, "high": value >> 32, "unsigned": True}
