"""A webhook body as a row: what makes it unique, and what of it may be kept."""

import hashlib
import json
import math
from typing import Any

from conversations.whatsapp.payloads.envelope import event_name, message_id
from conversations.whatsapp.payloads.values import as_dict, as_text, clean

KEY_LENGTH = 255
# Differ between two deliveries of one thing, or are secret.
VOLATILE = ("date_time", "apikey", "server_url", "destination", "sender", "isLatest", "progress")
# A state comes back (open, close, open): its moment tells the second from a redelivery, which
# repeats the moment.
STATES = {
    "connection.update",
    "status.instance",
    "logout.instance",
    "remove.instance",
    "qrcode.updated",
    "presence.update",
    "call",
}
SECRETS = {
    "apikey",
    "token",
    "accesstoken",
    "accesstokenwabusiness",
    "jwt",
    "jwtkey",
    "authorization",
    "password",
    "secret",
}
WITHHELD = {"withheld": True}  # whoever sees the code may pair the unit's number
BLOBS = {"base64", "media", "buffer", "waveform", "jpegthumbnail", "pngthumbnail", "thumbnail"}
BLOB_CHARACTERS = 200
BLOB_BYTES = 40  # keys and hashes of 32 bytes are needed to fetch the media later
TEXT_CHARACTERS = 70_000  # WhatsApp's own limit is 65,536
MAX_DEPTH = 60


def dedupe_key(body: object) -> str:
    """Equal for redeliveries of one event, to be unique with its instance and event name.

    By WhatsApp's message id, with the status of an acknowledgement and the content of an edit;
    without an id, by a hash of the body.
    """
    envelope = as_dict(body)
    name, data = event_name(envelope), envelope.get("data")
    if isinstance(data, dict) and name not in STATES:
        provider_id = message_id(data)
        if provider_id:
            return _by_id(name, provider_id, data)[:KEY_LENGTH]
    kept = {key: value for key, value in envelope.items() if key not in VOLATILE}
    if name in STATES:
        kept["date_time"] = envelope.get("date_time")
    return f"sha256:{_hash(kept if envelope else body)}"


def strip_secrets(body: object) -> object:
    """A copy to be stored: no credential, no large blob, nothing PostgreSQL's JSON refuses.

    Kept is what `Gateway.fetch_media` needs: the message's key, type, address and media key.
    """
    return _stripped(body, 0)


def _by_id(name: str, provider_id: str, data: dict[str, Any]) -> str:
    if name == "messages.update":
        status = as_text(data.get("status")) or str(data.get("status"))
        edit = f":{_hash(data['message'])[:16]}" if data.get("message") else ""
        return f"{provider_id}:{status[:30]}{edit}"
    if name == "messages.edited":
        moment = data.get("timestampMs")
        content = {"type": data.get("type"), "edited": data.get("editedMessage")}
        return f"{provider_id}:{_hash(moment if moment else content)[:16]}"
    return provider_id


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _stripped(value: object, depth: int) -> object:
    if isinstance(value, str):
        return clean(value)[:TEXT_CHARACTERS]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | list) and (depth >= MAX_DEPTH or _is_bytes(value)):
        return None
    if isinstance(value, dict):
        return {
            clean(str(name)): WITHHELD if name == "qrcode" else _stripped(item, depth + 1)
            for name, item in value.items()
            if not _is_dropped(str(name), item)
        }
    return [_stripped(item, depth + 1) for item in value] if isinstance(value, list) else value


def _is_dropped(name: str, value: object) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    if plain in SECRETS:
        return True
    return plain in BLOBS and isinstance(value, str) and len(value) > BLOB_CHARACTERS


def _is_bytes(value: dict[str, Any] | list[Any]) -> bool:
    """Long byte strings as lists, or as Evolution 2.3.5+ spells them: {"0": 12, "1": 255, …}."""
    if len(value) <= BLOB_BYTES:
        return False
    if isinstance(value, list):
        return all(type(item) is int for item in value)
    return all(key.isdigit() for key in value)
