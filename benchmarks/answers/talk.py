"""What goes to and fro: a burst of the parent's, and the reply that reached the phone."""

import re
from dataclasses import dataclass, field
from typing import Any

from benchmarks.answers.scenarios import Step

_OPTION = re.compile(r"^(\d)\) (.+)$", re.MULTILINE)
_PLAIN_QUESTION = {
    "ask_student_age_self": "student_age",
    "ask_preference_for_classes": "preference_for_classes",
    "ask_which_slot": "slot",
    "ask_slot_or_cancel": "slot",
    "ask_slot_again": "slot",
}


@dataclass(frozen=True)
class Reply:
    """What reached the phone after the last burst; empty when nothing did."""

    text: str = ""
    templates: tuple[str, ...] = ()

    @property
    def question(self) -> str | None:
        """What was asked last: a field, or slot, other_slot, cancel, move, visit_invite …"""
        asked = [name for name in self.templates if name.startswith("ask_")]
        if not asked:
            return "visit_invite" if "visit_invite" in self.templates else None
        name = asked[-1].removesuffix("_example")
        return _PLAIN_QUESTION.get(name, name.removeprefix("ask_"))

    @property
    def options(self) -> list[str]:
        return [line for _, line in _OPTION.findall(self.text)]


@dataclass(frozen=True)
class Utterance:
    """A burst: its messages, and what a perfect model would understand."""

    lines: tuple[str, ...] = ()
    commands: tuple[dict[str, Any], ...] = ()
    step: Step = field(default_factory=Step)

    def beside(self, other: "Utterance") -> "Utterance":
        return Utterance(self.lines + other.lines, self.commands + other.commands, other.step)
