"""The back-office of families, conversations and what is said. Links reach every package below."""

from conversations.admin import (
    content,
    conversation,
    families,
    followups,
    messages,
    model_calls,
    traces,
    unit,
    visits,
)

__all__ = [
    "content",
    "conversation",
    "families",
    "followups",
    "messages",
    "model_calls",
    "traces",
    "unit",
    "visits",
]
