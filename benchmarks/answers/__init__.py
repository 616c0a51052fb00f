"""How well parents are answered: scenarios played through the real webhook, models under test.

`python -m benchmarks answers` plays them all, `python -m benchmarks.answers NAME` shows a talk.
README.md says how scenarios are written and what is counted.
"""

from collections.abc import Sequence

from benchmarks.answers import figures, results, shards
from benchmarks.answers.shards import Job
from benchmarks.report import Row

SEEDS = 4
EVERY = 8  # the short form plays one scenario in so many


def run(fast: bool) -> list[Row]:
    played = shards.played(short() if fast else whole())
    rows = figures.rows(played)
    if not fast:
        results.keep(rows, played)
    return rows


def whole() -> Sequence[Job]:
    return [*shards.jobs("scenarios", ["rules"], SEEDS), *shards.jobs("blind", ["rules"], SEEDS)]


def short() -> Sequence[Job]:
    """A sample for the test suite: by one seed, some scenarios of each kind."""
    return shards.jobs("scenarios", ["rules"], 1)[::EVERY]
