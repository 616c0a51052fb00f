"""Evolution's webhook bodies, translated. Pure: no database, no network, no clock."""

from conversations.whatsapp.payloads.envelope import ack_status, read_events
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
from conversations.whatsapp.payloads.raw_event import dedupe_key, strip_secrets

__all__ = [
    "AckStatus",
    "Acked",
    "Connection",
    "Deleted",
    "Edited",
    "Event",
    "Identity",
    "Ignored",
    "Presence",
    "QrCode",
    "Received",
    "ack_status",
    "dedupe_key",
    "read_events",
    "strip_secrets",
]
