"""Which entry of the knowledge base answers a question: found by Qdrant, compared here."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from conversations.knowledge.words import runs, same_words, stem, words

if TYPE_CHECKING:
    from qdrant_client.models import SparseVector

ACCEPT = 0.30  # a score from here on is an answer; test_index.py holds what that costs

_CANDIDATES = 14  # entries that Qdrant hands over for the exact comparison
_PREFIX = "knowledge-"
_SECONDS = 2  # how long a server may take
# Learnt by telling each seeded way of asking from all other entries while it was left out.
# (closest way of asking, all ways together, title and answer), each for stems and letters.
_WEIGHTS = (0.161, 0.177, 0.225, 0.115, 0.214, 0.108)

Features = frozenset[str]
T = TypeVar("T")


class KnowledgeUnavailable(Exception):
    """The Qdrant server cannot be used; an index built without a URL needs none."""


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
    """An unchanging index of `entries`.

    Kept in this process, or on the Qdrant server at `url` in a collection named after its
    content, so that processes share it and a change is a new collection.
    Raises KnowledgeUnavailable, as does `search`, when that server fails.
    """

    def __init__(self, entries: Sequence[Entry], url: str = "") -> None:
        self.entries = tuple(entries)
        self._views = [_View(entry, kind) for entry in self.entries for kind in _KINDS]
        self._scales = [
            _Scale(kind, self._views[at :: len(_KINDS)]) for at, kind in enumerate(_KINDS)
        ]
        self._collection = _PREFIX + _digest(self.entries)
        if self.entries:
            self._client = _reach(partial(self._connect, url))

    def search(self, text: str, limit: int = 3) -> list[Hit]:
        """The `limit` entries that answer `text` best, best first; below ACCEPT none does."""
        asked = [kind.features(_said(text)) for kind in _KINDS]
        if not self.entries or not all(asked):
            return []
        weights = [scale.weights(found) for scale, found in zip(self._scales, asked, strict=True)]
        numbers = _reach(partial(self._candidates, weights))
        hits = [self._compare(number, weights) for number in numbers]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:limit]

    def _compare(self, number: int, weights: list[dict[str, float]]) -> Hit:
        entry, at = self.entries[number], number * len(_KINDS)
        similar = [
            _similar(asked, view, scale)
            for asked, view, scale in zip(
                weights, self._views[at : at + len(_KINDS)], self._scales, strict=True
            )
        ]
        flat = [value for pair in zip(*similar, strict=True) for value in pair]
        score = sum(weight * value for weight, value in zip(_WEIGHTS, flat, strict=True))
        return Hit(entry.key, entry.title, min(score, 1.0), entry)

    def _candidates(self, weights: list[dict[str, float]]) -> list[int]:
        """Numbers of the entries best by stems and by letters, by reciprocal rank."""
        from qdrant_client import models

        prefetch = [
            models.Prefetch(query=vector, using=kind.name, limit=_CANDIDATES)
            for kind, scale, asked in zip(_KINDS, self._scales, weights, strict=True)
            if (vector := scale.vector(asked)).indices
        ]
        if not prefetch:
            return []
        found = self._client.query_points(
            self._collection,
            prefetch=prefetch,
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=_CANDIDATES,
            with_payload=False,
        )
        return [int(point.id) for point in found.points]

    def _connect(self, url: str) -> Any:
        from qdrant_client import QdrantClient

        client = (
            QdrantClient(url=url, timeout=_SECONDS, check_compatibility=False)
            if url
            else QdrantClient(":memory:")
        )
        self._fill(client)
        return client

    def _fill(self, client: Any) -> None:
        from qdrant_client import models

        if not client.collection_exists(self._collection):
            kinds = {kind.name: models.SparseVectorParams() for kind in _KINDS}
            client.create_collection(
                self._collection, vectors_config={}, sparse_vectors_config=kinds
            )
        if client.count(self._collection).count < len(self.entries):
            client.upsert(self._collection, [self._point(at) for at in range(len(self.entries))])

    def _point(self, number: int) -> Any:
        from qdrant_client import models

        at = number * len(_KINDS)
        vectors: dict[str, Any] = {
            kind.name: scale.vector(dict.fromkeys(view.found_by, 1.0))
            for kind, scale, view in zip(
                _KINDS, self._scales, self._views[at : at + len(_KINDS)], strict=True
            )
        }
        return models.PointStruct(id=number, vector=vectors, payload={})


def _reach(action: Callable[[], T]) -> T:
    from qdrant_client.http.exceptions import ApiException

    try:
        return action()
    except ApiException as error:
        raise KnowledgeUnavailable(str(error)) from error


def _said(text: str) -> list[str]:
    return same_words(words(text))


def _stems(found: Iterable[str]) -> Features:
    """Stems, and pairs of neighbours."""
    stems = [stem(word) for word in found]
    return frozenset(stems) | {f"{one} {two}" for one, two in pairwise(stems)}


def _letters(found: Iterable[str]) -> Features:
    return frozenset(run for word in found for run in runs(word, 2, 4))


class _Kind(NamedTuple):
    """One way to see a text. Qdrant searches only the features that `finds` names: within this
    process its time grows with their number (26 ms a question with all, 2 ms with these)."""

    name: str
    features: Callable[[Iterable[str]], Features]
    finds: Callable[[str], bool]


_KINDS = (
    _Kind("stems", _stems, lambda feature: " " not in feature),
    _Kind("openings", _letters, lambda feature: feature[0] == "_" and len(feature) == 4),
)


class _View:
    """What one entry consists of, seen as stems or as letters."""

    def __init__(self, entry: Entry, kind: _Kind) -> None:
        self.ways = [kind.features(_said(way)) for way in (entry.title, *entry.questions)]
        self.asked: Features = frozenset().union(*self.ways)
        self.told = kind.features(_said(f"{entry.title} {entry.body}"))
        self.found_by = self.asked if entry.questions else self.asked | self.told
        self.lengths: list[float] = []


class _Scale:
    """How much a feature says: the fewer entries are asked for with it, the more."""

    def __init__(self, kind: _Kind, views: Sequence[_View]) -> None:
        self._count = len(views)
        self.entries_with = Counter(feature for view in views for feature in view.asked)
        known = frozenset().union(*(view.found_by for view in views))
        self._numbers = {
            one: number for number, one in enumerate(sorted(filter(kind.finds, known)))
        }
        for view in views:
            view.lengths = [math.sqrt(sum(self.weights(way).values())) or 1 for way in view.ways]

    def weights(self, features: Features) -> dict[str, float]:
        return {feature: self._weight(feature) for feature in features}

    def vector(self, weights: dict[str, float]) -> "SparseVector":
        """Only of features that some entry is found by."""
        from qdrant_client.models import SparseVector

        known = [one for one in weights if one in self._numbers]
        return SparseVector(
            indices=[self._numbers[one] for one in known],
            values=[weights[one] for one in known],
        )

    def _weight(self, feature: str) -> float:
        """The square of the inverse document frequency (Robertson and Spärck Jones)."""
        with_it = self.entries_with[feature]
        return math.log(1 + (self._count - with_it + 0.5) / (with_it + 0.5)) ** 2


def _similar(asked: dict[str, float], view: _View, scale: _Scale) -> tuple[float, float, float]:
    """Cosine with the closest way of asking; share of `asked` in all ways; in title and answer."""
    whole = sum(asked.values()) or 1
    features = asked.keys()

    def shared(with_: Features) -> float:
        return sum(asked[feature] for feature in features & with_)

    closest = max(shared(way) / length for way, length in zip(view.ways, view.lengths, strict=True))
    return closest / math.sqrt(whole), shared(view.asked) / whole, shared(view.told) / whole


def _digest(entries: Sequence[Entry]) -> str:
    content = json.dumps([astuple(entry) for entry in entries]).encode()
    return hashlib.sha256(content).hexdigest()[:16]
