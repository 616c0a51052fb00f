"""Turns that wait a second for a model, many at once in one `work` process with 100 threads."""

import json
import time
from datetime import timedelta
from math import ceil

from benchmarks.report import Row
from benchmarks.running.copy import INSTANCE, Copy, copy, free_port
from benchmarks.running.parents import body
from benchmarks.running.peers import listening, served

THREADS = 100
MODEL_SECONDS = 1
FAMILIES = (50, 100, 300)
LEAST = 0.9
MEBIBYTES = 150
PATIENCE = 120.0
BY_THE_MODEL = 0.9  # of the turns, or something else is measured


def run(fast: bool) -> list[Row]:
    port = free_port()
    slow = ("--port", str(port), "--faults", f"slow:{MODEL_SECONDS}")
    with (
        listening(port, "tests.stand_ins.openai", *slow),
        served("gateway:application") as gateway,
        copy(
            EVOLUTION_API_URL=f"http://127.0.0.1:{gateway}",
            OPENAI_API_KEY="a-key-of-the-benchmarks",
            OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1",
            LLM_DAILY_BUDGET_BRL="10000",
            WORK_THREADS=THREADS,
            QUIET_SECONDS=60,  # longer than it takes to store what is then let loose at once
        ) as ours,
    ):
        ours.django()
        ours.run("work")
        _answered(ours, 5, first=9000)  # imports, connections, the knowledge base
        rows: list[Row] = []
        for number, families in enumerate([10] if fast else FAMILIES):
            rows += _rows(ours, families, first=1000 * number)
        peak = ours.resident("work")
    return [*rows, Row.most("memory of work with that many turns waiting", peak, "MiB", MEBIBYTES)]


def _rows(ours: Copy, families: int, *, first: int) -> list[Row]:
    seconds, tiers = _answered(ours, families, first=first)
    ideal = MODEL_SECONDS * ceil(families / THREADS)
    detail = f"{families / seconds:.0f} turns/s, {seconds:.2f} s where {ideal} s are ideal; {tiers}"
    return [Row.least(f"{families} at once, of the ideal", ideal / seconds, "x", LEAST, detail)]


def _answered(ours: Copy, families: int, *, first: int) -> tuple[float, str]:
    """Seconds from the first turn's start to the last one's end, and who understood."""
    from collections import Counter

    from django.utils import timezone

    from conversations import arrivals, live, webhook
    from conversations.models import Conversation, Turn

    for number in range(families):
        posted = body(first + number, "É para o meu filho Pedro, de 9 anos. Como funciona?")
        arrival, _ = webhook.arrived(json.dumps(posted).encode(), INSTANCE, timezone.now())
        arrivals.insert([arrival])
    later = timezone.now() + timedelta(hours=1)
    stored = Conversation.objects.exclude(due_at=None).filter(claimed_until=None)
    while stored.count() < families:  # `work` applies them
        time.sleep(0.05)
    stored.update(due_at=later)
    began = timezone.now()
    Conversation.objects.exclude(due_at=None).update(due_at=began)
    live.wake()
    turns = Turn.objects.filter(started_at__gte=began)
    deadline = time.monotonic() + PATIENCE
    while turns.count() < families:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{turns.count()} of {families} answered; {ours.log('work')}")
        time.sleep(0.05)
    rows = list(turns.values_list("started_at", "finished_at", "tier"))
    seconds = max(end for _, end, _ in rows) - min(begin for begin, _, _ in rows)
    tiers = Counter(tier for _, _, tier in rows)
    # Where the processor is short, a call's time may be over; the row tells how often.
    assert tiers["openai"] >= BY_THE_MODEL * families, f"not the model understood: {tiers}"
    return seconds.total_seconds(), ", ".join(f"{name} {count}" for name, count in tiers.items())
