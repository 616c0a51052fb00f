"""What the receptionist may say, in staff's own words: knowledge and texts."""

from conversations.admin.content import knowledge, texts, unanswered

__all__ = ["knowledge", "texts", "unanswered"]
