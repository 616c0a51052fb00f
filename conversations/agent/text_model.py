"""A multinomial logistic regression over hashed pieces of text, its weights shipped as data.

numpy is imported when the first text is read, never with the module: a process that only
serves pages does not pay for it.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from conversations.agent.readers.fold import fold
from conversations.knowledge.words import stem, written_out

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TRAINING = Path(__file__).parent / "training"
BUCKETS = 2**15
MOST_WORDS = 80  # a longer clause is a story; its beginning tells as much
DENIED = 4  # words after a "não" that are taken to be denied by it

_TOKEN = re.compile(r"\w+|\?")
_RUN = re.compile(r"([a-z])\1{2,}")
_DENIALS = frozenset({"nao", "nem", "nunca", "sem"})
NAMES_FILE = Path(__file__).parent / "readers/data/first_names.txt"
NAMES = frozenset(NAMES_FILE.read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class Model:
    labels: tuple[str, ...]
    weights: "Floats"  # (BUCKETS, labels), already divided by the temperature
    bias: "Floats"  # (labels,)

    def probabilities(
        self, text: str, bonus: Mapping[str, float] = MappingProxyType({})
    ) -> list[tuple[str, float]]:
        """Every label with its probability, the likeliest first; `bonus` is added to log-odds."""
        import numpy as np

        found = buckets(text)
        scores = self.weights[found].sum(axis=0) / max(len(found), 1) ** 0.5 + self.bias
        for label, extra in bonus.items():
            scores[self.labels.index(label)] += extra
        odds = np.exp(scores - scores.max())
        shares = (odds / odds.sum()).tolist()
        return sorted(zip(self.labels, shares, strict=True), key=lambda pair: -pair[1])


@cache
def load(name: str) -> Model:
    """The shipped weights of `training/<name>.npz`, read once a process."""
    import numpy as np

    with np.load(TRAINING / f"{name}.npz") as data:
        return Model(
            tuple(data["labels"].tolist()),
            data["weights"].astype(np.float32),
            data["bias"].astype(np.float32),
        )


def buckets(text: str) -> list[int]:
    """The distinct buckets that a text's features fall into, in ascending order."""
    return sorted({zlib.crc32(feature.encode()) % BUCKETS for feature in _features(text)})


def words(text: str) -> list[str]:
    """Folded words with shorthand written out, letters drawn out shortened, digits as 0."""
    found = (written_out(token) for token in _TOKEN.findall(_RUN.sub(r"\1", fold(text))))
    return [re.sub(r"\d", "0", word) for word in chain.from_iterable(found)][:MOST_WORDS]


def _features(text: str) -> Iterator[str]:
    tokens = ["fulano" if word in NAMES else word for word in words(text)]
    stems = [stem(token) for token in tokens]
    yield f"length {min(len(tokens), 6)}"
    denied = 0
    for word in stems:
        yield f"stem {word}"
        if denied:
            yield f"not {word}"
        denied = DENIED if word in _DENIALS else max(denied - 1, 0)
    framed = ["^", *stems, "$"]
    for first, second in pairwise(framed):
        yield f"pair {first} {second}"
    for first, second in zip(framed, framed[2:], strict=False):
        yield f"skip {first} {second}"
    for token in tokens:
        yield from _ngrams(f" {token} ")


def _ngrams(word: str) -> Iterator[str]:
    for size in (4, 5):
        for start in range(len(word) - size + 1):
            yield f"gram {word[start : start + size]}"
