"""Visits as staff change them: from the board, the console, or over the API."""

from conversations.visits.steps import (
    REFUSED,
    book,
    cancel,
    confirm,
    enrol,
    latest,
    mark,
    move,
    take,
    words,
)

__all__ = [
    "REFUSED",
    "book",
    "cancel",
    "confirm",
    "enrol",
    "latest",
    "mark",
    "move",
    "take",
    "words",
]
