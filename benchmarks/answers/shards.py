"""The work of a whole run, spread over processes: each has a copy of the seeded database."""

import logging
import math
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.answers import scenarios, servers

PROCESSES = max(os.cpu_count() or 1, 1)


@dataclass(frozen=True)
class Job:
    """One scenario to be played by one seed with one model under test."""

    folder: str
    scenario: str
    model: str
    seed: int


def jobs(folder: str, models: Sequence[str], seed: int) -> list[Job]:
    """Every scenario of a folder with every model."""
    names = [one.name for one in scenarios.load(scenarios.FOLDER / folder)]
    return [Job(folder, name, model, seed) for model in models for name in names]


def played(
    all_jobs: Sequence[Job], *, seconds: float | None = None, processes: int = PROCESSES
) -> list[dict[str, Any]]:
    """One row a job, in no particular order; of those that were begun within `seconds`. Starts
    servers of the benchmark's own."""
    until = time.monotonic() + seconds if seconds else math.inf
    with servers.running() as url:
        context = multiprocessing.get_context("spawn")  # each process sets Django up for itself
        with context.Pool(1) as pool:
            pool.apply(_fill, (servers.make(url, servers.SEEDED), _first_clock(all_jobs)))
        names = [f"answers_{number}" for number in range(processes)]
        urls = [servers.make(url, name, servers.SEEDED) for name in names]
        shards = [(urls[n], list(all_jobs[n::processes]), until) for n in range(processes)]
        with context.Pool(processes) as pool:
            rows = [row for shard in pool.starmap(_play, shards) for row in shard]
        for name in [*names, servers.SEEDED]:
            servers.drop(url, name)
    return rows


def _first_clock(all_jobs: Sequence[Job]) -> str:
    folders = {one.folder for one in all_jobs}
    clocks = [one.clock for name in folders for one in scenarios.load(scenarios.FOLDER / name)]
    return min(clocks).isoformat()


def _fill(url: str, clock: str) -> None:
    from datetime import datetime

    servers.use(url)
    servers.fill(datetime.fromisoformat(clock))
    _close()


def _play(url: str, some: Sequence[Job], until: float) -> list[dict[str, Any]]:
    servers.use(url)
    logging.disable(logging.ERROR)
    rows = list(rows_of(some, until))
    _close()
    return rows


def rows_of(some: Sequence[Job], until: float = math.inf) -> Iterator[dict[str, Any]]:
    """Plays jobs in this process, on its database, and begins none after `until` (of
    `time.monotonic`, which is one clock for all processes)."""
    from benchmarks.answers.models import MODELS
    from benchmarks.answers.play import play

    for job in some:
        if time.monotonic() > until:
            return
        folder = scenarios.FOLDER / job.folder
        phrases = scenarios.FOLDER / PHRASES[job.folder]
        one = next(each for each in scenarios.load(folder) if each.name == job.scenario)
        with MODELS[job.model](job.seed) as hint:
            yield play(one, job.seed, hint, phrases).as_row() | {
                "model": job.model,
                "folder": job.folder,
            }


PHRASES = {"scenarios": "phrases.toml", "blind": "phrases_blind.toml"}


def _close() -> None:
    from django.db import connection

    connection.close()
