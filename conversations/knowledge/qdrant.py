"""The entries as sparse vectors in Qdrant: within this process, or on a server.

Qdrant hands over candidates; `index.py` compares them exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from scheduling.breaker import Breaker, BreakerOpen

if TYPE_CHECKING:
    from qdrant_client.models import SparseVector

CANDIDATES = 20
SECONDS = 2  # how long a server may take
_KINDS = ("stems", "openings")

T = TypeVar("T")


class KnowledgeUnavailable(Exception):
    """The Qdrant server cannot be used now."""


BREAKER = Breaker(
    "qdrant",
    is_failure=lambda error: isinstance(error, KnowledgeUnavailable),
    longest_call=4 * SECONDS,
)


class Candidates:
    """One point an entry in the collection `name`, which is filled once and never changed.

    `features` gives what each entry is found by: one set for stems and one for word openings.
    Without a `url` nothing can fail. Else each method raises KnowledgeUnavailable when the server
    fails, BreakerOpen while it is not called.
    """

    def __init__(self, name: str, features: Sequence[tuple[frozenset[str], ...]], url: str) -> None:
        self._name, self._features, self._url = name, features, url
        self._numbers = [
            {one: number for number, one in enumerate(sorted(frozenset().union(*of_kind)))}
            for of_kind in zip(*features, strict=True)
        ]
        self._client: Any = None

    def find(self, weights: Sequence[Mapping[str, float]]) -> list[int]:
        """Numbers of the entries best by stems and by openings, fused by reciprocal rank."""
        vectors = [self._vector(at, asked) for at, asked in enumerate(weights)]
        if not any(vector.indices for vector in vectors):
            return []
        return self._reach(partial(self._query, vectors))

    def _query(self, vectors: Sequence["SparseVector"]) -> list[int]:
        from qdrant_client import models

        prefetch = [
            models.Prefetch(query=vector, using=kind, limit=CANDIDATES)
            for kind, vector in zip(_KINDS, vectors, strict=True)
            if vector.indices
        ]
        found = self._connected().query_points(
            self._name,
            prefetch=prefetch,
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=CANDIDATES,
            with_payload=False,
        )
        return [int(point.id) for point in found.points]

    def _connected(self) -> Any:
        """Connects and fills at first use; a server that was away is filled when it is back."""
        if self._client is None:
            from qdrant_client import QdrantClient

            client = (
                QdrantClient(url=self._url, timeout=SECONDS, check_compatibility=False)
                if self._url
                else QdrantClient(":memory:")
            )
            self._fill(client)
            self._client = client
        return self._client

    def _fill(self, client: Any) -> None:
        from qdrant_client import models

        if not client.collection_exists(self._name):
            kinds = {kind: models.SparseVectorParams() for kind in _KINDS}
            client.create_collection(self._name, vectors_config={}, sparse_vectors_config=kinds)
        if client.count(self._name).count < len(self._features):
            client.upsert(self._name, [self._point(at) for at in range(len(self._features))])

    def _point(self, number: int) -> Any:
        from qdrant_client import models

        vectors: dict[str, Any] = {
            kind: self._vector(at, dict.fromkeys(self._features[number][at], 1.0))
            for at, kind in enumerate(_KINDS)
        }
        return models.PointStruct(id=number, vector=vectors, payload={})

    def _vector(self, at: int, weights: Mapping[str, float]) -> "SparseVector":
        """Only of features that some entry is found by."""
        from qdrant_client.models import SparseVector

        numbers = self._numbers[at]
        known = [one for one in weights if one in numbers]
        return SparseVector(
            indices=[numbers[one] for one in known], values=[weights[one] for one in known]
        )

    def _reach(self, action: Callable[[], T]) -> T:
        if not self._url:
            return action()
        from qdrant_client.http.exceptions import ApiException

        with BREAKER.guard():
            try:
                return action()
            except (ApiException, OSError) as error:
                raise KnowledgeUnavailable(str(error)) from error


AWAY = (KnowledgeUnavailable, BreakerOpen)
