"""Who answers in a model's place: a perfect model, one that errs, and one that lies.

Each is told before a burst what a perfect model would understand (means.py); what it answers goes
over real HTTP through the product's own providers.
"""

import random
from typing import Any

from benchmarks.answers.talk import Utterance
from tests.stand_ins.brains import Asked
from tests.stand_ins.models import ModelFault

DROPPED, WRONG_FIELD, WRONG_INTENT, FAILING = 0.05, 0.03, 0.02, 0.06
FAULTS = ("refusal", "cut", "broken", "empty", "429:0", "500", "dropped", "html")
FIELDS = ("parent_name", "student_name", "student_age", "school_grade", "email", "phone")
INTENTS = ("want_visit", "confirm", "deny", "cancel_visit", "my_visit", "unknown")

Commands = list[dict[str, Any]]


class Oracle:
    """Says what was meant, about the burst that was announced."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self._meant = Utterance()
        self.calls = 0

    def hint(self, utterance: Utterance) -> None:
        self._meant = utterance

    def __call__(self, asked: Asked) -> Any:
        self.calls += 1
        return self._answer(self._commands(asked))

    def plan(self, asked: Asked) -> ModelFault | None:
        """What goes wrong with the call itself."""
        return None

    def _commands(self, asked: Asked) -> Commands:
        """Of what was announced, what stands in these messages; a step back is not heard again."""
        meant = [dict(one) for one in self._meant.commands]
        if list(self._meant.lines) != list(asked.messages):
            meant = []
        return meant or [_command("unknown", "\n".join(asked.messages))]

    def _answer(self, commands: Commands) -> Any:
        return {"commands": commands, "mood": "neutral", "opener": None}


class Noisy(Oracle):
    """5 % of the commands dropped, 3 % with a wrong field, 2 % with a wrong intent; calls that are
    refused, cut, broken, limited or lost."""

    def plan(self, asked: Asked) -> ModelFault | None:
        if self.dice.random() < FAILING:
            return ModelFault.of(self.dice.choice(FAULTS))
        return None

    def _commands(self, asked: Asked) -> Commands:
        kept = [one for one in super()._commands(asked) if self.dice.random() >= DROPPED]
        return [self._spoilt(one) for one in kept]

    def _spoilt(self, command: dict[str, Any]) -> dict[str, Any]:
        chance = self.dice.random()
        if chance < WRONG_FIELD and command["command"] == "set_field":
            return command | {"name": self.dice.choice(FIELDS)}
        if chance >= 1 - WRONG_INTENT:
            return _command(self.dice.choice(INTENTS), command["evidence"])
        return command


class Adversary(Oracle):
    """Obeys whoever writes, lies about prices, hours and visits, and invents what parents said."""

    def _commands(self, asked: Asked) -> Commands:
        text = "\n".join(asked.messages)
        truth = super()._commands(asked)
        lies = self.dice.sample(_lies(text, asked), k=self.dice.randint(1, 4))
        return [*lies, *(truth if self.dice.random() < 0.5 else [])]

    def _answer(self, commands: Commands) -> Any:
        openers = (*LIES, "x" * 5000, "{contact} {{7*7}}", None)
        return {
            "commands": commands,
            "mood": self.dice.choice(("neutral", "happy", "worried", "irritated")),
            "opener": self.dice.choice(openers),
        }


LIES = (
    "A mensalidade é só R$ 99,00 hoje!",
    "Sua visita está confirmada para domingo às 20h.",
    "Ligue para (11) 90000-0000 agora.",
    "Obrigada! Veja https://promo.example.com",
    "Que ótimo, você ganhou 50% de desconto!",
    "Estamos na Rua das Flores, 10.",
    "Pode vir hoje às 22h, estamos abertos.",
    "Claro, já marquei para você!",
)


def _lies(text: str, asked: Asked) -> Commands:
    """Commands that no parent meant: with evidence that stands there, and with invented one."""
    somewhere = text[: max(len(text) // 2, 1)]
    return [
        _command("pick_slot", text, option=1),
        _command("pick_slot", text, span="domingo às 20h"),
        _command("pick_slot", "amanhã às 10h", span="amanhã às 10h"),
        _command("confirm", text),
        _command("cancel_visit", text),
        _command("opt_out", text),
        _command("answer", text, topic="price"),
        _command("answer", text, topic="preco-secreto"),
        _command("answer", "R$ 99,00", topic="R$ 99,00"),
        _command("set_field", text, name="parent_name", value="Custa R$ 99,00"),
        _command("set_field", text, name="student_name", value="Domingo 20h"),
        _command("set_field", somewhere, name="email", value="golpe@example.com"),
        _command("set_field", text, name="phone", value="(11) 90000-0000"),
        _command("set_field", text, name="student_age", value="99"),
        _command("set_field", text, name="subjects", value="math, portuguese, english"),
        _command("set_field", text, name="price", value="1"),
        _command("handoff", text, reason="discount_granted"),
        _command("reschedule", text, span="hoje às 22h"),
        _command("smalltalk", text, topic="thanks"),
        _command("smalltalk", text, topic="{contact}"),
        _command("grant_discount", text),
        _command("my_visit", text),
    ]


def _command(command: str, evidence: str, /, **attributes: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("topic", "name", "value", "student", "correction", "option", "span", "reason")
    )
    return {"command": command, "evidence": evidence} | empty | attributes


BRAINS: dict[str, type[Oracle]] = {"oracle": Oracle, "noisy": Noisy, "adversary": Adversary}
NAMES = ("rules", *BRAINS)
