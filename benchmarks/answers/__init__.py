"""How well parents are answered: scenarios played through the real webhook, models under test.

`python -m benchmarks answers` plays what there is time for, `python -m benchmarks.answers NAME`
shows a talk. README.md says how scenarios are written and what is counted.
"""

import os
import random
from collections.abc import Mapping, Sequence

from benchmarks.answers import brains, figures, results, scenarios, shards
from benchmarks.answers.shards import Job
from benchmarks.report import Row

SECONDS = 225  # of playing; a part of `make bench` may take 300 with its servers
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
# The rules vary with how a line is worded, the oracle hardly; 10,000 turns are to be looked at.
SEEDS: Mapping[str, int] = {"rules": 2, "oracle": 1, "noisy": 2, "adversary": 3, "real": 1}


def run(fast: bool) -> list[Row]:
    played = shards.played(short()) if fast else shards.played(whole(), seconds=SECONDS)
    rows = figures.rows(played)
    if not fast:
        results.keep(rows, played)
    return rows


def whole() -> Sequence[Job]:
    """Every scenario with every model, `real` only where there is a key. What must be known comes
    first, so that a run without the time for all says something of each: the rules and the oracle,
    then those that err by chance, then the blind set, then more seeds."""
    real = ["real"] if any(map(os.environ.get, KEYS)) else []
    models = [*brains.NAMES, *real]
    rounds = [
        _mixed("scenarios", ["rules", "oracle", *real], 0),
        _mixed("scenarios", ["noisy", "adversary"], 0),
        _mixed("blind", models, 0),
        *(
            _mixed("scenarios", [model for model in models if SEEDS[model] > seed], seed)
            for seed in range(1, max(SEEDS.values()))
        ),
    ]
    return [job for each in rounds for job in each]


def _mixed(folder: str, models: Sequence[str], seed: int) -> list[Job]:
    """In no order of theirs, the same each time: half of them is a sample of all."""
    found = shards.jobs(folder, models, seed)
    random.Random(seed).shuffle(found)
    return found


def short() -> Sequence[Job]:
    """A sample for the test suite: of every family of scenarios one with the oracle or the rules,
    in turns, and of every second one another with the adversary."""
    families: dict[str, list[str]] = {}
    for one in scenarios.load(scenarios.FOLDER / "scenarios"):
        families.setdefault(one.family, []).append(one.name)
    names = list(families.values())
    return [
        *(Job("scenarios", some[0], "oracle", 0) for some in names[::2]),
        *(Job("scenarios", some[0], "rules", 0) for some in names[1::2]),
        *(Job("scenarios", some[1], "adversary", 0) for some in names[::2]),
    ]
