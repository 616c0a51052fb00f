"""One turn's thinking, as a LangGraph run over plain values; the rows are the state.

gather → guard → closed answers → understand → ground → decide → speak → verify
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, wraps
from typing import Any

from conversations.agent import closed, guard
from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import Effect, StartHandoff
from conversations.agent.gather import Rows
from conversations.agent.gather import gather as gather_rows
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.policy import Act, Decision, decide
from conversations.agent.policy.summary import summary
from conversations.agent.situation import Heard
from conversations.agent.speak import Speaker
from conversations.agent.understand import understand
from conversations.agent.verify import alarms
from conversations.knowledge.index import ACCEPT, Hit
from conversations.models import Conversation, Message
from conversations.texts import Segment

log = logging.getLogger(__name__)


@dataclass
class Thinking:
    """What the nodes hand on to each other."""

    conversation: Conversation
    heard: Sequence[Heard]
    now: datetime
    rows: Rows | None = None
    lines: Sequence[tuple[int, str]] = ()
    guarded: Sequence[Command] = ()
    commands: Sequence[Command] | None = None
    tier: str = "closed"
    decision: Decision | None = None
    segments: Sequence[Segment] = ()
    hits: list[Hit] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Thought:
    """A reply and what goes with it; no segments means that nothing is said."""

    segments: Sequence[Segment]
    effects: Sequence[Effect]
    dialogue: Mapping[str, Any]
    tier: str
    trace: Mapping[str, Any]
    thinking: Thinking


def think(conversation: Conversation, heard: Sequence[Heard], now: datetime) -> Thought:
    """Thinks about a burst. Reads rows, writes none; no transaction may be open around it."""
    return _run(Thinking(conversation, heard, now))


def think_again(thought: Thought, now: datetime) -> Thought:
    """Decides anew about what was understood: a place was lost to somebody else meanwhile."""
    before = thought.thinking
    return _run(replace(before, now=now, rows=None, decision=None, segments=()))


def limited(conversation: Conversation, now: datetime) -> Thought:
    """The polite text for a number that sends more than the unit's limit."""
    return _say_only("limited", conversation, now)


def _say_only(text: str, conversation: Conversation, now: datetime) -> Thought:
    rows = gather_rows(conversation, now)
    thinking = Thinking(conversation, (), now, rows=rows)
    segments = _speaker(rows, rows.dialogue, thinking).speak([Act(text)])
    return Thought(segments, (), rows.dialogue.as_json(), "rules", {"acts": [text]}, thinking)


def _run(thinking: Thinking) -> Thought:
    done = Thinking(**_graph().invoke(thinking))
    assert done.decision is not None
    return Thought(
        segments=done.segments,
        effects=done.decision.effects,
        dialogue=done.decision.dialogue.as_json(),
        tier=done.tier,
        trace=_trace(done),
        thinking=done,
    )


def _trace(done: Thinking) -> dict[str, Any]:
    assert done.decision is not None
    return {
        "commands": [command.as_json() for command in done.commands or ()],
        "knowledge": [
            {"key": hit.key, "title": hit.title, "score": round(hit.score, 3)} for hit in done.hits
        ],
        "acts": [act.text for act in done.decision.acts],
        "timings_ms": {name: round(spent, 2) for name, spent in done.timings.items()},
    }


Node = Callable[[Thinking], dict[str, Any]]


def _timed(node: Node) -> Node:
    @wraps(node)
    def run(thinking: Thinking) -> dict[str, Any]:
        began = time.perf_counter()
        update = node(thinking)
        spent = {node.__name__: (time.perf_counter() - began) * 1000}
        return {**update, "timings": thinking.timings | spent}

    return run


@cache
def _graph() -> Any:
    from langgraph.graph import END, START, StateGraph  # heavy: only who thinks pays for it

    graph = StateGraph(Thinking)
    for node in (gather, guarded, closed_answers, understood, decided, spoken, verified):
        graph.add_node(node.__name__, _timed(node))
    graph.add_edge(START, "gather")
    graph.add_conditional_edges(
        "gather", lambda one: "guarded" if one.commands is None else "decided"
    )
    graph.add_conditional_edges(
        "guarded", lambda one: "decided" if one.commands else "closed_answers"
    )
    graph.add_conditional_edges(
        "closed_answers", lambda one: "decided" if one.commands else "understood"
    )
    graph.add_edge("understood", "decided")
    graph.add_edge("decided", "spoken")
    graph.add_edge("spoken", "verified")
    graph.add_edge("verified", END)
    return graph.compile()


def gather(thinking: Thinking) -> dict[str, Any]:
    return {"rows": gather_rows(thinking.conversation, thinking.now)}


def guarded(thinking: Thinking) -> dict[str, Any]:
    """Words are cleaned; consent is settled here; other kinds of message become what they are."""
    lines = [(one.message_id, text) for one in thinking.heard if (text := guard.clean(_words(one)))]
    commands = [command for _, text in lines for command in guard.hard(text)]
    commands += [command for one in thinking.heard for command in _of_kind(one)]
    consent = any(command.command == "opt_out" for command in commands)
    alone = consent or not lines
    update: dict[str, Any] = {"lines": lines, "guarded": commands}
    return update | ({"commands": _grounded(thinking, lines, commands)} if alone else {})


def _words(one: Heard) -> str:
    """Text, a caption, or a reaction's emoji; a contact card's text is its name, not words."""
    return "" if one.kind == Message.Kind.CONTACT else one.text


def _of_kind(one: Heard) -> list[Command]:
    phone = one.details.get("contact_phone")
    if one.kind == Message.Kind.CONTACT and phone:
        return [Command("set_field", "", name="phone", value=str(phone))]
    if one.kind != Message.Kind.CONTACT and one.text:
        return []
    return [Command("clarify", "", topic=str(one.kind))]


def _grounded(
    thinking: Thinking, lines: Sequence[tuple[int, str]], commands: Sequence[Command]
) -> list[Command]:
    heard = lines or [(one.message_id, "") for one in thinking.heard]
    return ground(commands, heard, now=_local(thinking), knowledge=())


def closed_answers(thinking: Thinking) -> dict[str, Any]:
    if any(command.command == "handoff" for command in thinking.guarded):
        return {}
    commands = closed.consumed(_hearing(thinking))
    held = ground(commands, thinking.lines, now=_local(thinking), knowledge=())
    return {"commands": held or None}


def understood(thinking: Thinking) -> dict[str, Any]:
    assert thinking.rows is not None
    keys = [entry.key for entry in thinking.rows.knowledge.entries]
    understanding = understand(_hearing(thinking), thinking.lines, keys)
    hard = _grounded(thinking, thinking.lines, thinking.guarded)
    return {"commands": [*hard, *understanding.commands], "tier": understanding.tier}


def _hearing(thinking: Thinking) -> Hearing:
    rows = thinking.rows
    assert rows is not None

    def search(text: str) -> str | None:
        hits = rows.knowledge.search(text)
        thinking.hits[:] = hits
        return hits[0].key if hits and hits[0].score >= ACCEPT else None

    return Hearing(
        lines=[text for _, text in thinking.lines],
        now=_local(thinking),
        dialogue=rows.dialogue,
        family=rows.family,
        search=search,
    )


def _local(thinking: Thinking) -> datetime:
    """Days and hours are the unit's, not UTC's."""
    assert thinking.rows is not None
    return thinking.now.astimezone(thinking.rows.facts.calendar.tz)


def decided(thinking: Thinking) -> dict[str, Any]:
    rows = thinking.rows
    assert rows is not None
    decision = decide(
        rows.dialogue,
        rows.family,
        thinking.commands or (),
        rows.facts.calendar,
        _local(thinking),
    )
    return {"decision": decision}


def spoken(thinking: Thinking) -> dict[str, Any]:
    rows, decision = thinking.rows, thinking.decision
    assert rows is not None
    assert decision is not None
    return {"segments": _speaker(rows, decision.dialogue, thinking).speak(decision.acts)}


def _speaker(rows: Rows, dialogue: Dialogue, thinking: Thinking) -> Speaker:
    return Speaker(
        facts=rows.facts,
        family=_after(rows, thinking.decision),
        texts=rows.texts,
        dialogue=dialogue,
        entries={entry.key: entry for entry in rows.knowledge.entries},
    )


def _after(rows: Rows, decision: Decision | None) -> Any:
    return decision.family if decision is not None else rows.family


def verified(thinking: Thinking) -> dict[str, Any]:
    """Nothing unbacked leaves: a safe text instead, and a person is called."""
    found = alarms(thinking.segments)
    if not found:
        return {}
    log.error("reply refused: %s", "; ".join(found))
    rows, decision = thinking.rows, thinking.decision
    assert rows is not None
    assert decision is not None
    handoff = StartHandoff("system", summary(rows.family))
    safe = Decision(decision.dialogue, (Act("trouble"),), (handoff,), rows.family)
    speaker = _speaker(rows, decision.dialogue, thinking)
    return {"decision": safe, "segments": speaker.speak(safe.acts)}
