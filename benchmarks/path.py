"""The whole path: webhook, row, turn without a model, reply taken by the gateway; on two cores."""

import json
import time
import urllib.request
from collections.abc import Iterator

from benchmarks.report import Row
from benchmarks.running.copy import TOKEN, Copy, copy
from benchmarks.running.load import load, percentile, request
from benchmarks.running.parents import TALK, body, posts
from benchmarks.running.peers import served

META_CAP = 80  # messages a second, Meta's default for one number
PATIENCE = 60.0
STEADY = 20  # messages a second


def run(fast: bool) -> list[Row]:
    burst, steady = (200, 60) if fast else (800, 300)
    with (
        served("gateway:application") as gateway,
        copy(EVOLUTION_API_URL=f"http://127.0.0.1:{gateway}") as ours,
    ):
        ours.run("web", "work")
        replied(ours, gateway, 30, first=9000)  # warm
        rate = replied(ours, gateway, burst, first=0)
        waits = _steady(ours, gateway, steady, first=20_000)
    return [
        Row.least("whole path, a burst of as many families", rate, "/s", META_CAP,
                  f"{burst} families write at once; until the last reply was taken"),
        Row.most(f"reply at {STEADY}/s, p95 beyond the quiet time", percentile(waits, 0.95), "ms",
                 500, f"median {percentile(waits, 0.5):.0f} ms, {len(waits)} messages"),
    ]  # fmt: skip


def replied(ours: Copy, gateway: int, count: int, *, first: int) -> float:
    """Messages a second from the first post to the last reply."""
    made = list(posts(ours.webhook, count, families=count, first=first))
    began = time.time()
    answers = load(ours.port, made, connections=20)
    assert answers.statuses[200] == count, answers.statuses
    return count / (max(_replies(gateway, count, first).values()) - began)


def _steady(ours: Copy, gateway: int, count: int, *, first: int) -> list[float]:
    """Milliseconds from each post to its reply."""
    posted: dict[str, float] = {}

    def paced() -> Iterator[bytes]:
        begin = time.time()
        for number in range(count):
            time.sleep(max(0.0, begin + number / STEADY - time.time()))
            posted[_number(first + number)] = time.time()
            text = TALK[number % len(TALK)]
            yield request(ours.webhook, body(first + number, text), X_Webhook_Token=TOKEN)

    load(ours.port, paced(), connections=1)
    replies = _replies(gateway, count, first)
    return [(replies[number] - at) * 1000 for number, at in posted.items()]


def _replies(gateway: int, count: int, first: int) -> dict[str, float]:
    """When each family got its first reply."""
    wanted = {_number(first + number) for number in range(count)}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"http://127.0.0.1:{gateway}/received") as answer:
            received = json.load(answer)
        if wanted <= received.keys():
            return {number: received[number][0] for number in wanted}
        time.sleep(0.2)
    raise TimeoutError(f"{len(wanted - received.keys())} of {count} were not answered")


def _number(family: int) -> str:
    return f"55459{90000000 + family:08}"
