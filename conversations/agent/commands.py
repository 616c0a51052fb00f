"""What a message asks for: the one flat shape that every tier of understanding answers in.

The schema in commands.schema.json is sent to models as it is; `parse` reads what comes back, from a
model or from the tier without one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from conversations.agent.readers.dates import When

SCHEMA_FILE = Path(__file__).with_name("commands.schema.json")


class BadAnswer(ValueError):
    """An answer that does not follow the schema: the next tier is asked instead."""


@dataclass(frozen=True)
class Command:
    """One thing understood. `evidence` stands in the parent's text; unused attributes are None."""

    command: str
    evidence: str = ""
    topic: str | None = None
    name: str | None = None
    value: str | None = None
    student: int | None = None
    correction: bool = False
    option: int | None = None
    span: str | None = None
    reason: str | None = None
    when: When | None = None  # the span as our own reader reads it; set by grounding
    unwanted: tuple[int, ...] = ()  # weekdays that the span denies; set by grounding
    normal: Any = None  # a field's normal form; set by grounding
    message_id: int | None = None  # where it was said; set by grounding

    def as_json(self) -> dict[str, Any]:
        """Only what is set, as in the schema."""
        return {
            key: value
            for key in _SCHEMA_KEYS
            if (value := getattr(self, key)) not in (None, "", False)
        }


_GROUNDED = ("when", "unwanted", "normal", "message_id")
_TYPES: Mapping[str, type] = {"student": int, "option": int, "correction": bool}
_SCHEMA_KEYS = tuple(field.name for field in fields(Command) if field.name not in _GROUNDED)


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text())
    return loaded


@cache
def command_names() -> frozenset[str]:
    items = schema()["properties"]["commands"]["items"]
    return frozenset(items["properties"]["command"]["enum"])


def parse(answer: Any) -> list[Command]:
    """Commands from an answer that should follow the schema; raises BadAnswer."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("commands"), list):
        raise BadAnswer("no list of commands")
    return [_parse_one(item) for item in answer["commands"]]


def _parse_one(item: Any) -> Command:
    name = item.get("command") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or name not in command_names():
        raise BadAnswer("unknown command")
    known = {key: item[key] for key in _SCHEMA_KEYS if item.get(key) is not None}
    if isinstance(known.get("value"), int):  # an age, as models like to write it
        known["value"] = str(known["value"])
    for key, given in known.items():
        if type(given) is not _TYPES.get(key, str):
            raise BadAnswer(f"{key} is no {_TYPES.get(key, str).__name__}")
        if isinstance(given, str) and not _storable(given):
            raise BadAnswer(f"{key} is no text")
    return Command(**known)


def _storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair; JSON can write both."""
    return not re.search("[\0\ud800-\udfff]", text)
