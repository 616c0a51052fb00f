"""Texts for parents: staff's version where one holds, else the file in templates/whatsapp.

A text has several wordings, separated by a line with only `---`. Placeholders are plain names in
braces; nothing else in a text is evaluated, so staff may write anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from conversations.models import TextOverride

FOLDER = Path(settings.BASE_DIR) / "templates" / "whatsapp"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SEPARATOR = re.compile(r"^---\s*$", re.MULTILINE)

RowRef = tuple[str, int | None]  # model name and primary key: the row a value came from


class TextError(ValueError):
    """A text that can't be said: unknown name, or a placeholder nobody fills."""


@dataclass(frozen=True)
class Fact:
    """A value that may stand in a text, with the rows that back it."""

    value: str
    rows: tuple[RowRef, ...] = ()


@dataclass(frozen=True)
class Segment:
    """One paragraph of a reply, with its provenance: template, wording, and the facts filled in."""

    template: str
    wording: int
    source: str
    args: Mapping[str, Fact] = field(default_factory=dict)
    override: int | None = None  # primary key of the TextOverride it came from

    @property
    def text(self) -> str:
        return render(self.source, {name: fact.value for name, fact in self.args.items()})

    def backed_by(self, made: Mapping[str, int]) -> "Segment":
        """With the keys of rows that were made only after the text was chosen."""

        def filled(fact: Fact) -> Fact:
            rows = tuple(
                (model, made.get(model) if key is None else key) for model, key in fact.rows
            )
            return Fact(fact.value, rows)

        return replace(self, args={name: filled(fact) for name, fact in self.args.items()})

    def as_json(self) -> dict[str, Any]:
        return {
            "template": self.template,
            "wording": self.wording,
            "override": self.override,
            "args": {
                name: {"value": fact.value, "rows": [list(row) for row in fact.rows]}
                for name, fact in self.args.items()
            },
        }


def placeholders(source: str) -> set[str]:
    return set(_PLACEHOLDER.findall(source))


def render(source: str, values: Mapping[str, str]) -> str:
    missing = placeholders(source) - values.keys()
    if missing:
        raise TextError(f"nobody fills {', '.join(sorted(missing))}")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], source)


def split_wordings(content: str) -> list[str]:
    return [wording for part in _SEPARATOR.split(content) if (wording := part.strip())]


@cache
def from_file(name: str) -> tuple[str, ...]:
    """The wordings of templates/whatsapp/<name>.txt; raises TextError for an unknown name."""
    path = FOLDER / f"{name}.txt"
    if not path.is_file():
        raise TextError(f"no text {name!r} in templates/whatsapp")
    return tuple(split_wordings(path.read_text()))


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


class Texts:
    """All texts as they hold at one moment."""

    def __init__(self, overrides: Mapping[str, tuple[int, list[str]]]) -> None:
        self._overrides = overrides

    @classmethod
    def load(cls, now: datetime) -> Self:
        """Staff's versions that hold at `now`, in one query."""
        return cls(
            {
                row.name: (row.pk, split_wordings(row.wordings))
                for row in TextOverride.objects.at(now)
            }
        )

    def segment(self, name: str, args: Mapping[str, Fact], *, said_before: int | None) -> Segment:
        """The next wording of a text after the one said before, filled with `args`."""
        override, wordings = self._overrides.get(name, (None, list(from_file(name))))
        wording = 0 if said_before is None else (said_before + 1) % len(wordings)
        source = wordings[wording]
        used = {key: fact for key, fact in args.items() if key in placeholders(source)}
        return Segment(name, wording, source, used, override)
