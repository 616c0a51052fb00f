"""Trains the intent model: `python -m conversations.agent.training.train_intents`.

The same phrases give the same weights.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from conversations.agent.text_model import TRAINING
from conversations.agent.training import fit
from conversations.agent.training.fit import TEMPERATURES, Example, Floats
from conversations.agent.training.patterns import variants

PHRASES_FILE = TRAINING / "intents.tsv"
MOST_VARIANTS = 8


def read_examples(path: Path) -> list[Example]:
    """`label<TAB>pattern` lines; raises ValueError where a line has another shape."""
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [
        Example(label, phrase, pattern)
        for label, pattern in pairs
        for phrase in variants(pattern, MOST_VARIANTS)
    ]


def without_marks(examples: Sequence[Example]) -> list[Example]:
    """The examples, and again without the question mark that many parents leave out."""
    marked = [one for one in examples if one.phrase.endswith("?")]
    bare = [Example(one.label, one.phrase.rstrip(" ?"), one.group) for one in marked]
    return [*examples, *(one for one in bare if one.phrase)]


def fitted(examples: Sequence[Example], labels: Sequence[str]) -> tuple[Floats, Floats]:
    marked = without_marks(examples)
    return fit.fit(fit.rows([one.phrase for one in marked]), fit.one_hot(marked, labels))


def held_out(examples: Sequence[Example], labels: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores of every example by a model that has not seen it, and the truth."""
    patterns = {one.group: number for number, one in enumerate(examples)}
    scores, truths = [], []
    for fold in range(fit.FOLDS):
        seen = [one for one in examples if patterns[one.group] % fit.FOLDS != fold]
        unseen = [one for one in examples if patterns[one.group] % fit.FOLDS == fold]
        weights, bias = fitted(seen, labels)
        scores.append(fit.score(fit.rows([one.phrase for one in unseen]), weights, bias))
        truths.append(fit.one_hot(unseen, labels))
    return np.vstack(scores), np.vstack(truths)


def main() -> None:
    examples = read_examples(PHRASES_FILE)
    labels = sorted({one.label for one in examples})
    scores, truth = held_out(examples, labels)
    temperature = min(TEMPERATURES, key=lambda value: fit.loss(scores, truth, value))
    weights, bias = fitted(examples, labels)
    fit.keep(
        "intents", labels, weights / temperature, bias / temperature, fit.digest([PHRASES_FILE])
    )
    right = scores.argmax(axis=1) == truth.argmax(axis=1)
    sure = fit.softmax(scores / temperature).max(axis=1) >= 0.6
    print(  # noqa: T201
        f"held out: {right.mean():.3f} right; sure of {sure.mean():.3f}, {right[sure].mean():.3f} "
        f"of them right; loss {fit.loss(scores, truth, temperature):.3f} at {temperature}"
    )


if __name__ == "__main__":
    main()
