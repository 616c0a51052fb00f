"""The gateway is away: replies wait, one call at a time finds out, and then they leave in order."""

import pytest
from django.utils import timezone

from conversations import outbox
from conversations.models import Conversation, Message
from conversations.texts import Segment
from conversations.whatsapp import evolution
from tests.journeys.actors import Parent
from tests.stand_ins.faults import Fault


@pytest.fixture
def families(unit, post):
    """Six families, each with two replies that wait."""
    now, families = timezone.now(), [Parent(post, f"+554599100000{n}") for n in range(6)]
    for parent in families:
        parent.says("Oi")
    Conversation.objects.update(due_at=None)
    Message.objects.update(awaits_answer=False)
    for parent in families:
        conversation = parent.conversation
        for text in ("1", "2"):
            outbox.queue_reply(conversation, [Segment("x", 0, text)], turn=None, now=now)
        conversation.save()
    return families


def sends(gateway):
    return sum(call.path.startswith("/message/sendText") for call in gateway.requests)


def test_while_nobody_answers_one_call_at_a_time_finds_out(families, gateway, work, settings):
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9"
    work.sends(0)
    assert evolution.BREAKER.state().state == "open"
    assert work.sends(1) == 0  # nothing is even claimed
    assert work.sends(11) == 1  # the probe, which fails
    assert work.sends(12) == 0
    assert gateway.texts() == []

    settings.EVOLUTION_API_URL = gateway.url
    work.sends(60)
    assert evolution.BREAKER.state().state == "closed"
    work.sends(120)
    assert sorted(gateway.texts()) == ["1"] * 6 + ["2"] * 6
    assert all(gateway.texts(parent.jid) == ["1", "2"] for parent in families)


def test_a_gateway_that_fails_by_itself_is_left_alone(families, gateway, work):
    gateway.faults.extend(Fault.html(502) for _ in range(5))
    work.sends(0)
    assert evolution.BREAKER.state().state == "open"
    assert sends(gateway) == 5
    assert work.sends(9) == 0
    for seconds in (11, 60, 120):
        work.sends(seconds)
    assert all(gateway.texts(parent.jid) == ["1", "2"] for parent in families)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Fault.graph(131047),
        lambda: Fault.failed(429, "Too many"),
        lambda: Fault.failed(500, "Connection Closed", "Internal Server Error"),
    ],
)
def test_a_refusal_is_an_answer(families, gateway, work, fault):
    gateway.faults.extend(fault() for _ in range(5))
    work.sends(0)
    assert evolution.BREAKER.state().state == "closed"


def test_nobody_waits_for_blue_ticks_of_a_gateway_that_is_away(families, gateway, work, settings):
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9"
    work.sends(0)
    settings.EVOLUTION_API_URL = gateway.url
    evolution.EvolutionGateway().mark_read(families[0].jid, ["A"])
    assert gateway.requests == []
