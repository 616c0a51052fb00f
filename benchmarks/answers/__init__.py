"""How well parents are answered: scenarios played through the real webhook, models under test.

`python -m benchmarks answers` plays them all, `python -m benchmarks.answers NAME` shows a talk.
README.md says how scenarios are written and what is counted.
"""

import os
from collections.abc import Sequence

from benchmarks.answers import brains, figures, results, shards
from benchmarks.answers.shards import Job
from benchmarks.report import Row

SEEDS, OFTEN = 4, 4  # for pass^4, one scenario in four is played by four seeds
EVERY = 24  # the short form plays one scenario in so many with each model
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
TRIED_OFTEN = ("rules", "noisy")  # those that do not always do the same


def run(fast: bool) -> list[Row]:
    played = shards.played(short() if fast else whole())
    rows = figures.rows(played)
    if not fast:
        results.keep(rows, played)
    return rows


def whole() -> Sequence[Job]:
    """Every scenario with every model, `real` only where there is a key; the blind set with those
    that may err; some scenarios several times."""
    real = ["real"] if any(map(os.environ.get, KEYS)) else []
    again = [
        job
        for job in shards.jobs("scenarios", TRIED_OFTEN, SEEDS)
        if job.seed and shards.number(job) % OFTEN == 0
    ]
    return [
        *shards.jobs("scenarios", [*brains.NAMES, *real], 1),
        *shards.jobs("blind", [*TRIED_OFTEN, *real], 1),
        *again,
    ]


def short() -> Sequence[Job]:
    """A sample for the test suite: by one seed, some scenarios of each kind."""
    return [
        job
        for number, model in enumerate(brains.NAMES)
        for job in shards.jobs("scenarios", [model], 1)[number::EVERY]
    ]
