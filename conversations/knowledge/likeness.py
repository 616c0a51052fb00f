"""How alike a question and each entry are: closest way of asking, all ways together, the answer.

Seen twice, as stems and as runs of letters. numpy is imported with the first index.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from conversations.knowledge.words import runs, same_words, stem, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.intp]

# Learnt by telling each seeded way of asking from all other entries while it was left out.
# For (closest way of asking, all ways together, title and answer).
_STEMS = (0.161, 0.225, 0.214)
_LETTERS = (0.177, 0.115, 0.108)

SOUGHT = 6  # features of each kind that a question is searched by
OPENING = 4  # letters of a word's beginning, its mark among them

Features = frozenset[str]


class Told(NamedTuple):
    """What is compared: ways of asking (at least one), and the title with the answer."""

    ways: Sequence[str]
    text: str


class Likeness:
    """Compares with `told`; a number is a place in it."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._stems = _Sight(_stems, told, _STEMS)
        self._letters = _Sight(_letters, told, _LETTERS)

    def found_by(self, number: int, *, told: bool) -> tuple[Features, Features]:
        """Words and openings of words in the ways of asking; with `told` of the answer too."""
        stems, letters = self._stems.of(number, told), self._letters.of(number, told)
        return frozenset(filter(_is_word, stems)), frozenset(filter(_is_opening, letters))

    def sought(self, text: str) -> tuple[dict[str, float], dict[str, float]]:
        """The same of a question, weighed: those that tell most, for a search in memory takes
        longer the more there are (26 ms with all features)."""
        said = same_words(words(text))
        stems, letters = self._stems.weights(said), self._letters.weights(said)
        return _most_telling(stems, _is_word), _most_telling(letters, _is_opening)

    def scores(self, text: str) -> "Floats":
        """From 0 to 1, one for each; zeros for a text without words."""
        said = same_words(words(text))
        return self._stems.scores(said) + self._letters.scores(said)


def _stems(found: Iterable[str]) -> Features:
    """Stems, and pairs of neighbours."""
    stems = [stem(word) for word in found]
    return frozenset(stems) | {f"{one} {two}" for one, two in pairwise(stems)}


def _letters(found: Iterable[str]) -> Features:
    return frozenset(run for word in found for run in runs(word, 2, 4))


def _most_telling(weights: dict[str, float], kind: Callable[[str], bool]) -> dict[str, float]:
    kept = sorted(filter(kind, weights), key=lambda feature: (-weights[feature], feature))
    return {feature: weights[feature] for feature in kept[:SOUGHT]}


def _is_word(feature: str) -> bool:
    return " " not in feature


def _is_opening(feature: str) -> bool:
    return feature[0] == "_" and len(feature) == OPENING


class _Sight:
    """One way to see texts, with the rows that each feature stands in."""

    def __init__(
        self,
        features: Callable[[Iterable[str]], Features],
        told: Sequence[Told],
        shares: tuple[float, float, float],
    ) -> None:
        import numpy as np

        self._features, self._shares, self._count = features, shares, len(told)
        ways = [[features(same_words(words(way))) for way in one.ways] for one in told]
        self._asked = [frozenset[str]().union(*of_one) for of_one in ways]
        self._told = [features(same_words(words(one.text))) for one in told]
        self._entries_with = Counter(feature for of_one in self._asked for feature in of_one)
        flat = [way for of_one in ways for way in of_one]
        self._starts = np.cumsum([0, *map(len, ways[:-1])])
        self._lengths = np.array([math.sqrt(sum(map(self.weight, way))) or 1 for way in flat])
        self._in_ways = _rows(flat)
        self._in_asked = _rows(self._asked)
        self._in_told = _rows(self._told)

    def of(self, number: int, told: bool) -> Features:
        return self._asked[number] | self._told[number] if told else self._asked[number]

    def weights(self, said: Sequence[str]) -> dict[str, float]:
        return {feature: self.weight(feature) for feature in self._features(said)}

    def weight(self, feature: str) -> float:
        """The square of the inverse document frequency (Robertson and Spärck Jones)."""
        with_it = self._entries_with[feature]
        return math.log(1 + (self._count - with_it + 0.5) / (with_it + 0.5)) ** 2

    def scores(self, said: Sequence[str]) -> "Floats":
        import numpy as np

        weights = self.weights(said)
        whole = sum(weights.values()) or 1
        closest = _shared(weights, self._in_ways, len(self._lengths)) / self._lengths
        best = np.maximum.reduceat(closest, self._starts) / math.sqrt(whole)
        asked = _shared(weights, self._in_asked, self._count) / whole
        told = _shared(weights, self._in_told, self._count) / whole
        by_way, by_asked, by_told = self._shares
        total: Floats = by_way * best + by_asked * asked + by_told * told
        return total


def _rows(texts: Sequence[Features]) -> "dict[str, Numbers]":
    import numpy as np

    found = defaultdict[str, list[int]](list)
    for number, features in enumerate(texts):
        for feature in features:
            found[feature].append(number)
    return {feature: np.array(numbers) for feature, numbers in found.items()}


def _shared(weights: Mapping[str, float], rows: "Mapping[str, Numbers]", count: int) -> "Floats":
    import numpy as np

    total = np.zeros(count)
    for feature, weight in weights.items():
        if (numbers := rows.get(feature)) is not None:
            total[numbers] += weight
    return total
