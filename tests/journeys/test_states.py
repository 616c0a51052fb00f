"""A conversation walks through all its states, in any order, on the real database.

Hypothesis chooses the steps: messages and their duplicates, turns that begin and end, what
overtakes them, people who take over and give back, a gateway that fails, acknowledgements in any
order, edits, deletions, claims that expire. After every step nothing may be lost, said twice, out
of order or said over a person.
"""

import itertools
from copy import deepcopy
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conversations import handoff, outbox, sender, turn
from conversations.agent.think import think
from conversations.models import Conversation, Message, Turn
from conversations.whatsapp import evolution
from tests.journeys.actors import Parent
from tests.stand_ins.faults import Fault

Status = Message.Status
TEXTS = ("Oi", "Quanto custa?", "Onde fica?", "8 anos", "Oi")
FAULTS = {
    "dropped": Fault.dropped,
    "dropped after accepting": Fault.dropped_after_accepting,
    "no key, accepted": lambda: Fault.answer(201, {}, accepted=True),
    "rate": lambda: Fault.failed(429, "Too many"),
    "disconnected": lambda: Fault.failed(400, ["Error: Connection Closed"]),
    "refused": lambda: Fault.graph(131047),
}
LATER = st.sampled_from([0.5, 3, 12, 40, 70])


class OneConversation(RuleBasedStateMachine):
    """`outside` is set by the test: the family, the gateway and a person of the team."""

    parent: Parent
    gateway = None
    staff = None
    turns = Bundle("turns")
    sends = Bundle("sends")

    def __init__(self):
        super().__init__()
        connection.savepoint_commit(connection.savepoint())
        self.savepoint = connection.savepoint()
        self.now = timezone.now()
        self.seen_turns, self.held_since, self.bodies = 0, None, []
        self.gateway.sent.clear()
        self.gateway.faults.clear()
        evolution.BREAKER._clock = lambda: self.now.timestamp()
        from django.core.cache import caches

        caches["default"].clear()

    def teardown(self):
        connection.savepoint_rollback(self.savepoint)

    # --- what the family does -------------------------------------------------------------------
    @initialize(text=st.sampled_from(TEXTS))
    def begin(self, text):
        self.family_writes(text)

    @rule(text=st.sampled_from(TEXTS))
    def family_writes(self, text):
        body = self.parent.body(text)
        self.bodies.append(body)
        self.parent.post(body)

    @rule(which=st.integers(0, 50))
    def duplicate(self, which):
        assert self.parent.post(deepcopy(self.bodies[which % len(self.bodies)])) == "duplicate"

    @rule(which=st.integers(0, 50), number=st.integers(0, 9))
    def edit(self, which, number):
        key = self.bodies[which % len(self.bodies)]["data"]["key"]
        data = {"key": key, "type": "MESSAGE_EDIT", "timestampMs": f"17950000{number}"}
        data["editedMessage"] = {"conversation": f"Quanto custa? {number}"}
        self.parent.post({"event": "messages.edited", "instance": "vila-a", "data": data})

    @rule(which=st.integers(0, 50))
    def delete(self, which):
        key = self.bodies[which % len(self.bodies)]["data"]["key"]
        self.parent.post({"event": "messages.delete", "instance": "vila-a", "data": key})

    # --- what `work` does -----------------------------------------------------------------------
    @rule(target=turns, later=LATER, text=st.none() | st.sampled_from(TEXTS))
    def turn_begins(self, later, text):
        if text:
            self.family_writes(text)
        self.now += timedelta(seconds=later)
        return list(turn.claim_due(self.now, 10))

    @rule(claims=consumes(turns))
    def turn_ends(self, claims):
        for claim in claims:
            turn.answer(claim, lambda: self.now)

    @rule(claims=consumes(turns))
    def turn_was_overtaken_while_it_thought(self, claims):
        for claim in claims:
            heard = turn.unanswered(self.talk)
            if not heard or self.talk.mode != Conversation.Mode.BOT:
                continue
            thought = think(self.talk, [turn._heard(each) for each in heard], self.now)
            self.family_writes("E mais uma coisa")
            turn._keep(thought, claim, heard, self.now, self.now)

    @rule(claims=consumes(turns))
    def turn_outlives_its_claim(self, claims):
        """Another process takes it while the first still thinks; only one of both is kept."""
        for claim in claims:
            heard = turn.unanswered(self.talk)
            if not heard or self.talk.mode != Conversation.Mode.BOT:
                continue
            thought = think(self.talk, [turn._heard(each) for each in heard], self.now)
            self.now += turn.LEASE
            self.turn_ends(turn.claim_due(self.now, 10))
            turn._keep(thought, claim, heard, self.now, self.now)

    @rule(claims=consumes(turns))
    def turn_dies(self, claims):
        """Its claim expires by the clock."""

    @rule(target=sends, later=LATER)
    def send_begins(self, later):
        self.now += timedelta(seconds=later)
        return list(sender.claim_due(self.now, 10))

    @rule(claims=consumes(sends), fault=st.none() | st.sampled_from(sorted(FAULTS)))
    def send_ends(self, claims, fault):
        if fault:
            self.gateway.faults.append(FAULTS[fault]())
        for claim in claims:
            sender.send(claim, lambda: self.now)
        self.gateway.faults.clear()

    @rule(claims=consumes(sends), arrived=st.booleans())
    def sender_dies(self, claims, arrived):
        for claim in claims:
            message = Message.objects.get(pk=claim.message_id)
            if sender._begin(claim, self.now) and arrived and message.status == Status.QUEUED:
                self.gateway.accept({"number": self.parent.jid, "text": message.text})

    # --- what WhatsApp tells --------------------------------------------------------------------
    @precondition(lambda self: self.gateway.sent)
    @rule(which=st.integers(0, 50))
    def echo(self, which):
        sent = self.gateway.sent[which % len(self.gateway.sent)]
        self.parent.post({"event": "send.message", "instance": "vila-a", "data": sent})

    @precondition(lambda self: self.gateway.sent)
    @rule(which=st.integers(0, 50), status=st.sampled_from(["SERVER_ACK", "READ", "DELIVERY_ACK"]))
    def acknowledgement(self, which, status):
        key = self.gateway.sent[which % len(self.gateway.sent)]["key"]
        update = {"keyId": key["id"], "remoteJid": key["remoteJid"], "status": status}
        self.parent.post({"event": "messages.update", "instance": "vila-a", "data": update})

    # --- what the team does ---------------------------------------------------------------------
    @rule(seldom=st.sampled_from([False, False, True]))
    def take_over(self, seldom):
        taken = seldom and handoff.take_over(self.talk.pk, self.staff, self.now)
        if taken and self.held_since is None:
            self.held_since = len(self.gateway.sent)

    @rule()
    def back_to_the_bot(self):
        """The bot hands over by itself often enough; without this it would soon be silent."""
        self.give_back(answer_last=True)

    @rule(answer_last=st.booleans())
    def give_back(self, answer_last):
        handoff.give_back(self.talk.pk, self.staff, self.now, answer_last=answer_last)
        self.held_since = None

    @rule(text=st.sampled_from(["Oi, aqui é a Bia", "Ok!"]), key=st.uuids())
    def staff_reply(self, text, key):
        try:
            for _ in range(2):  # a browser that sends again
                outbox.queue_staff_text(
                    self.talk.pk, self.staff, text, key, self.now, seen_rev=None
                )
        except outbox.NotYours:
            assert self.talk.assigned_to_id != self.staff.pk

    # --- what must hold -------------------------------------------------------------------------
    @property
    def talk(self):
        return Conversation.objects.select_related("lead").get(phone=self.parent.phone)

    @property
    def ours(self):
        return list(self.talk.messages.filter(direction="out").order_by("pk"))

    @invariant()
    def nothing_is_lost(self):
        if self.bodies:
            stored = self.talk.messages.filter(direction="in").values_list("provider_id", flat=True)
            said = {body["data"]["key"]["id"] for body in self.bodies}
            assert said <= set(stored)
            assert len(set(stored)) == len(stored)

    @invariant()
    def what_waits_has_a_moment(self):
        for talk in Conversation.objects.all():
            waits = talk.messages.filter(awaits_answer=True).exists()
            assert not waits or (talk.due_at and talk.mode == Conversation.Mode.BOT)

    @invariant()
    def no_turn_answers_what_another_has_answered(self):
        assert not Turn.objects.filter(answered=None).exists()

    @invariant()
    def one_send_of_one_row(self):
        known = [message.provider_id for message in self.ours if message.provider_id]
        assert len(set(known)) == len(known)
        in_doubt = [m for m in self.ours if m.status in (Status.SENDING, Status.UNKNOWN)]
        unclaimed = [s for s in self.gateway.sent if s["key"]["id"] not in known]
        assert len(unclaimed) <= len(in_doubt) + self._unconfirmed()

    @invariant()
    def in_order(self):
        place = {each["key"]["id"]: number for number, each in enumerate(self.gateway.sent)}
        arrived = [place[m.provider_id] for m in self.ours if m.provider_id in place]
        assert all(earlier < later for earlier, later in itertools.pairwise(arrived))

    @invariant()
    def nobody_is_talked_over(self):
        if self.held_since is None:
            return
        by_bot = {m.provider_id for m in self.ours if m.author == Message.Author.BOT}
        since = [each["key"]["id"] for each in self.gateway.sent[self.held_since :]]
        assert not by_bot & set(since)

    @invariant()
    def revisions_only_grow(self):
        if self.bodies:
            newest = max(self.talk.messages.values_list("rev", flat=True))
            assert newest <= self.talk.rev

    def _unconfirmed(self):
        """Given up as never confirmed, or dropped by a take-over while its fate was unknown."""
        return sum(m.error == "unconfirmed" or m.status == Status.DROPPED for m in self.ours)


@pytest.mark.django_db
def test_a_conversation_survives_any_order_of_steps(unit, post, gateway, work, settings):
    settings.QUIET_SECONDS = 0.5
    OneConversation.parent = Parent(post)
    OneConversation.gateway = gateway
    OneConversation.staff = get_user_model().objects.create(username="bia")
    run_state_machine_as_test(OneConversation, settings=PROFILE)


PROFILE = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
