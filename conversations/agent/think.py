"""One turn's thinking: a LangGraph run over plain values; the rows are the state.

gather → guard → closed answers → understand → ground → decide → speak → verify
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal, Protocol

from conversations.agent import nodes
from conversations.agent.commands import schema
from conversations.agent.effects import Effect
from conversations.agent.gather import gather
from conversations.agent.intents import classify
from conversations.agent.nodes import Thinking
from conversations.agent.policy import Act
from conversations.agent.situation import Heard
from conversations.knowledge import store
from conversations.llm import tiers
from conversations.llm.tracing import untraced
from conversations.models import Conversation
from conversations.texts import Segment


@dataclass(frozen=True)
class Thought:
    """A reply and what goes with it; no segments means that nothing is said."""

    segments: Sequence[Segment]
    effects: Sequence[Effect]
    dialogue: Mapping[str, Any]
    tier: str
    trace: Mapping[str, Any]
    thinking: Thinking

    @property
    def calls(self) -> Sequence[int]:
        """The ledger's rows of the models that were asked."""
        understanding = self.thinking.understanding
        return understanding.calls if understanding else ()


def think(conversation: Conversation, heard: Sequence[Heard], now: datetime) -> Thought:
    """Thinks about a burst. Reads rows, writes none; no transaction may be open around it."""
    return _run(Thinking(conversation, heard, now))


def think_again(thought: Thought, now: datetime) -> Thought:
    """Decides anew about what was understood: a place was lost to somebody else meanwhile."""
    before = thought.thinking
    return _run(replace(before, now=now, rows=None, decision=None, segments=()))


def warm_up(now: datetime) -> None:
    """Builds what the first turn would otherwise wait for: the graph and the knowledge base."""
    _graph()
    classify("oi")
    for model in tiers.models():
        model.chain(schema())
    store.current(now).search("método")  # last: it needs the database


def limited(conversation: Conversation, now: datetime) -> Thought:
    """The polite text for a number that sends more than the unit's limit."""
    return _say_only("limited", conversation, now)


def _say_only(text: str, conversation: Conversation, now: datetime) -> Thought:
    rows = gather(conversation, now)
    thinking = Thinking(conversation, (), now, rows=rows)
    segments = nodes.speaker_for(rows, rows.dialogue, None).speak([Act(text)])
    return Thought(segments, (), rows.dialogue.as_json(), "rules", {"acts": [text]}, thinking)


def _run(thinking: Thinking) -> Thought:
    with untraced():
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
    understanding = done.understanding
    return {
        "tried": dict(understanding.tried) if understanding else {},
        "commands": [command.as_json() for command in done.commands or ()],
        "knowledge": [
            {"key": hit.key, "title": hit.title, "score": round(hit.score, 3)} for hit in done.hits
        ],
        "acts": [act.text for act in done.decision.acts],
        "timings_ms": {name: round(spent, 2) for name, spent in done.timings.items()},
    }


class Step(Protocol):
    __name__: str

    def __call__(self, state: Thinking) -> dict[str, Any]: ...


def _node(*steps: Step) -> Step:
    """Steps that follow each other in any case are one node: LangGraph costs a third of a
    millisecond for each."""

    def run(state: Thinking) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for step in steps:
            began = time.perf_counter()
            added = step(state)
            spent = {step.__name__: (time.perf_counter() - began) * 1000}
            added["timings"] = state.timings | spent
            state = replace(state, **added)
            known |= added
        return known

    return run


@cache
def _graph() -> Any:
    from langgraph.graph import END, START, StateGraph  # heavy: only who thinks pays for it

    graph = StateGraph(Thinking)
    graph.add_node("hear", _node(nodes.gathered, nodes.guarded, nodes.closed_answers))
    graph.add_node("understand", _node(nodes.understood))
    graph.add_node("decide", _node(nodes.decided))
    graph.add_node("speak", _node(nodes.spoken, nodes.verified))
    graph.add_edge(START, "hear")
    graph.add_conditional_edges("hear", _next)
    graph.add_edge("understand", "decide")
    graph.add_edge("decide", "speak")
    graph.add_edge("speak", END)
    return graph.compile()


def _next(state: Thinking) -> Literal["understand", "decide"]:
    """Once the commands are known there is nothing left to understand."""
    return "understand" if state.commands is None else "decide"
