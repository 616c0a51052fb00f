"""`python -m benchmarks.answers NAME …`: plays scenarios and shows what was said; with --whole
plays all of them with every model, however long that takes."""

import argparse
import logging
from fnmatch import fnmatch
from pathlib import Path

from benchmarks import answers, pages
from benchmarks.answers import figures, results, scenarios, servers, shards
from benchmarks.answers.shards import PHRASES

FOLDERS = {"open": scenarios.FOLDER / "scenarios", "blind": scenarios.FOLDER / "blind"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("names", nargs="*", default=["*"], help="scenarios or files, with * and ?")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--set", default="open", help="open, blind, or a folder of your own")
    parser.add_argument("--phrases", type=Path, help="how parents answer, for a folder of your own")
    parser.add_argument("--model", default="rules", help="rules, oracle, noisy, adversary or real")
    parser.add_argument("--show", choices=("all", "failed", "none"), default="failed")
    parser.add_argument("--whole", action="store_true", help="the full measure, some 20 minutes")
    parser.add_argument("--processes", type=int, default=shards.PROCESSES, help="with --whole")
    options = parser.parse_args()
    if options.whole:
        _measure(options.processes)
        return
    folder = FOLDERS.get(options.set) or Path(options.set)
    phrases = options.phrases or scenarios.FOLDER / PHRASES.get(folder.name, PHRASES["blind"])
    chosen = [
        one
        for one in scenarios.load(folder)
        if any(fnmatch(one.name, name) or fnmatch(one.family, name) for name in options.names)
    ]
    with servers.running() as url:
        servers.use(servers.make(url, "answers_by_hand"))
        servers.fill(min(one.clock for one in chosen))
        _play(chosen, phrases, options)
        from django.db import connection

        connection.close()


def _measure(processes: int) -> None:
    played = shards.played(answers.whole(), processes=processes)
    rows = figures.rows(played)
    results.keep(rows, played)
    print(pages.table(rows))


def _play(chosen: list[scenarios.Scenario], phrases: Path, options: argparse.Namespace) -> None:
    from benchmarks.answers.models import MODELS
    from benchmarks.answers.play import play

    logging.disable(logging.ERROR)
    passed = runs = 0
    for scenario in chosen:
        for seed in range(options.seeds):
            with MODELS[options.model](seed) as hint:
                played = play(scenario, seed, hint, phrases)
            passed, runs = passed + played.passed, runs + 1
            if options.show == "all" or (options.show == "failed" and not played.passed):
                _show(played)
    print(f"{passed} of {runs} passed")


def _show(played: "object") -> None:
    print(f"\n=== {played.family}/{played.scenario} seed {played.seed}")
    for who, text in played.transcript:
        print(f"  {who:>6}: " + text.replace("\n", "\n          "))
    for line in (*played.violations, *played.failures):
        print(f"  !! {line}")


if __name__ == "__main__":
    main()
