"""What a model is told: a fixed part, the same for all turns, and this turn's state and words.

The texts are files in templates/agent. Whatever a family wrote stands in JSON between tags, with
every `<` escaped, so that no message can end its own fence.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from conversations.agent.commands import SCHEMA_FILE, schema
from conversations.agent.hearing import Hearing
from conversations.agent.situation import Family, StudentFacts
from conversations.agent.wording import first_name, moment
from conversations.knowledge.index import Entry
from conversations.llm.base import Prompt
from conversations.models import Conversation, Message
from conversations.texts import render
from leads.statements import Query, Slot

FOLDER = Path(settings.BASE_DIR) / "templates" / "agent"
LATEST = 6  # messages that were said before
LONGEST = 300  # characters of each
# What announces that a person takes over is over, once they have given back.
OF_HANDOFF = ("handoff_", "staff_")

_LATEST = Query(
    Message.objects.filter(conversation=Slot("conversation"), deleted_at=None, awaits_answer=False)
    .exclude(text="")
    .order_by("-rev")
    .values_list("author", "text", "segments")[:LATEST]
)


@dataclass(frozen=True)
class Talk:
    """What was said before the burst, as (author, text), and whether the team has just finished."""

    conversation: int
    said: Sequence[tuple[str, str]] = ()
    team_finished: bool = False


def talk(conversation: Conversation, *, anew: bool) -> Talk:
    """In one query. `anew`: the session is over, so nothing that was said before counts."""
    finished = bool(conversation.dialogue.get("handed_back"))
    if anew:
        return Talk(conversation.pk, (), finished)
    latest = _LATEST.all(conversation=conversation.pk)
    said = [
        (author, text[:LONGEST])
        for author, text, segments in reversed(latest)
        if not _of_handoff(segments)
    ]
    return Talk(conversation.pk, said, finished)


def _of_handoff(segments: Sequence[dict[str, Any]]) -> bool:
    return any(str(one.get("template")).startswith(OF_HANDOFF) for one in segments)


def build(hearing: Hearing, before: Talk, entries: Sequence[Entry]) -> Prompt:
    fixed, version = _fixed(tuple(entries))
    turn = render(
        _file("turn"),
        {
            "state": _json(_state(hearing, before)),
            "history": "\n".join(_json({author: text}) for author, text in before.said),
            "messages": _json(list(hearing.lines)),
        },
    )
    return Prompt(fixed, turn, schema(), version, before.conversation)


@lru_cache(maxsize=2)
def _fixed(entries: tuple[Entry, ...]) -> tuple[str, str]:
    """The fixed part and its version: a hash of every word that no turn changes."""
    knowledge = "\n".join(f"- {one.key}: {one.title}. {one.body}" for one in entries)
    fixed = _file("system").replace("{knowledge}", knowledge)
    everything = fixed + _file("turn") + SCHEMA_FILE.read_text()
    return fixed, hashlib.sha256(everything.encode()).hexdigest()[:12]


@cache
def _file(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text().strip()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _state(hearing: Hearing, before: Talk) -> dict[str, Any]:
    """No phone and no e-mail: whether they are known is enough."""
    dialogue, family = hearing.dialogue, hearing.family
    state: dict[str, Any] = {
        "talk": before.conversation,
        "now": moment(hearing.now),
        "asked": dialogue.asked,
        "offers": [
            f"{number}) {moment(datetime.fromisoformat(offer))}"
            for number, offer in enumerate(dialogue.offers, start=1)
        ],
        "visit": moment(family.visit.starts_at) if family.visit else None,
        "known": _known(family),
        "students": [_student(one) for one in family.students],
    }
    if before.team_finished:
        state["note"] = "the team has just finished talking with this parent; you read again"
    return state


def _known(family: Family) -> list[str]:
    fields = ("parent_name", "phone", "email", "schedule_preference")
    return [name for name in fields if getattr(family, name)]


def _student(one: StudentFacts) -> dict[str, Any]:
    return {
        "student": one.position,
        "name": "the parent" if one.is_parent else first_name(one.name),
        "age": one.age,
        "grade": one.grade,
        "subjects": list(one.subjects),
    }
