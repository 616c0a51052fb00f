"""Trains the intent model: `python -m conversations.agent.training.train_intents`.

Plain numpy, full batch, no randomness: the same phrases give the same weights.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversations.agent.intent_model import (
    BUCKETS,
    PHRASES_FILE,
    WEIGHTS_FILE,
    buckets,
)

STEPS = 150
RATE = 0.1
L2 = 1e-5
FOLDS = 5
TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5)

Floats = NDArray[np.float32]
Example = tuple[str, str]  # label, phrase


def read_examples(path: Path) -> list[Example]:
    """`label<TAB>phrase` lines; raises ValueError where a line has another shape."""
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(label, phrase) for label, phrase in pairs]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def without_marks(examples: Sequence[Example]) -> list[Example]:
    """The examples, and again without the question mark that many parents leave out."""
    bare = [(label, phrase.rstrip(" ?")) for label, phrase in examples if phrase.endswith("?")]
    return [*examples, *((label, phrase) for label, phrase in bare if phrase)]


def matrix(phrases: Sequence[str]) -> Floats:
    """One row a phrase, of length 1."""
    rows = np.zeros((len(phrases), BUCKETS), dtype=np.float32)
    for row, phrase in zip(rows, phrases, strict=True):
        found = buckets(phrase)
        row[found] = 1 / max(len(found), 1) ** 0.5
    return rows


def softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def fit(rows: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Weights and bias by Adam on the mean cross entropy with an L2 penalty."""
    used = np.flatnonzero(rows.any(axis=0))
    inputs = np.hstack([rows[:, used], np.ones((len(rows), 1), dtype=np.float32)])
    weights = np.zeros((inputs.shape[1], truth.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = inputs.T @ (softmax(inputs @ weights) - truth) / len(rows) + 2 * L2 * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        pace = RATE * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        weights -= pace * mean / (np.sqrt(square) + 1e-8)
    whole = np.zeros((BUCKETS, truth.shape[1]), dtype=np.float32)
    whole[used] = weights[:-1]
    return whole, weights[-1]


def held_out(examples: Sequence[Example], labels: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores of every example by a model that has not seen it, and the truth."""
    scores, truths = [], []
    for fold in range(FOLDS):
        seen = without_marks([e for i, e in enumerate(examples) if i % FOLDS != fold])
        unseen = [e for i, e in enumerate(examples) if i % FOLDS == fold]
        weights, bias = fit(matrix([phrase for _, phrase in seen]), one_hot(seen, labels))
        scores.append(matrix([phrase for _, phrase in unseen]) @ weights + bias)
        truths.append(one_hot(unseen, labels))
    return np.vstack(scores), np.vstack(truths)


def one_hot(examples: Sequence[Example], labels: Sequence[str]) -> Floats:
    return np.array([[label == other for other in labels] for label, _ in examples], np.float32)


def loss(scores: Floats, truth: Floats, temperature: float) -> float:
    return float(-(truth * np.log(softmax(scores / temperature) + 1e-9)).sum(axis=1).mean())


def main() -> None:
    examples = read_examples(PHRASES_FILE)
    labels = sorted({label for label, _ in examples})
    scores, truth = held_out(examples, labels)
    temperature = min(TEMPERATURES, key=lambda value: loss(scores, truth, value))
    everything = without_marks(examples)
    weights, bias = fit(matrix([p for _, p in everything]), one_hot(everything, labels))
    np.savez_compressed(
        WEIGHTS_FILE,
        labels=np.array(labels),
        weights=(weights / temperature).astype(np.float16),
        bias=(bias / temperature).astype(np.float16),
        phrases=np.array(digest(PHRASES_FILE)),
    )
    right = scores.argmax(axis=1) == truth.argmax(axis=1)
    sure = softmax(scores / temperature).max(axis=1) >= 0.6
    print(  # noqa: T201
        f"held out: {right.mean():.3f} right; sure of {sure.mean():.3f}, {right[sure].mean():.3f} "
        f"of them right; loss {loss(scores, truth, temperature):.3f} at {temperature}"
    )


if __name__ == "__main__":
    main()
