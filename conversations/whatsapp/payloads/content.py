"""What a message says: its kind, text and attachments, whatever wrappers it came in."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conversations.whatsapp.payloads.events import Kind
from conversations.whatsapp.payloads.values import (
    as_degrees,
    as_dict,
    as_list,
    as_number,
    as_text,
    first_text,
)
from leads import phones

MAX_WRAPPERS = 8
BESIDE_THE_CONTENT = {
    "messageContextInfo",
    "senderKeyDistributionMessage",
    "fastRatchetKeySenderKeyDistributionMessage",
    "base64",
    "mediaUrl",
    "speechToText",
    "contextInfo",
}
# WhatsApp's own housekeeping: nobody said anything. An album announces pictures that follow.
SILENT = {
    "protocolMessage",
    "albumMessage",
    "pinInChatMessage",
    "keepInChatMessage",
    "encReactionMessage",
    "secretEncryptedMessage",
    "callLogMesssage",
    "messageHistoryNotice",
}
CARD_WHATSAPP = re.compile(r"waid=(\d{7,15})")
CARD_PHONE = re.compile(r"^(?:item\d+\.)?TEL[^:\n]*:([^\n]{1,40})", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    kind: Kind
    text: str = ""
    media: dict[str, Any] | None = None
    contact_phone: str | None = None
    reaction_to: str | None = None
    location: dict[str, Any] | None = None


def unwrapped(message: object) -> tuple[str, Any]:
    """The content's protobuf name and value, out of ephemeral, view-once and other wrappers.

    A wrapper is whatever carries a `message` of its own. ("", None) when there is no content.
    """
    for _ in range(MAX_WRAPPERS):
        name, value = _content_field(as_dict(message))
        inner = as_dict(value).get("message")
        if not isinstance(inner, dict):
            return name, value
        message = inner
    return "", None


def read_content(name: str, value: object) -> Content:
    """`name` and `value` as `unwrapped` gives them; what is not understood is "unsupported"."""
    if name == "conversation":
        return _said(as_text(value))
    reader = READERS.get(name, _unsupported)
    return reader(as_dict(value))


def quoted_id(message: dict[str, Any], context: object, value: object) -> str | None:
    """Which message this one answers; the place differs between versions and channels."""
    contexts = (context, message.get("contextInfo"), as_dict(value).get("contextInfo"))
    return next(
        (found for each in contexts if (found := as_text(as_dict(each).get("stanzaId")))), None
    )


def edited_text(message: object) -> str:
    """The new text of an edited message, or the new caption of edited media."""
    name, value = unwrapped(message)
    if name == "protocolMessage":
        name, value = unwrapped(as_dict(value).get("editedMessage"))
    return read_content(name, value).text


def _content_field(message: dict[str, Any]) -> tuple[str, Any]:
    names = [str(name) for name in message if name not in BESIDE_THE_CONTENT]
    spoken = [name for name in names if name in READERS or name == "conversation"]
    others = [name for name in names if "Message" in name or name in SILENT]
    name = next(iter(spoken + others), "")
    return name, message.get(name)


def _said(text: str) -> Content:
    return Content("text", text) if text.strip() else Content("unsupported")


def _unsupported(value: dict[str, Any]) -> Content:
    return Content("unsupported")


def _media(kind: Kind) -> Callable[[dict[str, Any]], Content]:
    def read(value: dict[str, Any]) -> Content:
        media = {
            "mimetype": first_text(value, "mimetype", "mime_type") or None,
            "seconds": as_number(value.get("seconds")),
            "file_name": first_text(value, "fileName", "filename", "title") or None,
            "size": as_number(value.get("fileLength")),
        }
        return Content(kind, as_text(value.get("caption")), media=media)

    return read


def _location(value: dict[str, Any]) -> Content:
    place = {
        "latitude": as_degrees(value.get("degreesLatitude")),
        "longitude": as_degrees(value.get("degreesLongitude")),
        "name": as_text(value.get("name")) or None,
        "address": as_text(value.get("address")) or None,
    }
    return Content("location", first_text(value, "caption", "comment"), location=place)


def _contacts(value: dict[str, Any]) -> Content:
    cards = [as_dict(card) for card in as_list(value.get("contacts"))] or [value]
    names = [name for card in cards if (name := as_text(card.get("displayName")))]
    numbers = (_card_phone(as_text(card.get("vcard"))) for card in cards)
    return Content("contact", ", ".join(names), contact_phone=next(filter(None, numbers), None))


def _card_phone(vcard: str) -> str | None:
    numbers = [f"+{digits}" for digits in CARD_WHATSAPP.findall(vcard)] + CARD_PHONE.findall(vcard)
    return next((phone for number in numbers if (phone := phones.canonical(number))), None)


def _reaction(value: dict[str, Any]) -> Content:
    target = as_text(as_dict(value.get("key")).get("id")) or None
    return Content("reaction", as_text(value.get("text")), reaction_to=target)


def _poll(value: dict[str, Any]) -> Content:
    return Content("poll", as_text(value.get("name")))


def _vote(value: dict[str, Any]) -> Content:
    options = as_list(as_dict(value.get("vote")).get("selectedOptions"))
    return Content("poll", ", ".join(filter(None, map(as_text, options))))


def _chosen(*names: str) -> Callable[[dict[str, Any]], Content]:
    return lambda value: _said(first_text(value, *names))


def _list_choice(value: dict[str, Any]) -> Content:
    row = as_dict(value.get("singleSelectReply"))
    return _said(first_text(value, "title") or first_text(row, "selectedRowId"))


def _flow_reply(value: dict[str, Any]) -> Content:
    body = as_text(as_dict(value.get("body")).get("text"))
    if body:
        return _said(body)
    parameters = as_text(as_dict(value.get("nativeFlowResponseMessage")).get("paramsJson"))
    try:
        chosen = as_dict(json.loads(parameters))
    except (ValueError, RecursionError):
        return Content("unsupported")
    return _said(first_text(chosen, "title", "display_text", "id"))


READERS: dict[str, Callable[[dict[str, Any]], Content]] = {
    "extendedTextMessage": _chosen("text"),
    "imageMessage": _media("image"),
    "videoMessage": _media("video"),
    "ptvMessage": _media("video"),
    "audioMessage": _media("audio"),
    "documentMessage": _media("document"),
    "stickerMessage": _media("sticker"),
    "locationMessage": _location,
    "liveLocationMessage": _location,
    "contactMessage": _contacts,
    "contactsArrayMessage": _contacts,
    "contact": _contacts,  # Cloud's own echo
    "reactionMessage": _reaction,
    "pollCreationMessage": _poll,
    "pollCreationMessageV2": _poll,
    "pollCreationMessageV3": _poll,
    "pollCreationMessageV5": _poll,
    "pollUpdateMessage": _vote,
    "buttonsResponseMessage": _chosen("selectedDisplayText", "selectedButtonId"),
    "templateButtonReplyMessage": _chosen("selectedDisplayText", "selectedId"),
    "listResponseMessage": _list_choice,
    "interactiveResponseMessage": _flow_reply,
}
