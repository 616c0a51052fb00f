"""Why the bot said something: its turn's trace and the text's provenance, part by part."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Message, ModelCall

TITLES = {
    "tried": gettext_lazy("Tried before"),
    "commands": gettext_lazy("What was understood"),
    "knowledge": gettext_lazy("Knowledge used"),
    "acts": gettext_lazy("What was decided"),
    "effects": gettext_lazy("What was changed"),
    "timings": gettext_lazy("Time of each step"),
    "rows": gettext_lazy("Rule rows used"),
}


@dataclass(frozen=True)
class Part:
    title: str
    lines: list[str]


def of(message: Message) -> list[Part]:
    """Parts to show, none without a turn; what is unknown of a trace is shown as it is."""
    turn = message.turn
    if turn is None:
        return []
    seconds = (turn.finished_at - turn.started_at).total_seconds()
    took = _("%(tier)s, in %(ms)d ms") % {"tier": turn.understood_by, "ms": seconds * 1000}
    parts = [Part(_("Understood by"), [took])]
    if calls := [_call(one) for one in turn.model_calls.order_by("pk")]:
        parts.append(Part(_("Models that were asked"), calls))
    parts += [Part(str(TITLES.get(key, key)), _lines(value)) for key, value in _ordered(turn.trace)]
    if message.segments:
        parts.append(Part(_("Texts and their facts"), [_segment(one) for one in message.segments]))
    return parts


def _call(call: ModelCall) -> str:
    """What one model did and cost."""
    tokens = _("%(input)d tokens in (%(cached)d from the cache), %(output)d out") % {
        "input": call.input_tokens,
        "cached": call.cached_tokens,
        "output": call.output_tokens,
    }
    took = f"{call.latency_ms} ms" if call.latency_ms is not None else "–"
    cost = number_format(call.cost, 6, force_grouping=False)
    return f"{call.model}: {call.get_outcome_display()} · {tokens} · R$ {cost} · {took}"


def _ordered(trace: dict[str, Any]) -> list[tuple[str, Any]]:
    known = [key for key in TITLES if key in trace]
    others = [key for key in trace if key not in TITLES]
    return [(key, trace[key]) for key in known + others if trace[key]]


def _segment(segment: dict[str, Any]) -> str:
    facts = [
        f"{name} = {fact.get('value', '')}{_rows(fact.get('rows') or [])}"
        for name, fact in (segment.get("args") or {}).items()
    ]
    return " · ".join([str(segment.get("template", "")), *facts])


def _rows(rows: list[Any]) -> str:
    named = ", ".join(f"{row[0]} #{row[1]}" if row[1] else str(row[0]) for row in rows if row)
    return f" ({named})" if named else ""


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {_short(item)}" for key, item in value.items()]
    if isinstance(value, list):
        return [_short(item) for item in value]
    return [_short(value)]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{key}: {_short(item)}" for key, item in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
