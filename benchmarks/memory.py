"""Resident memory of each process under load: a short run, and whether it still grows."""

import time

from benchmarks.path import replied
from benchmarks.report import Row
from benchmarks.running.copy import Copy, copy
from benchmarks.running.peers import served

GOALS = {"web": 130, "work": 220, "worker": 220, "beat": 90}


def run(fast: bool) -> list[Row]:
    seconds, batch = (6, 20) if fast else (60, 50)
    with (
        served("gateway:application") as gateway,
        copy(EVOLUTION_API_URL=f"http://127.0.0.1:{gateway}") as ours,
    ):
        ours.run(*GOALS)
        messages, halfway = 0, None
        began = time.monotonic()
        while (spent := time.monotonic() - began) < seconds:
            replied(ours, gateway, batch, first=messages)
            messages += batch
            if halfway is None and spent > seconds / 2:
                halfway = _resident(ours)
        after = _resident(ours)
    halfway = halfway or after
    told = f"after {seconds} s of load, {messages} messages; {{:+.1f}} MiB in the second half"
    return [
        Row.most(f"memory of {name}", after[name], "MiB", goal,
                 told.format(after[name] - halfway[name]))
        for name, goal in GOALS.items()
    ]  # fmt: skip


def _resident(ours: Copy) -> dict[str, float]:
    return {name: ours.resident(name) for name in GOALS}
