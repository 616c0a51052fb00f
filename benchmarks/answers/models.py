"""The models under test: who understands while the scenarios are played."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from benchmarks.answers.talk import Utterance

Hint = Callable[[Utterance], None]  # told what a perfect model would understand, before each burst


@contextmanager
def rules(seed: int) -> Iterator[Hint]:
    """The tier without a model."""
    yield lambda _: None


MODELS: Mapping[str, Callable[[int], "object"]] = {"rules": rules}
