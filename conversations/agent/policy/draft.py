"""A decision in the making: the steps of the policy write to it, in order."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import Effect
from conversations.agent.situation import Family
from scheduling.slots import Calendar


@dataclass(frozen=True)
class Act:
    """One thing to say: a text in templates/whatsapp and the plain values it speaks of."""

    text: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    dialogue: Dialogue
    acts: tuple[Act, ...]
    effects: tuple[Effect, ...]
    family: Family  # as it is once the effects are applied


class Draft:
    """`family` is kept as it will be once the effects are applied."""

    def __init__(
        self, dialogue: Dialogue, family: Family, calendar: Calendar, now: datetime
    ) -> None:
        self.dialogue = copy.deepcopy(dialogue)
        self.was_asked = dialogue.asked
        self.family = family
        self.calendar = calendar
        self.now = now
        self.acts: list[Act] = []
        self.effects: list[Effect] = []
        self.asking = False  # a turn ends with one question at most
        self.finished = False  # nothing more is said after this
        self.settled = False  # the visit has been spoken of
        self.learned: list[str] = []  # fields that this turn has set

    def say(self, text: str, **args: Any) -> None:
        self.acts.append(Act(text, args))

    def says(self, text: str) -> bool:
        return any(act.text == text for act in self.acts)

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def ask(self, question: str, text: str, **args: Any) -> None:
        self.say(text, **args)
        self.dialogue.ask(question)
        self.asking = True

    def finish(self) -> None:
        self.finished = True

    def decision(self) -> Decision:
        if not self.asking:
            self.dialogue.close_question()
        self.dialogue.bot_turns += bool(self.acts)
        return Decision(self.dialogue, tuple(self.acts), tuple(self.effects), self.family)
