"""Stories of one family, told through the webhook, answered by the whole receptionist."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from conversations import handoff, turn
from conversations.models import Conversation, Message, RawEvent, Turn, Unit
from tests.payloads import load
from tests.stand_ins.faults import Fault


def test_a_question_is_answered(parent, gateway, run_due):
    parent.says("Oi, bom dia! Quanto custa?")
    run_due()
    (text,) = gateway.texts(parent.jid)
    assert "R$ 375,00" in text
    message = Message.objects.get(direction="in")
    assert message.answered_by == Turn.objects.get()
    assert not message.awaits_answer
    assert parent.conversation.due_at is None
    (reply,) = parent.replies
    assert (reply.status, reply.turn) == ("sent", message.answered_by)
    assert reply.segments


def test_nothing_is_said_before_the_quiet_time_is_over(parent, gateway, run_due, settings):
    settings.QUIET_SECONDS = 2.5
    parent.says("Oi")
    run_due(after=2)
    assert gateway.texts() == []
    run_due(after=3)
    assert len(gateway.texts()) == 1


def test_a_burst_of_five_is_one_turn(parent, gateway, run_due):
    parent.says("Oi", "bom dia", "queria saber", "quanto custa", "pro meu filho")
    run_due()
    assert Turn.objects.count() == 1
    assert len(gateway.texts()) == 1
    assert Message.objects.filter(answered_by=Turn.objects.get()).count() == 5


def test_duplicates_are_answered_once(parent, gateway, run_due):
    body = parent.body("Quanto custa?")
    for _ in range(3):
        parent.delivers(deepcopy(body))
    run_due()
    parent.delivers(deepcopy(body))
    run_due()
    assert len(gateway.texts()) == 1
    assert Message.objects.filter(direction="in").count() == 1


def test_messages_out_of_order_are_read_in_order(parent, gateway, run_due):
    later = parent.body("8 anos", seconds_ago=1)
    earlier = parent.body("Meu filho se chama Pedro e tem", seconds_ago=3)
    parent.delivers(later)
    parent.delivers(earlier)
    read = [message.text for message in turn.unanswered(parent.conversation)]
    assert read == ["Meu filho se chama Pedro e tem", "8 anos"]


def test_a_message_that_comes_while_the_turn_runs_is_answered_with_the_rest(
    parent, gateway, work, settings
):
    settings.QUIET_SECONDS = 0
    parent.says("Quanto custa?")
    now = timezone.now()
    (claim,) = turn.claim_due(now, 10)
    parent.says("E onde fica?")  # while the turn thinks
    turn.answer(claim, lambda: now)
    assert not Turn.objects.exists()
    work.turns(1)
    work.sends(1)
    (text,) = gateway.texts()
    assert "R$ 375,00" in text
    assert "6881" in text
    assert Turn.objects.get().answered.count() == 2


def test_staff_who_write_while_the_turn_runs_are_not_talked_over(parent, gateway, work, settings):
    settings.QUIET_SECONDS = 0
    parent.says("Quanto custa?")
    now = timezone.now()
    (claim,) = turn.claim_due(now, 10)
    parent.staff_type("Oi, aqui é a Bia")
    turn.answer(claim, lambda: now)
    assert work.turns() == work.sends() == 0
    assert gateway.texts() == []
    assert not Turn.objects.exists()


def test_staff_who_take_over_and_give_back(parent, gateway, run_due):
    user = get_user_model().objects.create(username="bia")
    parent.says("Oi")
    run_due()
    assert handoff.take_over(parent.conversation.pk, user, timezone.now())
    parent.says("Onde fica a unidade?")
    run_due()
    assert len(gateway.texts()) == 1
    assert parent.conversation.unread == 1
    handoff.give_back(parent.conversation.pk, user, timezone.now(), answer_last=True)
    run_due()
    assert "6881" in gateway.texts()[1]


def test_asking_for_a_person_calls_the_team_and_says_so(parent, gateway, run_due):
    parent.says("Quero falar com um atendente")
    run_due()
    assert len(gateway.texts()) == 1  # under the epoch in which it was decided
    conversation = parent.conversation
    assert conversation.mode == "waiting"
    assert conversation.waiting_since is not None
    assert conversation.handoffs.get().finished_at is None
    parent.says("Alô?")
    run_due()
    assert len(gateway.texts()) == 1
    assert parent.conversation.unread == 2


def test_a_worker_killed_while_thinking_loses_nothing(parent, gateway, work):
    parent.says("Quanto custa?")
    assert len(turn.claim_due(timezone.now() + timedelta(seconds=11), 10)) == 1  # and it dies
    assert work.turns(after=15) == 0  # its claim still holds
    work.turns(after=45)
    work.sends(after=45)
    assert len(gateway.texts()) == 1


def test_a_claim_that_expired_keeps_nothing(parent, gateway, work):
    parent.says("Quanto custa?")
    now = timezone.now() + timedelta(seconds=11)
    (slow,) = turn.claim_due(now, 10)
    work.turns(after=45)
    turn.answer(slow, lambda: now)
    work.sends(after=45)
    assert Turn.objects.count() == 1
    assert len(gateway.texts()) == 1


def test_a_reply_on_its_way_and_a_newer_question(parent, gateway, run_due, work):
    """The first answer waits for the gateway; the second comes after it, and both arrive once."""
    gateway.state = "close"
    parent.says("Quanto custa?")
    work.turns()
    work.sends()
    parent.says("Onde fica?")
    work.turns()
    gateway.state = "open"
    work.sends(120)
    first, second = gateway.texts()
    assert "R$ 375,00" in first
    assert "6881" in second


def test_beyond_the_limit_one_polite_text(parent, gateway, run_due):
    Unit.objects.update(messages_per_hour=3)
    parent.says("1?", "2?", "3?", "4?")
    run_due()
    assert len(gateway.texts()) == 1
    parent.says("5?")
    run_due()
    assert len(gateway.texts()) == 1
    assert "guarda" in gateway.texts()[0].lower() or "guardei" in gateway.texts()[0].lower()


def test_a_thought_that_fails_ends_with_the_team_and_never_in_silence(parent, gateway, work):
    """Here the tables of the rules are gone, so that no turn can be thought."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_rules_monthlyfee")
    parent.says("Quanto custa?")
    for seconds in (11, 20, 40, 60):
        work.turns(after=seconds)
        work.sends(after=seconds)
    (text,) = gateway.texts()
    assert "(51) 99692-1999" in text
    conversation = parent.conversation
    assert (conversation.mode, conversation.handoff_reason) == ("waiting", "system")


def test_faults_of_the_gateway_repeat_no_answer(parent, gateway, run_due):
    gateway.faults.extend([Fault.dropped_after_accepting(), Fault.failed(500, "boom")])
    parent.says("Quanto custa?")
    run_due(11)
    parent.says("Onde fica?")
    for seconds in (20, 40, 80, 120):
        run_due(seconds)
    first, second = gateway.texts()
    assert "R$ 375,00" in first
    assert "6881" in second


@pytest.mark.parametrize("name", ["baileys_voice", "baileys_image", "baileys_sticker"])
def test_what_is_no_text_is_answered_too(parent, gateway, run_due, name):
    body = load(name)
    body["data"]["messageTimestamp"] = int(timezone.now().timestamp())
    parent.post(body)
    run_due()
    assert len(gateway.texts()) == 1


def test_an_old_message_is_kept_for_staff(parent, gateway, run_due):
    parent.says("Oi", seconds_ago=700)
    run_due()
    assert gateway.texts() == []
    assert parent.conversation.unread == 1


def test_nothing_is_left_over(parent, gateway, run_due):
    parent.says("Oi", "Quanto custa?")
    run_due()
    assert not RawEvent.objects.filter(processed_at=None).exists()
    assert not Message.objects.exclude(due_at=None).exists()
    assert not Conversation.objects.exclude(due_at=None).exists()
