"""What a run found, kept in benchmarks/results/: all of it as JSON, and a line of history."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import Row

FOLDER = Path(__file__).parents[1] / "results"
LAST, HISTORY, TABLE = "answers.json", "answers_history.jsonl", "answers.md"


def keep(rows: Sequence[Row], played: Sequence[Mapping[str, Any]]) -> None:
    """Writes the figures, their history, and the runs that did not pass with what was said, but for
    the blind set's: those are not to be looked at."""
    FOLDER.mkdir(exist_ok=True)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    failed = [one for one in played if not one["passed"] and one["folder"] != "blind"]
    before = _before()
    content = {"at": now, "figures": [asdict(row) for row in rows], "failed": failed}
    (FOLDER / LAST).write_text(json.dumps(content, ensure_ascii=False, indent=1))
    (FOLDER / TABLE).write_text(_table(rows, failed, before, now))
    with (FOLDER / HISTORY).open("a") as history:
        line = {"at": now} | {row.name: round(row.value, 3) for row in rows}
        history.write(json.dumps(line, ensure_ascii=False) + "\n")


def _before() -> Mapping[str, float]:
    path = FOLDER / HISTORY
    lines = path.read_text().splitlines() if path.is_file() else []
    found: Mapping[str, float] = json.loads(lines[-1]) if lines else {}
    return found


def _table(
    rows: Sequence[Row],
    failed: Sequence[Mapping[str, Any]],
    before: Mapping[str, float],
    now: str,
) -> str:
    lines = [
        f"# Answers, {now}",
        "",
        "| measure | now | before | goal | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        verdict = {True: "held", False: "**missed**", None: ""}[row.held]
        old = f"{before[row.name]:.4g}" if row.name in before else ""
        value = f"{row.value:.4g} {row.unit}".strip()
        lines.append(f"| {row.name} | {value} | {old} | {row.goal} | {verdict} {row.detail} |")
    lines += ["", "## What did not pass", ""]
    for one in failed:
        reasons = [f"{each['code']}: {each['detail']}" for each in one["violations"]]
        reasons += one["failures"]
        where = f"{one['model']} {one['family']}/{one['scenario']} seed {one['seed']}"
        lines.append(f"- {where}: {'; '.join(reasons)}")
    return "\n".join(lines) + "\n"
