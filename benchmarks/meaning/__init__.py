"""How well the tier without a model hears: handoffs, intents and questions of frozen files."""

import csv
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.report import Row
from conversations.agent.intents import SURE, Intent, classify
from conversations.agent.triggers import read_handoff
from conversations.knowledge.index import ACCEPT, Hit, KnowledgeIndex
from conversations.knowledge.seed_files import read_entries

HERE = Path(__file__).parent
CALM = "-"


def run(fast: bool) -> list[Row]:
    """All of it takes seconds, so `fast` changes nothing."""
    return [*handoffs(), *intents(), *knowledge()]


def handoffs() -> Iterable[Row]:
    rows = _rows("handoff.tsv")
    heard = [(row["round"], row["reason"], read_handoff(row["text"])) for row in rows]
    for name in ("all", *sorted({row["round"] for row in rows})):
        of_round = [(want, got) for at, want, got in heard if name in ("all", at)]
        true = sum(want != CALM and got is not None for want, got in of_round)
        wanted = sum(want != CALM for want, _ in of_round)
        fired = sum(got is not None for _, got in of_round)
        count = f"{wanted} and {len(of_round) - wanted}"
        yield _at_least(f"handoff recall, {name}", true / wanted, 0.99, count)
        yield _at_least(f"handoff precision, {name}", true / fired, 0.95, count)
    named = sum(want == got for _, want, got in heard if want != CALM)
    yield _share("handoff by its own reason", named / sum(row["reason"] != CALM for row in rows))


def intents() -> Iterable[Row]:
    rows = _rows("intents.tsv")
    found = [(row["label"], classify(row["text"])) for row in rows]
    first = sum(bool(read) and _label(read[0]) == want for want, read in found)
    acted = sum(want in _acted_on(read) for want, read in found)
    yield _share("intent first", first / len(found), f"{len(found)} messages")
    yield _at_least("intent acted on rightly", acted / len(found), 0.95, f"{len(found)} messages")
    yield _below("intents, a message", _spent(classify, [row["text"] for row in rows]), 3)


def knowledge() -> Iterable[Row]:
    index = KnowledgeIndex(read_entries())
    rows = _rows("knowledge.tsv")
    found = [(row["key"], index.search(row["text"])) for row in rows]
    strange = (HERE / "off_topic.txt").read_text(encoding="utf-8").splitlines()
    count = f"{len(rows)} questions"
    first = sum(_keys(hits[:1]) == [key] for key, hits in found)
    three = sum(key in _keys(hits) for key, hits in found)
    answered = sum(_keys(hits[:1]) == [key] and _accepted(hits) for key, hits in found)
    accepted = sum(_accepted(index.search(text)) for text in strange)
    yield _at_least("knowledge hit@1", first / len(found), 0.85, count)
    yield _at_least("knowledge hit@3", three / len(found), 0.95, count)
    yield _share("knowledge right and sure enough", answered / len(found), count)
    share = accepted / len(strange)
    yield Row("off-topic accepted", 100 * share, "%", "<= 5 %", share <= 0.05, f"{len(strange)}")
    yield _below("knowledge, a message", _spent(index.search, [row["text"] for row in rows]), 5)


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _label(intent: Intent) -> str:
    return f"{intent.name}/{intent.topic}" if intent.topic else intent.name


def _acted_on(read: Sequence[Intent]) -> set[str]:
    return {_label(one) for one in read if one.score >= SURE} or {"unknown"}


def _keys(hits: Sequence[Hit]) -> list[str]:
    return [hit.key for hit in hits]


def _accepted(hits: Sequence[Hit]) -> bool:
    return bool(hits) and hits[0].score >= ACCEPT


def _spent(read: Callable[[str], object], texts: Sequence[str]) -> float:
    """Milliseconds of CPU a text, after a first round."""
    for text in texts:
        read(text)
    began = time.process_time()
    for text in texts:
        read(text)
    return (time.process_time() - began) / len(texts) * 1000


def _share(name: str, value: float, detail: str = "") -> Row:
    return Row(name, 100 * value, "%", detail=detail)


def _at_least(name: str, value: float, goal: float, detail: str) -> Row:
    return Row(name, 100 * value, "%", f">= {goal:.0%}", value >= goal, detail)


def _below(name: str, value: float, most: float) -> Row:
    return Row(name, value, "ms", f"< {most:g} ms", value < most)
