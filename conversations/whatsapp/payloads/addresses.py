"""Jids, LIDs and phones: who a chat is with, under every Evolution version's spelling."""

import base64
import binascii
import hashlib
import re
from typing import Any

from conversations.whatsapp.payloads.events import HIDDEN_DOMAIN, Identity
from conversations.whatsapp.payloads.values import as_text
from leads import phones

JID = re.compile(r"([0-9A-Za-z.+_-]{1,50})(?::\d{1,5})?(@[a-z.]{1,20})?", re.ASCII)
PHONE_DOMAINS = {"@s.whatsapp.net", "@c.us", "@hosted"}
LID_DOMAINS = {"@lid", "@hosted.lid"}
NOT_A_PARENT = {"@g.us": "group", "@newsletter": "newsletter", "@broadcast": "broadcast"}
# Of a one-to-one chat, in the order of trust; `senderLid` and `senderPn` are older spellings.
ADDRESS_FIELDS = ("remoteJid", "remoteJidAlt", "senderPn", "previousRemoteJid", "senderLid")
WAMID = re.compile(rb"\x1c\x18(.)", re.DOTALL)


def phone_of(jid: str) -> str | None:
    """The E.164 phone of a phone's jid (or of bare digits); None for any other address."""
    match = JID.fullmatch(jid)
    if not match or (match[2] and match[2] not in PHONE_DOMAINS):
        return None
    digits = match[1].removeprefix("+")
    return phones.canonical(f"{digits}@s.whatsapp.net")


def not_a_parent(key: dict[str, Any]) -> str | None:
    """Why a chat is none of a parent's: "group", "status", "newsletter" or "broadcast"."""
    jid = as_text(key.get("remoteJid"))
    if jid == "status@broadcast":
        return "status"
    return next((what for ending, what in NOT_A_PARENT.items() if jid.endswith(ending)), None)


def identity_of(key: dict[str, Any], ourselves: str | None) -> Identity | None:
    """Whose chat `key` is; None when it is with ourselves or names nobody.

    `ourselves` is the envelope's `sender`. Own messages in a LID chat carry our own phone as the
    alternative, so our phone is never taken for the customer's.
    """
    jids = [_without_device(as_text(key.get(field))) for field in ADDRESS_FIELDS]
    lid = next((jid for jid in jids if _is_lid(jid)), None)
    known = [(jid, phone) for jid in jids if (phone := phone_of(jid)) and phone != ourselves]
    if known:
        jid, phone = known[0]
        return Identity(phone, lid, jid if "@" in jid else f"{jid}@s.whatsapp.net")
    if lid and not (ourselves and phone_of(jids[0]) == ourselves):
        return Identity(None, lid, lid)
    return None


def wamid_owner(provider_id: str) -> bytes | None:
    """Whom a Cloud message id ("wamid." + base64) names: a customer's digits, or the id of one who
    hides the phone; None where it cannot be read."""
    if not provider_id.startswith("wamid."):
        return None
    encoded = provider_id.removeprefix("wamid.")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    match = WAMID.match(decoded)
    return (decoded[3 : 3 + match[1][0]] or None) if match else None


def identity_by_wamid(provider_id: str, claimed: Identity | None) -> Identity | None:
    """The chat's owner by the message's own id, if that is somebody else than `claimed`.

    Evolution up to 2.3.7 writes one Cloud customer's message under another's number when two
    arrive together, and always when the customer hides the phone.
    """
    owner = wamid_owner(provider_id)
    if owner is None:
        return None
    if not (owner.isdigit() and 7 <= len(owner) <= 15):
        hidden = hashlib.sha256(owner).hexdigest()[:24] + HIDDEN_DOMAIN
        return Identity(None, hidden, hidden)
    phone = phone_of(owner.decode())
    if claimed and claimed.phone and _same_subscriber(phone, claimed.phone):
        return None
    return Identity(phone, None, f"{owner.decode()}@s.whatsapp.net")


def _same_subscriber(one: str | None, other: str | None) -> bool:
    """Evolution rewrites Mexican 521… to 52… and Argentinian 549… to 54…."""
    return _shortened(one) == _shortened(other)


def _shortened(phone: str | None) -> str | None:
    return re.sub(r"^\+(?:(52)1|(54)9)(?=\d{10}$)", r"+\1\2", phone) if phone else None


def _without_device(jid: str) -> str:
    match = JID.fullmatch(jid)
    return match[1] + (match[2] or "") if match else ""


def _is_lid(jid: str) -> bool:
    match = JID.fullmatch(jid)
    return bool(match and match[2] in LID_DOMAINS)
