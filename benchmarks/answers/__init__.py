"""How well parents are answered: scenarios played through the real webhook, models under test.

`python -m benchmarks answers` plays them all, `python -m benchmarks.answers NAME` shows a talk.
README.md says how scenarios are written and what is counted.
"""

import os
from collections.abc import Sequence

from benchmarks.answers import brains, figures, results, shards
from benchmarks.answers.shards import Job
from benchmarks.report import Row

SEEDS = 4
EVERY = 24  # the short form plays one scenario in so many with each model
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")


def run(fast: bool) -> list[Row]:
    played = shards.played(short() if fast else whole())
    rows = figures.rows(played)
    if not fast:
        results.keep(rows, played)
    return rows


def whole() -> Sequence[Job]:
    """Every scenario by every seed with every model; `real` only where there is a key."""
    under_test = [*brains.NAMES, *(["real"] if any(map(os.environ.get, KEYS)) else [])]
    return [job for folder in shards.PHRASES for job in shards.jobs(folder, under_test, SEEDS)]


def short() -> Sequence[Job]:
    """A sample for the test suite: by one seed, some scenarios of each kind."""
    return [
        job
        for number, model in enumerate(brains.NAMES)
        for job in shards.jobs("scenarios", [model], 1)[number::EVERY]
    ]
