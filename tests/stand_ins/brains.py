"""Who answers in a stand-in model's place: any callable from what was asked to an answer.

    def brain(asked: Asked) -> dict: ...  # {"commands": […], "mood": "neutral", "opener": None}

`asked.messages` is the burst, `asked.talk` the conversation's id, `asked.state` what the prompt
says of the dialogue. A brain may raise or return anything: it is the product that must stay calm.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

Brain = Callable[["Asked"], Any]


@dataclass(frozen=True)
class Asked:
    """One question as the product put it to a model."""

    model: str
    system: str  # the fixed part
    text: str  # the turn's part, as sent
    schema: dict[str, Any]  # the JSON schema of the answer
    state: dict[str, Any] = field(default_factory=dict)
    history: tuple[dict[str, str], ...] = ()  # {"parent": "oi"}, oldest first
    messages: tuple[str, ...] = ()  # the burst

    @property
    def talk(self) -> int | None:
        """The conversation's primary key."""
        return self.state.get("talk")


def read(model: str, system: str, text: str, schema: dict[str, Any]) -> Asked:
    """What templates/agent/turn.txt holds, taken apart again."""
    history = [json.loads(line) for line in _between("history", text).splitlines() if line]
    return Asked(
        model,
        system,
        text,
        schema,
        json.loads(_between("state", text) or "{}"),
        tuple(history),
        tuple(json.loads(_between("messages", text) or "[]")),
    )


def _between(tag: str, text: str) -> str:
    found = re.search(rf"<{tag}>\n(.*?)\n?</{tag}>", text, re.DOTALL)
    return found[1].strip() if found else ""


def load(path: str) -> Brain:
    """ "package.module:name" """
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def nothing(asked: Asked) -> dict[str, Any]:
    """Understands nothing at all."""
    return {"commands": [], "mood": "neutral", "opener": None}


def by_rules(asked: Asked) -> dict[str, Any]:
    """Answers as our own tier without a model would: good enough for a demonstration."""
    from django.utils import timezone

    from conversations.agent.dialogue import Dialogue
    from conversations.agent.hearing import Hearing
    from conversations.agent.rules import Rules
    from conversations.agent.situation import Family, StudentFacts, VisitFacts

    now = timezone.localtime()
    state = asked.state
    dialogue = Dialogue(
        asked=state.get("asked"), offers=[now.isoformat()] * len(state.get("offers", []))
    )
    family = Family(
        lead=0,
        students=tuple(
            StudentFacts(one["student"], one["name"]) for one in state.get("students", [])
        ),
        visit=VisitFacts(0, now, "booked") if state.get("visit") else None,
    )
    hearing = Hearing(list(asked.messages), now, dialogue, family, _search)
    answer = Rules().understand(hearing).answer
    return answer | {"commands": [_whole(one) for one in answer["commands"]]}


def _whole(command: dict[str, Any]) -> dict[str, Any]:
    """With every attribute, as a strict schema makes models write it."""
    names = ("topic", "name", "value", "student", "correction", "option", "span", "reason")
    return {"evidence": ""} | dict.fromkeys(names) | command


def _search(text: str) -> str | None:
    from conversations.knowledge.index import ACCEPT

    hits = _knowledge().search(text)
    return hits[0].key if hits and hits[0].score >= ACCEPT else None


@cache
def _knowledge() -> Any:
    from conversations.knowledge.index import KnowledgeIndex
    from conversations.knowledge.seed_files import read_entries

    return KnowledgeIndex(read_entries())


@dataclass
class Scripted:
    """Says what a test has written down: by message, else `otherwise`."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    otherwise: Brain = nothing
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Any:
        self.asked.append(asked)
        for message in asked.messages:
            if message in self.answers:
                return self.answers[message]
        return self.otherwise(asked)


def command(command_name: str, evidence: str, /, **attributes: Any) -> dict[str, Any]:
    return _whole({"command": command_name, "evidence": evidence} | attributes)


def answer(*commands: dict[str, Any], mood: str = "neutral", opener: str | None = None) -> Any:
    return {"commands": list(commands), "mood": mood, "opener": opener}
