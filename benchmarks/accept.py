"""The door: a webhook taken durably, beside pywa's echo and PostgreSQL's own commits."""

from benchmarks.report import Row
from benchmarks.running import peers
from benchmarks.running.copy import Copy, copy
from benchmarks.running.load import Answers, load
from benchmarks.running.parents import posts

CONNECTIONS = 50
FAMILIES = 1000
AT_ONCE = 1000
FASTER_THAN = 5000  # a second: more requests than any of them takes are made beforehand


def run(fast: bool) -> list[Row]:
    seconds = 2 if fast else 6
    with copy() as ours:
        ours.run("web")
        _taken(ours, 400, 10)  # warm
        commits = peers.inserts(ours.folder, CONNECTIONS, seconds)
        echoes = _echo(seconds, signed=False)
        taken = _taken(ours, int(FASTER_THAN * seconds), seconds)
        signed = _echo(seconds, signed=True)
        crowd = load(
            ours.port, posts(ours.webhook, AT_ONCE, families=AT_ONCE, first=5000),
            connections=AT_ONCE,
        )  # fmt: skip
    return [
        *_beside("pywa's echo", taken, echoes.rate, 0.5),
        *_beside("pywa's echo with signatures checked", taken, signed.rate, None),
        *_beside("raw INSERT commits", taken, commits, 0.15),
        Row.most("accept, p99 at 50 connections", taken.at(0.99), "ms", 60),
        Row("accept, median at 50 connections", taken.at(0.5), "ms"),
        Row.least("accepted of 1,000 at once", crowd.statuses[200], "", AT_ONCE,
                  f"{crowd.seconds:.1f} s for all; statuses {dict(crowd.statuses)}"),
    ]  # fmt: skip


def _taken(ours: Copy, count: int, seconds: float) -> Answers:
    made = list(posts(ours.webhook, count, families=FAMILIES))
    return load(ours.port, made, connections=CONNECTIONS, seconds=seconds)


def _echo(seconds: float, *, signed: bool) -> Answers:
    made = list(peers.cloud_posts(int(FASTER_THAN * seconds)))
    with peers.served("pywa_echo:application", SIGNED="1" if signed else "0") as port:
        load(port, made[:400], connections=CONNECTIONS)
        answers = load(port, made[400:], connections=CONNECTIONS, seconds=seconds)
    assert set(answers.statuses) == {200}, answers.statuses
    return answers


def _beside(peer: str, taken: Answers, rate: float, least: float | None) -> list[Row]:
    name, ratio = f"accept, beside {peer}", taken.rate / rate
    detail = f"{taken.rate:.0f}/s beside {rate:.0f}/s"
    return [
        Row.least(name, ratio, "x", least, detail)
        if least
        else Row(name, ratio, "x", detail=detail)
    ]
