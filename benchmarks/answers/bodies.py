"""Webhook bodies as Evolution sends them, by kind of message."""

from copy import deepcopy
from typing import Any

from tests.payloads import load

KINDS = {
    "audio": "baileys_voice",
    "image": "baileys_image",
    "sticker": "baileys_sticker",
    "video": "baileys_video",
    "document": "baileys_document",
    "location": "baileys_location",
    "contact": "baileys_contact",
    "reaction": "baileys_reaction",
    "poll": "baileys_poll",
}


def text(line: str) -> dict[str, Any]:
    body = deepcopy(load("baileys_text"))
    body["data"]["message"] = {"conversation": line}
    return body


def media(kind: str, rest: str) -> dict[str, Any]:
    body = deepcopy(load(KINDS[kind]))
    if kind == "reaction":
        body["data"]["message"]["reactionMessage"]["text"] = rest
    elif kind == "contact" and rest:
        card = body["data"]["message"]["contactMessage"]
        digits = "".join(char for char in rest if char.isdigit())
        card["vcard"] = f"BEGIN:VCARD\nVERSION:3.0\nFN:X\nTEL;waid={digits}:{rest}\nEND:VCARD"
    return body
