"""Runs as they are kept, and what became worse since the baseline."""

import json
import os
import platform
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from benchmarks.report import Row

RESULTS = Path(__file__).parent / "results"
BASELINE = Path(__file__).parent / "baseline.json"
NOISE = 0.3  # a figure may be this much worse than the baseline's before it is named
NAMED = "%Y-%m-%dT%H%M%S"  # a run's files, by when it began
ANY_RUN = "????-??-??T??????.json"
LONGEST = 30  # runs of the past that a page shows


@dataclass(frozen=True)
class Part:
    """`error`: the end of what it printed, when it failed."""

    name: str
    seconds: float
    rows: list[Row]
    error: str


@dataclass(frozen=True)
class Run:
    began: datetime
    machine: str
    fast: bool
    parts: list[Part]

    def as_json(self) -> dict[str, Any]:
        return {
            "began": self.began.isoformat(),
            "machine": self.machine,
            "fast": self.fast,
            "parts": [
                {
                    "name": part.name,
                    "seconds": round(part.seconds, 1),
                    "error": part.error,
                    "rows": [row.as_json() for row in part.rows],
                }
                for part in self.parts
            ],
        }

    @classmethod
    def load(cls, path: Path) -> Self:
        kept = json.loads(path.read_text())
        parts = [
            Part(part["name"], part["seconds"], [Row(**row) for row in part["rows"]], part["error"])
            for part in kept["parts"]
        ]
        return cls(datetime.fromisoformat(kept["began"]), kept["machine"], kept["fast"], parts)

    def updated(self, newer: "Run") -> "Run":
        """This one with the newer's parts in place of its own."""
        parts = {part.name: part for part in self.parts}
        parts |= {part.name: part for part in newer.parts if not part.error}
        return replace(newer, parts=list(parts.values()))

    def rows(self) -> dict[str, Row]:
        return {f"{part.name}: {row.name}": row for part in self.parts for row in part.rows}


def regressions(run: Run, baseline: Run | None) -> list[str]:
    """A sentence for each figure with a goal that is worse than the baseline's beyond noise, or
    that held its goal and no longer does."""
    if baseline is None:
        return []
    before = baseline.rows()
    return [
        f"{name} is {row.value:.4g} {row.unit}, was {before[name].value:.4g}"
        + (f" (goal {row.goal})" if row.held is False else "")
        for name, row in run.rows().items()
        if name in before and _worse(row, before[name])
    ]


def _worse(row: Row, before: Row) -> bool:
    if before.held and row.held is False:
        return True
    if row.more_is_better is None or before.value == 0:
        return False
    change = row.value / before.value - 1
    return (-change if row.more_is_better else change) > NOISE


def runs() -> list[Run]:
    """Those kept here, the oldest first."""
    kept = sorted(RESULTS.glob(ANY_RUN))  # some parts keep files of their own beside
    return [Run.load(path) for path in kept[-LONGEST:]]


def machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )
