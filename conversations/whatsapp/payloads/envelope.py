"""A webhook body, already decoded from JSON, as our events. Evolution 1.8 to 2.4 is understood."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from conversations.whatsapp.payloads.addresses import (
    identity_by_wamid,
    identity_of,
    not_a_parent,
    phone_of,
)
from conversations.whatsapp.payloads.content import (
    SILENT,
    edited_text,
    quoted_id,
    read_content,
    unwrapped,
)
from conversations.whatsapp.payloads.events import (
    Acked,
    AckStatus,
    Connection,
    Deleted,
    Edited,
    Event,
    Identity,
    Ignored,
    Presence,
    QrCode,
    Received,
)
from conversations.whatsapp.payloads.values import (
    as_dict,
    as_list,
    as_moment,
    as_number,
    as_text,
    first_text,
)

ID_LENGTH = 200
PUSH_NAME_LENGTH = 120
EDIT_TYPES: tuple[object, ...] = ("MESSAGE_EDIT", 14)
REVOKE_TYPES: tuple[object, ...] = ("REVOKE", 0)
STATUSES: dict[object, AckStatus] = {
    "ERROR": "failed",
    "FAILED": "failed",
    "PENDING": "pending",
    "SERVER_ACK": "sent",
    "SENT": "sent",
    "DELIVERY_ACK": "delivered",
    "DELIVERED": "delivered",
    "READ": "read",
    "PLAYED": "played",
    "DELETED": "deleted",
}
STATUS_NUMBERS: tuple[AckStatus, ...] = (
    "failed",
    "pending",
    "sent",
    "delivered",
    "read",
    "played",
)
UNDATED = datetime.fromtimestamp(0, UTC)


def read_events(body: object) -> list[Event]:
    """What a webhook body says. Never raises, whatever the JSON; what means nothing is Ignored.

    Nearly always one event; several when `data` is a list.
    """
    envelope = as_dict(body)
    name = event_name(envelope)
    reader = READERS.get(name)
    if reader is None:
        return [Ignored("unknown event" if name else "no event")]
    data = envelope.get("data")
    items = as_list(data) if isinstance(data, list) else [data]
    return [reader(as_dict(item), envelope) for item in items] or [Ignored("empty")]


def event_name(envelope: dict[str, Any]) -> str:
    """ "messages.upsert", also from its spellings MESSAGES_UPSERT and messages-upsert."""
    return re.sub(r"[-_]", ".", as_text(envelope.get("event")).lower())


def message_id(data: dict[str, Any]) -> str:
    """WhatsApp's id of the message `data` is about; "" when there is none that could be stored."""
    found = (
        as_text(data.get("keyId")) or as_text(as_dict(data.get("key")).get("id"))
        if "key" in data or "keyId" in data
        else as_text(data.get("id"))
    )
    return found if len(found) <= ID_LENGTH else ""


def ack_status(value: object) -> AckStatus | None:
    """Evolution's, Meta's or the protocol's own number for how far a message got."""
    if type(value) is int and 0 <= value < len(STATUS_NUMBERS):
        return STATUS_NUMBERS[value]
    return STATUSES.get(value.upper()) if isinstance(value, str) else None


def _upserted(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    return _message(data, envelope, via_api=False)


def _sent_by_api(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    return _message(data, envelope, via_api=True)


def _message(data: dict[str, Any], envelope: dict[str, Any], *, via_api: bool) -> Event:
    name, value = unwrapped(data.get("message"))
    if name == "protocolMessage":
        return _protocol(as_dict(value))
    found = _whose(data, envelope)
    if isinstance(found, Ignored):
        return found
    from_me = via_api or _is_true(as_dict(data.get("key")).get("fromMe"))
    if name in SILENT or (from_me and not via_api and not name):
        return Ignored("nothing said")
    identity, mixed_up = found
    content = read_content(name, value)
    return Received(
        identity=identity,
        provider_id=message_id(data),
        from_me=from_me,
        push_name=None if from_me else _push_name(data),
        kind=content.kind,
        text=content.text,
        sent_at=_sent_at(data, envelope),
        quoted_id=quoted_id(as_dict(data.get("message")), data.get("contextInfo"), value),
        media=content.media,
        contact_phone=content.contact_phone,
        reaction_to=content.reaction_to,
        location=content.location,
        via_api=via_api,
        raw_type=as_text(data.get("messageType")) or name,
        mixed_up=mixed_up,
    )


def _whose(data: dict[str, Any], envelope: dict[str, Any]) -> tuple[Identity, bool] | Ignored:
    key = as_dict(data.get("key"))
    provider_id = message_id(data)
    if not provider_id:
        return Ignored("no id")
    claimed = identity_of(key, phone_of(as_text(envelope.get("sender"))))
    if not _is_true(key.get("fromMe")):
        owner = identity_by_wamid(provider_id, claimed)
        if owner:
            return owner, True
    other_chat = not_a_parent(key)
    if other_chat:
        return Ignored(other_chat)
    return (claimed, False) if claimed else Ignored("ourselves or nobody")


def _protocol(data: dict[str, Any]) -> Event:
    """An edit or a deletion inside a message, as older versions deliver them."""
    if data.get("type") in REVOKE_TYPES and message_id(data):
        return Deleted(message_id(data))
    return _edited(data, {})


def _edited(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    """The event also carries deletions (told again by messages.delete) and chat settings."""
    provider_id = message_id(data)
    if data.get("type") not in EDIT_TYPES or not provider_id:
        return Ignored("not an edit")
    if other_chat := not_a_parent(as_dict(data.get("key"))):
        return Ignored(other_chat)
    return Edited(provider_id, edited_text(data.get("editedMessage")))


def _updated(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    provider_id = message_id(data)
    if not provider_id:
        return Ignored("no id")
    message = as_dict(data.get("message"))
    if isinstance(message.get("editedMessage"), dict):  # from 2.3.7 on edits come here as well
        return Edited(provider_id, edited_text(message))
    status = ack_status(data.get("status"))
    return Acked(provider_id, status) if status else Ignored("unknown status")


def _deleted(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    provider_id = message_id(data)
    other_chat = not_a_parent(as_dict(data.get("key")) or data)
    if other_chat or not provider_id:
        return Ignored(other_chat or "no id")
    return Deleted(provider_id)


def _connection(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    state = as_text(data.get("state"))
    return Connection(state, as_number(data.get("statusReason"))) if state else Ignored("no state")


def _instance_status(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    if as_text(data.get("status")) != "closed":
        return Ignored("not closed")
    return Connection("close", as_number(data.get("disconnectionReasonCode")))


def _logged_out(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    return Connection("close", None)


def _qr_code(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    code = as_dict(data.get("qrcode"))
    if not code:
        return Connection("refused", as_number(data.get("statusCode")))
    image, pairing_code = as_text(code.get("base64")), as_text(code.get("pairingCode"))
    return QrCode(image if image.startswith("data:image/") else None, pairing_code or None)


def _presence(data: dict[str, Any], envelope: dict[str, Any]) -> Event:
    key = {"remoteJid": data.get("id")}
    identity = identity_of(key, phone_of(as_text(envelope.get("sender"))))
    if not identity or not_a_parent(key):
        return Ignored("presence of no parent")
    states = as_dict(data.get("presences")).values()
    known = [as_text(as_dict(state).get("lastKnownPresence")) for state in states]
    return Presence(identity, any(state in ("composing", "recording") for state in known))


def _push_name(data: dict[str, Any]) -> str | None:
    return as_text(data.get("pushName")).strip()[:PUSH_NAME_LENGTH] or None


def _sent_at(data: dict[str, Any], envelope: dict[str, Any]) -> datetime:
    """The message's own time; without one Evolution's (whose zone is unsure), else 1970."""
    own = as_moment(data.get("messageTimestamp"))
    return own or _date_time(first_text(envelope, "date_time")) or UNDATED


def _date_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_true(value: object) -> bool:
    return value is True or value == "true"


READERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Event]] = {
    "messages.upsert": _upserted,
    "send.message": _sent_by_api,
    "messages.update": _updated,
    "messages.edited": _edited,
    "messages.delete": _deleted,
    "connection.update": _connection,
    "status.instance": _instance_status,
    "logout.instance": _logged_out,
    "remove.instance": _logged_out,
    "qrcode.updated": _qr_code,
    "presence.update": _presence,
}
