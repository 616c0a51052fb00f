"""How soon things are there: a check, the web process, `work`, and `up` on what is there."""

import os
import re
import signal
import subprocess
import sys
import time
from statistics import median

from benchmarks.report import Row
from benchmarks.running.copy import ROOT, Copy, copy

WORKS = re.compile(r"Working with")


def run(fast: bool) -> list[Row]:
    times = 1 if fast else 3
    with copy() as ours:
        check = median(_check(ours) for _ in range(times))
        web = median(_web(ours) for _ in range(times))
        work = median(_work(ours) for _ in range(times))
    again = _up_again()
    return [
        Row.most("manage.py check", check, "s", 1),
        Row.most("web ready", web, "s", 2),
        Row.most("work ready", work, "s", 2.5),
        Row.most("second `make run`", again, "s", 5),
    ]


def _check(ours: Copy) -> float:
    began = time.perf_counter()
    ours.manage("check")
    return time.perf_counter() - began


def _web(ours: Copy) -> float:
    try:
        return ours.run("web")
    finally:
        ours.stop()


def _work(ours: Copy) -> float:
    log = ours.folder / "work.log"
    log.unlink(missing_ok=True)
    began = time.perf_counter()
    ours.run("work")
    try:
        while not (log.exists() and WORKS.search(log.read_text())):
            if time.perf_counter() - began > 30:
                raise TimeoutError(ours.log("work"))
            time.sleep(0.01)
        return time.perf_counter() - began
    finally:
        ours.stop()


def _up_again() -> float:
    """Twice on one folder; the second one finds everything there."""
    with copy(DEBUG="1") as ours:
        from kumon_site import embedded

        embedded.stop(ours.folder / "data")  # `up` starts its own
        try:
            _up(ours)
            return _up(ours)
        finally:
            embedded.start(ours.folder / "data")


def _up(ours: Copy) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=ours.environment | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            if line.startswith("Running at"):
                return time.perf_counter() - began
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    raise RuntimeError("".join(printed[-5:]))
