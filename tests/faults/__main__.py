"""`python -m tests.faults --seed 7 --minutes 10`: a long storm, and its report."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.run import Plan, storm


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--families", type=int, default=200)
    parser.add_argument("--pace", type=float, default=6, help="messages a second")
    parser.add_argument("--faults", type=float, default=0.2, help="share of calls that fail")
    parser.add_argument("--keep", type=Path, help="a folder for the data, kept afterwards")
    given = parser.parse_args()
    plan = Plan(
        seed=given.seed,
        seconds=given.minutes * 60,
        families=given.families,
        pace=given.pace,
        fault_rate=given.faults,
    )
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        report = storm((given.keep or Path(folder)) / "data", plan)
    print(report)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
