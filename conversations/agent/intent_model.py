"""A multinomial logistic regression over hashed pieces of text, its weights shipped as data.

numpy is imported when the first text is read, never with the module: a process that only
serves pages does not pay for it.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from Stemmer import Stemmer

from conversations.agent.readers.fold import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TRAINING = Path(__file__).parent / "training"
PHRASES_FILE = TRAINING / "intents.tsv"
WEIGHTS_FILE = TRAINING / "intents.npz"
BUCKETS = 2**14
MOST_WORDS = 60  # a longer clause is a story; its beginning tells as much

_TOKEN = re.compile(r"\w+|\?")
_RUN = re.compile(r"([a-z])\1{2,}")
_SHORTHAND = {
    short: full
    for full, shorts in {
        "voce": "vc ce",
        "voces": "vcs ces",
        "que": "q",
        "oque": "oq",
        "quanto": "qto qnto qnt",
        "quantos": "qtos",
        "quantas": "qts qtas",
        "quando": "qdo qnd",
        "porque": "pq",
        "nao": "n nn naum",
        "tambem": "tbm tb",
        "tudo": "td",
        "para": "pra pro pras pros p",
        "esta": "ta tah",
        "estou": "to",
        "hoje": "hj",
        "hora": "hr",
        "horas": "hrs",
        "muito": "mto mt",
        "como": "cm",
        "quero": "qro qero",
        "valor": "vlr",
        "obrigada": "obg",
        "endereco": "end",
        "telefone": "tel fone",
        "localizacao": "loc",
    }.items()
    for short in shorts.split()
}


@dataclass(frozen=True)
class Model:
    labels: tuple[str, ...]
    weights: "Floats"  # (BUCKETS, labels), already divided by the temperature
    bias: "Floats"  # (labels,)

    def probabilities(self, text: str) -> list[tuple[str, float]]:
        """Every label with its probability, the likeliest first."""
        import numpy as np

        found = buckets(text)
        scores = self.weights[found].sum(axis=0) / max(len(found), 1) ** 0.5 + self.bias
        odds = np.exp(scores - scores.max())
        shares = (odds / odds.sum()).tolist()
        return sorted(zip(self.labels, shares, strict=True), key=lambda pair: -pair[1])


@cache
def load() -> Model:
    """The shipped weights, read once a process."""
    import numpy as np

    with np.load(WEIGHTS_FILE) as data:
        return Model(
            tuple(data["labels"].tolist()),
            data["weights"].astype(np.float32),
            data["bias"].astype(np.float32),
        )


@cache
def _stemmer() -> Stemmer:
    return Stemmer("portuguese")


def buckets(text: str) -> list[int]:
    """The distinct buckets that a text's features fall into, in ascending order."""
    return sorted({zlib.crc32(feature.encode()) % BUCKETS for feature in _features(text)})


def words(text: str) -> list[str]:
    """Folded words with shorthand written out, letters drawn out shortened, digits as 0."""
    tokens = _TOKEN.findall(_RUN.sub(r"\1", fold(text)))[:MOST_WORDS]
    return [re.sub(r"\d", "0", _SHORTHAND.get(token, token)) for token in tokens]


def _features(text: str) -> Iterator[str]:
    tokens = words(text)
    stems = _stemmer().stemWords(tokens)
    yield f"length {min(len(tokens), 6)}"
    for stem in stems:
        yield f"stem {stem}"
    for first, second in zip(["^", *stems], [*stems, "$"], strict=True):
        yield f"pair {first} {second}"
    for token in tokens:
        yield from _ngrams(f" {token} ")


def _ngrams(word: str) -> Iterator[str]:
    for size in (3, 4, 5):
        for start in range(len(word) - size + 1):
            yield f"gram {word[start : start + size]}"
