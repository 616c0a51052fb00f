"""Visits as staff change them, from the board and from the console."""

from conversations.visits.steps import REFUSED, book, enrol, latest, take, words

__all__ = ["REFUSED", "book", "enrol", "latest", "take", "words"]
