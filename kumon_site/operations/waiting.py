"""How long the oldest due turn and the oldest due send have waited: does `work` keep up?"""

from datetime import datetime

from django.db.models import Min

from conversations.models import Conversation, Message
from conversations.whatsapp.evolution import BREAKER


def seconds_late(now: datetime) -> dict[str, float]:
    """Seconds since the oldest became due, by queue ("turns", "sends"); 0.0 when none is due.

    What a process has claimed is being worked on, and does not count until its lease is over.
    """
    return {"turns": _late(Conversation, now), "sends": _late(Message, now)}


def to_blame(late: dict[str, float]) -> dict[str, float]:
    """Of `seconds_late`, what `work` could do something about: while the gateway is not called,
    nothing can be sent."""
    if BREAKER.state().state == "closed":
        return late
    return {name: seconds for name, seconds in late.items() if name != "sends"}


def _late(queue: type[Conversation] | type[Message], now: datetime) -> float:
    due = queue._default_manager.filter(due_at__lt=now).exclude(claimed_until__gt=now)
    oldest: datetime | None = due.aggregate(oldest=Min("due_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0
