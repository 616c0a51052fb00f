"""Plays a scenario: the parent's messages go through the real webhook, the turn and the sender are
the product's own, and the reply is read from what the gateway was given.

One scenario is one transaction that is rolled back, so that each has the unit to itself. The clock
is the scenario's: doors ask `timezone.now()`, everything below is told.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import override_settings

from benchmarks.answers import bodies, costs, expectations
from benchmarks.answers.family import Family
from benchmarks.answers.parent import ScriptedParent
from benchmarks.answers.scenarios import FOLDER, Scenario, Step, span
from benchmarks.answers.talk import Reply, Utterance
from benchmarks.answers.violations import Sent, Violation, Watch
from conversations import handoff, outbox, sender, turn
from conversations.models import Conversation, Message, Turn
from conversations.whatsapp.base import gateway
from leads.qualification import is_qualified
from scheduling.models import Visit
from tests import door

TOKEN = "a-token-for-the-benchmark"
INSTANCE = "vila-a"
MOST_BURSTS = 40
WHILE_WRITING = timedelta(seconds=1)
QUIET = timedelta(seconds=11)  # longer than any burst may last
SETTINGS = {
    "EVOLUTION_WEBHOOK_TOKEN": TOKEN,
    "WHATSAPP_GATEWAY": "conversations.whatsapp.memory.MemoryGateway",
    "ALLOWED_HOSTS": ["testserver"],
}


@dataclass
class Played:
    """What came of one run: of one scenario, by one seed, with one model under test."""

    scenario: str
    family: str
    seed: int
    bursts: int = 0
    messages: int = 0
    completed_after: int | None = None  # the parent's messages until all was known and booked
    failures: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    handoff: tuple[str, str] = ("", "")  # expected, found
    tiers: dict[str, int] = field(default_factory=dict)
    spent: costs.Spent = field(default_factory=costs.Spent)
    transcript: list[tuple[str, str]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.failures and not self.violations

    def as_row(self) -> dict[str, Any]:
        """As JSON; what was said is kept where something went wrong."""
        kept = asdict(self) | {"passed": self.passed}
        return kept | ({"transcript": []} if self.passed else {})


Model = Callable[[Utterance], None]  # is told what a perfect model would understand


def play(
    scenario: Scenario, seed: int, hint: Model = lambda _: None, phrases: Path | None = None
) -> Played:
    """Needs a migrated database with the unit seeded; leaves it as it was."""
    with _alone(scenario) as clock:
        return _Run(scenario, seed, clock, hint, phrases or FOLDER / "phrases.toml").played()


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@contextmanager
def _alone(scenario: Scenario) -> Iterator[Clock]:
    clock = Clock(scenario.clock)
    with (
        override_settings(**SETTINGS),
        patch("django.utils.timezone.now", clock),
        transaction.atomic(),
    ):
        try:
            yield clock
        finally:
            transaction.set_rollback(True)


class _Run:
    def __init__(
        self, scenario: Scenario, seed: int, clock: Clock, hint: Model, phrases: Path
    ) -> None:
        self._scenario, self._clock, self._hint = scenario, clock, hint
        self._parent = ScriptedParent(scenario, seed, phrases)
        self._played = Played(scenario.name, scenario.family, seed)
        self._family = Family(scenario, clock.now)
        self._watch, self._heard = Watch(), Utterance()
        self._turns: list[costs.Said] = []
        self._outbox: list[Any] = gateway().outbox  # type: ignore[attr-defined]

    def played(self) -> Played:
        self._outbox.clear()
        utterance = self._parent.opens()
        while utterance is not None and self._played.bursts < MOST_BURSTS:
            reply = self._burst(utterance)
            if self._over(utterance.step):
                break
            utterance = self._parent.answers(reply)
        self._judge()
        return self._played

    def _over(self, step: Step) -> bool:
        """Staff have it, and the script has nothing that happens then."""
        if self._parent.has_more or step.staff:
            return False
        return self._conversation.mode != Conversation.Mode.BOT

    # one burst

    def _burst(self, utterance: Utterance) -> Reply:
        step = utterance.step
        self._clock.pass_(span(step.after) if step.after else self._pause())
        if step.rival:
            self._family.rival_takes(self._offered(), self._clock.now)
        if step.staff:
            return self._staff(step)
        theirs = self._has_staff()
        self._hint(utterance)
        self._heard = utterance
        for body in self._bodies(utterance):
            self._clock.pass_(WHILE_WRITING)
            self._post(body)
        before = self._newest()
        self._clock.pass_(QUIET)
        self._work()
        self._played.bursts += 1
        self._played.messages += len(utterance.lines) or 1
        sent = self._sent_after(before)
        self._look_at(utterance, sent, replies=0 if step.silent or theirs else 1)
        reply = _read(sent)
        self._turns.append(costs.Said("\n".join(utterance.lines), reply.text, reply.templates))
        return reply

    def _pause(self) -> timedelta:
        late = self._parent.dice.randint(12, 55) if "late" in self._scenario.does else 0
        return timedelta(minutes=late, seconds=self._parent.dice.randint(3, 40))

    def _bodies(self, utterance: Utterance) -> Iterator[dict[str, Any]]:
        kind, _, rest = utterance.step.send.partition(" ")
        if kind:
            yield self._family.body(bodies.media(kind, rest), self._clock.now)
        for line in utterance.lines:
            yield self._family.body(bodies.text(line), self._clock.now)

    def _post(self, body: dict[str, Any]) -> None:
        body["data"]["messageTimestamp"] = int(self._clock.now.timestamp())
        answer = door.post(f"/webhooks/evolution/{INSTANCE}/", body, TOKEN)
        if answer.status_code != 200:
            self._played.failures.append(f"the webhook answered {answer.status_code}")

    def _work(self) -> None:
        for claim in turn.claim_due(self._clock.now, 10):
            turn.answer(claim, self._clock)
        while claims := sender.claim_due(self._clock.now, 10):
            for one in claims:
                sender.send(one, self._clock)

    def _staff(self, step: Step) -> Reply:
        user, _ = get_user_model().objects.get_or_create(username="bia")
        pk = self._conversation.pk
        if step.staff == "take_over":
            handoff.take_over(pk, user, self._clock.now)
        elif step.staff == "reply":
            outbox.queue_staff_text(
                pk, user, "Oi, aqui é a Bia!", uuid.uuid4(), self._clock.now, seen_rev=None
            )
        else:
            last = step.staff == "answer_last"
            self._hint(self._heard)  # what was written to staff is heard now
            handoff.give_back(pk, user, self._clock.now, answer_last=last)
        before = self._newest()
        self._clock.pass_(QUIET)
        self._work()
        sent = [one for one in self._sent_after(before) if one.by_bot]
        self._record(sent)
        return _read(sent)

    # what is looked at

    @property
    def _conversation(self) -> Conversation:
        return Conversation.objects.select_related("lead").get(phone=self._family.phone)

    def _newest(self) -> int:
        return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _offered(self) -> list[str]:
        found: list[str] = self._conversation.dialogue.get("offers", [])
        return found

    def _sent_after(self, pk: int) -> list[Sent]:
        """What left for the phone, as the gateway was given it."""
        left = {one.provider_id: one.text for one in self._outbox}
        rows = Message.objects.filter(pk__gt=pk, direction="out", provider_id__in=left)
        return [
            Sent(left[row.provider_id], tuple(row.segments), row.author == Message.Author.BOT)
            for row in rows.order_by("pk")
        ]

    def _has_staff(self) -> bool:
        """Whether the team was called before: then silence is what is right."""
        rows = Conversation.objects.filter(phone=self._family.phone)
        return rows.exclude(mode=Conversation.Mode.BOT).exists()

    def _look_at(self, utterance: Utterance, sent: list[Sent], *, replies: int) -> None:
        said = "\n".join(utterance.lines) or f"<{utterance.step.send}>"
        self._played.transcript.append(("parent", said))
        self._record(sent)
        conversation = self._conversation
        now = self._clock.now
        self._played.violations += self._watch.look(sent, now, conversation, replies=replies)
        self._played.failures += expectations.of_reply(utterance, sent)
        if self._played.completed_after is None and _is_complete(conversation):
            self._played.completed_after = self._played.messages

    def _record(self, sent: list[Sent]) -> None:
        self._played.transcript += [("bot" if one.by_bot else "staff", one.text) for one in sent]

    def _judge(self) -> None:
        conversation = self._conversation
        replies = [
            segment["template"]
            for message in conversation.messages.filter(author=Message.Author.BOT).order_by("pk")
            for segment in message.segments
        ]
        self._played.failures += expectations.of_end(
            self._scenario, self._parent.told, conversation, replies, self._played.messages
        )
        self._played.spent = costs.of(conversation, self._turns)
        found = conversation.handoffs.values_list("reason", flat=True).first() or ""
        self._played.handoff = (self._scenario.expect.handoff, found)
        for tier in Turn.objects.filter(conversation=conversation).values_list("tier", flat=True):
            self._played.tiers[tier] = self._played.tiers.get(tier, 0) + 1


def _is_complete(conversation: Conversation) -> bool:
    lead = conversation.lead
    booked = Visit.objects.filter(lead=lead, status__in=Visit.ACTIVE).exists()
    return booked and is_qualified(lead)


def _read(sent: list[Sent]) -> Reply:
    ours = [one for one in sent if one.by_bot]
    return Reply(
        "\n\n".join(one.text for one in ours),
        tuple(segment["template"] for one in ours for segment in one.segments),
    )
