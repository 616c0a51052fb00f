"""Fits a linear text model: multinomial logistic regression, plain numpy, no randomness."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversations.agent.text_model import BUCKETS, TRAINING, buckets

STEPS = 120
RATE = 0.1
L2 = 3e-6
FOLDS = 5
TEMPERATURES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5)

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """Phrases of one `group` have one origin: they are held out together."""

    label: str
    phrase: str
    group: str


@dataclass(frozen=True)
class Rows:
    """The texts' buckets one after the other, in two orders, so that sums need no big matrix."""

    count: int
    by_row: Numbers  # bucket of each entry, rows in order
    row_starts: Numbers
    by_bucket: Numbers  # row of each entry, buckets in order
    used: Numbers  # the buckets that occur
    bucket_starts: Numbers
    scale: Floats  # (count, 1): each row has length 1


def rows(phrases: Sequence[str]) -> Rows:
    """Every text must have a feature; `buckets` gives each at least its length."""
    found = [buckets(phrase) for phrase in phrases]
    sizes = np.array([len(one) for one in found])
    by_row = np.concatenate([np.array(one) for one in found])
    of_row = np.repeat(np.arange(len(found)), sizes)
    order = np.argsort(by_row, kind="stable")
    used, bucket_starts = np.unique(by_row[order], return_index=True)
    row_starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    scale = (1 / np.sqrt(sizes)).astype(np.float32)[:, None]
    return Rows(len(found), by_row, row_starts, of_row[order], used, bucket_starts, scale)


def score(table: Rows, weights: Floats, bias: Floats) -> Floats:
    sums: Floats = np.add.reduceat(weights[table.by_row], table.row_starts)
    return sums * table.scale + bias


def softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def one_hot(examples: Iterable[Example], labels: Sequence[str]) -> Floats:
    return np.array([[one.label == other for other in labels] for one in examples], np.float32)


def fit(table: Rows, truth: Floats, steps: int = STEPS) -> tuple[Floats, Floats]:
    """Weights and bias by Adam on the mean cross entropy with an L2 penalty."""
    weights = np.zeros((BUCKETS, truth.shape[1]), dtype=np.float32)
    bias = np.zeros(truth.shape[1], dtype=np.float32)
    adam = _Adam([weights, bias])
    for _ in range(steps):
        error = (softmax(score(table, weights, bias)) - truth) / table.count
        slope = np.zeros_like(weights)
        slope[table.used] = np.add.reduceat(
            (error * table.scale)[table.by_bucket], table.bucket_starts
        )
        adam.step([slope + 2 * L2 * weights, error.sum(axis=0)])
    return weights, bias


class _Adam:
    def __init__(self, values: Sequence[Floats]) -> None:
        self._values = values
        self._means = [np.zeros_like(value) for value in values]
        self._squares = [np.zeros_like(value) for value in values]
        self._steps = 0

    def step(self, slopes: Sequence[Floats]) -> None:
        self._steps += 1
        pace = RATE * (1 - 0.999**self._steps) ** 0.5 / (1 - 0.9**self._steps)
        parts = zip(self._values, self._means, self._squares, slopes, strict=True)
        for value, mean, square, slope in parts:
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            value -= pace * mean / (np.sqrt(square) + 1e-8)


def loss(scores: Floats, truth: Floats, temperature: float = 1.0) -> float:
    return float(-(truth * np.log(softmax(scores / temperature) + 1e-9)).sum(axis=1).mean())


def digest(paths: Iterable[Path]) -> str:
    """Of the phrases that weights were made from, so that a test can tell them stale."""
    content = b"".join(path.read_bytes() for path in sorted(paths))
    return hashlib.sha256(content).hexdigest()


def keep(name: str, labels: Sequence[str], weights: Floats, bias: Floats, phrases: str) -> None:
    np.savez_compressed(
        TRAINING / f"{name}.npz",
        labels=np.array(labels),
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float16),
        phrases=np.array(phrases),
    )
