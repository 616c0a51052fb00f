"""Which entry of the knowledge base answers a question: found by Qdrant, compared here."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

from conversations.knowledge.likeness import Likeness, Told
from conversations.knowledge.qdrant import AWAY, Candidates

log = logging.getLogger(__name__)

ACCEPT = 0.32  # a score from here on is an answer; benchmarks/meaning says what that costs

_TOLERATED = 0.20  # a likeness to what is off topic from here on is taken off the score


@dataclass(frozen=True)
class Entry:
    """`id` is the row's, None where there is no row. `questions` are ways parents ask for it."""

    id: int | None
    key: str
    title: str
    body: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """`score` runs from 0 to 1."""

    key: str
    title: str
    score: float
    entry: Entry


class KnowledgeIndex:
    """An unchanging index of `entries`, as PostgreSQL gave them.

    Qdrant keeps them in this process, or on the server at `url` in a collection named after its
    content, so that processes share it and a change is a new collection. While that server is
    away every entry is compared: slower with thousands of entries, and as right.
    """

    def __init__(self, entries: Sequence[Entry], url: str = "") -> None:
        self.entries = tuple(entries)
        told = [
            Told((one.title, *one.questions), f"{one.title} {one.body}")
            for one in (*self.entries, *_off_topic())
        ]
        self._likeness = Likeness(told)
        features = [self._found_by(number) for number in range(len(self.entries))]
        self._candidates = Candidates(f"knowledge-{_digest(self.entries)}", features, url)

    def search(self, text: str, limit: int = 3) -> list[Hit]:
        """The `limit` entries that answer `text` best, best first; below ACCEPT none does."""
        numbers = self._numbers(text) if self.entries else []
        if not numbers:
            return []
        scores = self._likeness.scores(text).tolist()
        strange = max(scores[len(self.entries) :])
        less = max(0.0, strange - _TOLERATED)
        numbers.sort(key=lambda number: -scores[number])
        return [self._hit(number, scores[number] - less) for number in numbers[:limit]]

    def _hit(self, number: int, score: float) -> Hit:
        entry = self.entries[number]
        return Hit(entry.key, entry.title, min(1.0, max(0.0, score)), entry)

    def _numbers(self, text: str) -> list[int]:
        try:
            return self._candidates.find(self._likeness.sought(text))
        except AWAY:
            log.warning("Qdrant is away; every entry is compared")
            return list(range(len(self.entries)))

    def _found_by(self, number: int) -> tuple[frozenset[str], ...]:
        return self._likeness.found_by(number, told=not self.entries[number].questions)


@cache
def _off_topic() -> tuple[Entry, ...]:
    """Themes that no unit answers, as entries that are compared but never found."""
    path = Path(__file__).with_name("off_topic.txt")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    themes = [line.split(";") for line in lines]
    return tuple(Entry(None, theme[0], theme[0], "", tuple(theme[1:])) for theme in themes)


def _digest(entries: Sequence[Entry]) -> str:
    content = json.dumps([astuple(entry) for entry in entries]).encode()
    return hashlib.sha256(content).hexdigest()[:16]
