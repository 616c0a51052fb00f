"""`python -m benchmarks [PART …]`: each part is a module here with `run(fast) -> list[Row]`.

Each runs in a process of its own, so that none warms or burdens another, and one that fails does
not stop the rest. Results go to benchmarks/results/ as JSON, Markdown and HTML.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks import pages
from benchmarks.history import BASELINE, NAMED, RESULTS, Part, Run, machine, regressions, runs
from benchmarks.report import Row

PARTS: list[str] = [
    "accept", "path", "turn", "waiting", "screens", "starting", "scale", "memory",
    "readers", "meaning", "answers",
]  # fmt: skip
SECONDS = 300  # after which a part counts as failed
ROOT = Path(__file__).parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--fast", action="store_true", help="the short form that tests run")
    parser.add_argument("--only", help=argparse.SUPPRESS)  # the part's own process
    parser.add_argument(
        "--keep-as-baseline", action="store_true", help="later runs are compared with this one"
    )
    options = parser.parse_args()
    if options.only:
        found = import_module(f"benchmarks.{options.only}").run(options.fast)
        print(json.dumps([row.as_json() for row in found]), file=sys.__stdout__)
        return 0
    run = measure(options.parts or PARTS, options.fast)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / run.began.strftime(NAMED)
    path.with_suffix(".json").write_text(json.dumps(run.as_json(), indent=1))
    baseline = Run.load(BASELINE) if BASELINE.exists() else None
    worse = regressions(run, baseline)
    path.with_suffix(".md").write_text(pages.markdown(run, worse))
    path.with_suffix(".html").write_text(pages.html(run, worse, runs()))
    if options.keep_as_baseline:
        kept = baseline.updated(run) if baseline else run
        BASELINE.write_text(json.dumps(kept.as_json(), indent=1) + "\n")
    for sentence in worse:
        print(f"WORSE: {sentence}")
    print(f"\n{path.with_suffix('.html')}")
    return 1 if any(part.error for part in run.parts) else 0


def measure(names: list[str], fast: bool) -> Run:
    began, parts = datetime.now(UTC), []
    for name in names:
        print(f"\n{name}", flush=True)
        part = _part(name, fast)
        parts.append(part)
        print(pages.table(part.rows) if not part.error else f"  FAILED\n{part.error}", flush=True)
        print(f"  ({part.seconds:.0f} s)", flush=True)
    return Run(began, machine(), fast, parts)


def _part(name: str, fast: bool) -> Part:
    command = [sys.executable, "-m", "benchmarks", "--only", name, *(["--fast"] if fast else [])]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        output, errors, failed = done.stdout, done.stderr, done.returncode != 0
    except subprocess.TimeoutExpired:
        output, errors, failed = "", f"did not end within {SECONDS} s", True
    seconds = time.monotonic() - began
    if failed:
        return Part(name, seconds, [], "\n".join(errors.strip().splitlines()[-12:]))
    rows = json.loads(output.strip().splitlines()[-1])
    return Part(name, seconds, [Row(**row) for row in rows], "")


if __name__ == "__main__":
    sys.exit(main())
