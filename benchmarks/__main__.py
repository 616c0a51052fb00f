"""`python -m benchmarks [PART …]`: each part is a module here with `run(fast) -> list[Row]`."""

import argparse
from collections.abc import Iterable
from importlib import import_module

from benchmarks.report import Row

PARTS: list[str] = ["answers", "meaning"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--fast", action="store_true", help="the short form that tests run")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        print(part)
        print(table(import_module(f"benchmarks.{part}").run(options.fast)))


def table(rows: Iterable[Row]) -> str:
    return "\n".join(
        f"  {row.name:<50} {row.value:>12.4g} {row.unit:<8} {row.goal:<12} {_verdict(row)}"
        for row in rows
    )


def _verdict(row: Row) -> str:
    return {True: "held", False: "MISSED", None: ""}[row.held]


if __name__ == "__main__":
    main()
