"""The turn without network: processor time by step, for families that tell all there is to tell."""

import json
import time
from collections import defaultdict
from statistics import mean
from types import SimpleNamespace

from benchmarks.report import Row
from benchmarks.running.copy import INSTANCE, copy
from benchmarks.running.load import percentile
from benchmarks.running.parents import TALK, body

SPEAKING = ("spoken", "verified")


def run(fast: bool) -> list[Row]:
    families = 3 if fast else 12
    with copy() as ours:
        ours.django()
        from django.utils import timezone

        from conversations.agent import think
        from conversations.models import Turn

        # The steps are timed by the clock; here only what they cost the processor counts.
        think.time = SimpleNamespace(perf_counter=time.process_time)
        think.warm_up(timezone.now())
        _talks(2, first=9000)
        last = Turn.objects.order_by("-pk").values_list("pk", flat=True)[0]
        inbox, turns = _talks(families, first=0)
        traces = Turn.objects.filter(pk__gt=last).values_list("trace", flat=True)
        nodes: dict[str, list[float]] = defaultdict(list)
        for trace in traces:
            for name, spent in trace["timings_ms"].items():
                nodes[name].append(spent)
    keeping = mean(turns) - sum(mean(spent) for spent in nodes.values())
    speaking = sum(mean(nodes[name]) for name in SPEAKING) + keeping
    return [
        Row.most("parse and inbox, processor time", mean(inbox), "ms", 5),
        Row.most("turn, processor time", mean(turns), "ms", 12,
                 f"median {percentile(turns, 0.5):.1f}, p95 {percentile(turns, 0.95):.1f} ms; "
                 f"{len(turns)} turns"),
        Row.most("speak, verify, write, and all around the steps", speaking, "ms", 10),
        *(Row(f"turn, share of {name}", 100 * mean(spent) / mean(turns), "%",
              detail=f"{mean(spent):.2f} ms when it runs ({len(spent)} times)")
          for name, spent in nodes.items()),
        Row("turn, share of the rest: the graph, reading and keeping rows",
            100 * keeping / mean(turns), "%"),
    ]  # fmt: skip


def _talks(families: int, *, first: int) -> tuple[list[float], list[float]]:
    """Milliseconds of processor for each message taken, and for each turn."""
    from django.utils import timezone

    from conversations import arrivals, intake, turn, webhook

    inbox, turns = [], []
    for text in TALK:
        for number in range(families):
            posted = json.dumps(body(first + number, text)).encode()
            began = time.process_time()
            arrival, _ = webhook.arrived(posted, INSTANCE, timezone.now())
            assert arrivals.insert([arrival]) == [True]
            assert intake.apply_next(timezone.now())
            inbox.append((time.process_time() - began) * 1000)
        for claim in turn.claim_due(timezone.now(), families):
            began = time.process_time()
            turn.answer(claim, timezone.now)
            turns.append((time.process_time() - began) * 1000)
    return inbox, turns
