"""The steps of one turn's thinking, in reading order; think.py joins them to a graph.

Each takes what is known so far and returns what it adds. `commands` may be known early, or from a
first thought: then nothing is heard or understood again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversations.agent import closed, guard, opener
from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import StartHandoff
from conversations.agent.gather import Rows
from conversations.agent.gather import gather as gather_rows
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.policy import Act, Decision, decide
from conversations.agent.policy.summary import summary
from conversations.agent.prompt import Talk, talk
from conversations.agent.situation import Heard
from conversations.agent.speak import Speaker
from conversations.agent.understand import Burst, Understanding, understand
from conversations.agent.verify import alarms
from conversations.knowledge.index import ACCEPT, Hit
from conversations.llm import tiers
from conversations.models import Conversation, Message
from conversations.texts import Segment

log = logging.getLogger(__name__)

# Texts that greet, part or call a person, and stand alone.
OPENS_BY_ITSELF = ("greeting", "hello", "thanks", "bye", "handoff_", "opted_", "how_are_you")


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
    understanding: Understanding | None = None
    decision: Decision | None = None
    segments: Sequence[Segment] = ()
    hits: list[Hit] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)


def gathered(state: Thinking) -> dict[str, Any]:
    return {"rows": gather_rows(state.conversation, state.now)}


def guarded(state: Thinking) -> dict[str, Any]:
    """Words are cleaned; consent is settled here; other kinds of message become what they are."""
    if state.commands is not None:
        return {}
    lines = [(one.message_id, text) for one in state.heard if (text := guard.clean(_words(one)))]
    of_kinds = [command for one in state.heard for command in _of_kind(one)]
    commands = [*guard.heard([text for _, text in lines]), *of_kinds]
    consent = any(command.command == "opt_out" for command in commands)
    alone = consent or not lines
    update: dict[str, Any] = {"lines": lines, "guarded": commands}
    return update | ({"commands": _grounded(state, lines, commands)} if alone else {})


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


def closed_answers(state: Thinking) -> dict[str, Any]:
    if state.commands is not None or any(one.command == "handoff" for one in state.guarded):
        return {}
    commands = closed.consumed(_hearing(state))
    held = ground(commands, state.lines, now=_local(state), knowledge=())
    return {"commands": held or None}


def understood(state: Thinking) -> dict[str, Any]:
    assert state.rows is not None
    models = tiers.models()
    burst = Burst(
        _hearing(state),
        state.lines,
        state.rows.knowledge.entries,
        state.now,
        _talk(state) if models else None,
    )
    understanding = understand(burst, models)
    hard = _grounded(state, state.lines, state.guarded)
    if understanding.irritated and not any(one.command == "handoff" for one in hard):
        hard.append(Command("handoff", reason="irritated"))
    return {
        "commands": [*hard, *understanding.commands],
        "tier": understanding.tier,
        "understanding": understanding,
    }


def _talk(state: Thinking) -> Talk:
    assert state.rows is not None
    anew = state.conversation.session_expired(state.now, state.rows.facts.unit.session_minutes)
    return talk(state.conversation, anew=anew)


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


def decided(state: Thinking) -> dict[str, Any]:
    rows = state.rows
    assert rows is not None
    decision = decide(
        rows.dialogue,
        rows.family,
        state.commands or (),
        rows.facts.calendar,
        _local(state),
    )
    return {"decision": decision}


def spoken(state: Thinking) -> dict[str, Any]:
    rows, decision = state.rows, state.decision
    assert rows is not None
    assert decision is not None
    segments = speaker_for(rows, decision.dialogue, decision).speak(decision.acts)
    return {"segments": [*_opener(state, decision), *segments]}


def _opener(state: Thinking, decision: Decision) -> list[Segment]:
    """The model's few words come first, unless the reply greets or calls a person by itself."""
    understanding = state.understanding
    if understanding is None or not understanding.opener or not decision.acts:
        return []
    if any(act.text.startswith(OPENS_BY_ITSELF) for act in decision.acts):
        return []
    call = understanding.calls[-1] if understanding.calls else None
    return [opener.segment(understanding.opener, call)]


def speaker_for(rows: Rows, dialogue: Dialogue, decision: Decision | None) -> Speaker:
    """Speaks to the family as it will be once the decision is kept."""
    return Speaker(
        facts=rows.facts,
        family=decision.family if decision else rows.family,
        texts=rows.texts,
        dialogue=dialogue,
        entries={entry.key: entry for entry in rows.knowledge.entries},
    )


def verified(state: Thinking) -> dict[str, Any]:
    """Nothing unbacked leaves: a safe text instead, and a person is called."""
    found = alarms(state.segments)
    if not found:
        return {}
    log.error("reply refused: %s", "; ".join(found))
    rows, decision = state.rows, state.decision
    assert rows is not None
    assert decision is not None
    handoff = StartHandoff("system", summary(rows.family))
    safe = Decision(decision.dialogue, (Act("trouble"),), (handoff,), rows.family)
    speaker = speaker_for(rows, decision.dialogue, decision)
    return {"decision": safe, "segments": speaker.speak(safe.acts)}
