"""How long the oldest event, turn and send have waited since they were due: does `work` keep up?"""

from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from conversations.models import Conversation, Message, RawEvent
from conversations.whatsapp.evolution import BREAKER


def seconds_late(now: datetime) -> dict[str, float]:
    """Seconds since the oldest became due, by queue ("events", "turns", "sends"); 0.0 when none is.

    What a process has claimed is being worked on, and does not count until its lease is over.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return {
        "events": _late(RawEvent.objects.all(), now),
        "turns": _late(Conversation.objects.filter(free), now),
        "sends": _late(Message.objects.filter(free), now),
    }


def to_blame(late: dict[str, float]) -> dict[str, float]:
    """Of `seconds_late`, what `work` could do something about: while the gateway is not called,
    nothing can be sent."""
    if BREAKER.state().state == "closed":
        return late
    return {name: seconds for name, seconds in late.items() if name != "sends"}


def _late(queue: QuerySet[Any], now: datetime) -> float:
    oldest: datetime | None = queue.filter(due_at__lt=now).aggregate(oldest=Min("due_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0
