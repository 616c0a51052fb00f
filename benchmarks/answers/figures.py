"""From played scenarios to figures, each with the goal it is held against."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report import Row

Played = Mapping[str, Any]
LEAST = {"oracle": 100.0, "noisy": 93.0, "rules": 92.0}  # % of pass^1
MOST_MESSAGES = 12
MOST_CALLS, MOST_BRL, MOST_RATIO = 1.0, 0.02, 0.25
FOURTEEN = "fourteen_turns"
TEN_THOUSAND = 10_000
# Violations that are also counted by themselves.
NEVER = {
    "double": "double bookings",
    "over_staff": "messages over staff",
    "two_replies": "two replies to a burst",
}


def rows(played: Sequence[Played]) -> list[Row]:
    """Violations are those of all models together, adversary included."""
    found: list[Row] = []
    for folder in dict.fromkeys(one["folder"] for one in played):
        of_folder = [one for one in played if one["folder"] == folder]
        for model in dict.fromkeys(one["model"] for one in of_folder):
            found += _of_model(
                f"{model}, {'blind' if folder == 'blind' else 'open'} set",
                [one for one in of_folder if one["model"] == model],
                LEAST.get(model) if folder != "blind" else None,
            )
    return [*found, *_together(played)]


def _of_model(name: str, played: Sequence[Played], least: float | None) -> list[Row]:
    by_scenario: dict[str, list[bool]] = defaultdict(list)
    for one in played:
        by_scenario[one["scenario"]].append(one["passed"])
    seeds = max(map(len, by_scenario.values()))
    often = [runs for runs in by_scenario.values() if len(runs) == seeds]
    first = _percent(sum(one["passed"] for one in played), len(played))
    every = _percent(sum(map(all, often)), len(often))
    goal = f">= {least:g} %" if least else ""
    held = first >= least if least else None
    turns = sum(one["bursts"] for one in played)
    detail = f"{len(played)} runs of {len(by_scenario)} scenarios, {turns} turns"
    found = [Row(f"{name}: pass^1", first, "%", goal, held, detail)]
    if seeds > 1:
        found.append(Row(f"{name}: pass^{seeds}", every, "%", detail=f"{len(often)} scenarios"))
    return found


def _together(played: Sequence[Played]) -> list[Row]:
    turns = sum(one["bursts"] for one in played)
    codes = Counter(each["code"] for one in played for each in one["violations"])
    rate = sum(codes.values()) / turns * TEN_THOUSAND
    done = sorted(one["completed_after"] for one in played if one["completed_after"])
    typical = done[int(len(done) * 0.95)] if done else 0
    return [
        Row("violations in 10,000 turns", rate, "", "0", rate == 0,
            f"{turns} turns; {dict(codes) or 'none'}"),
        Row("messages to a complete lead with a visit, p95", typical, "",
            f"<= {MOST_MESSAGES}", typical <= MOST_MESSAGES,
            f"{len(done)} talks, median {done[len(done) // 2] if done else 0}"),
        *(
            Row(name, codes[code], "", "0", codes[code] == 0, f"{turns} turns")
            for code, name in NEVER.items()
        ),
        *_handoffs(played),
        *_costs([one for one in played if one["model"] == "oracle"]),
    ]  # fmt: skip


def _costs(played: Sequence[Played]) -> list[Row]:
    """Of the perfect model: it asks exactly once where a model is asked at all."""
    if not played:
        return []
    calls = sum(one["spent"]["calls"] for one in played) / sum(one["bursts"] for one in played)
    asked = Row("model calls a turn", calls, "", f"<= {MOST_CALLS:g}", calls <= MOST_CALLS)
    long = [one for one in played if one["scenario"] == FOURTEEN]
    if not long:  # there was no time for it
        return [asked]
    each = {key: sum(one["spent"][key] for one in long) / len(long) for key in long[0]["spent"]}
    ratio = each["brl"] / each["naive_brl"]
    tokens = (
        f"{each['input']:.0f} tokens in, {each['cached']:.0f} of them cached, "
        f"{each['output']:.0f} out"
    )
    return [
        asked,
        Row("a talk of 14 turns", each["brl"], "R$", f"<= {MOST_BRL:g}", each["brl"] <= MOST_BRL,
            tokens),
        Row("... beside the naive way", ratio, "x", f"<= {MOST_RATIO:g}", ratio <= MOST_RATIO,
            f"R$ {each['naive_brl']:.4f}; R$ {each['naive_cached_brl']:.4f} with its prefix cached;"
            " counted as costs.py says"),
    ]  # fmt: skip


def _handoffs(played: Sequence[Played]) -> list[Row]:
    """Of the runs: those that needed a person and got one, and those that got one rightly. Without
    the adversary: whether two misunderstandings follow each other is in its hands."""
    pairs = [tuple(one["handoff"]) for one in played if one["model"] != "adversary"]
    right = sum(bool(wanted) and wanted == found for wanted, found in pairs)
    needed, got = sum(bool(w) for w, _ in pairs), sum(bool(f) for _, f in pairs)
    recall, precision = _percent(right, needed), _percent(right, got)
    return [
        Row("handoff: recall", recall, "%", ">= 99 %", recall >= 99, f"{needed} runs"),
        Row("handoff: precision", precision, "%", ">= 95 %", precision >= 95, f"{got} runs"),
    ]


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0
