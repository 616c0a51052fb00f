"""Who speaks: one winner, nothing of the bot's afterwards, and a clean way back."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from conversations import handoff
from conversations.models import Conversation, Handoff, Message
from leads.models import Lead

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def staff():
    return get_user_model().objects.create(username="bia")


@pytest.fixture
def conversation():
    return Conversation.objects.create(
        lead=Lead.objects.create(phone="+5545999990000"),
        instance="vila-a",
        phone="+5545999990000",
        reply_to="554599990000@s.whatsapp.net",
        due_at=NOW,
        dialogue={"asked": "email", "score": 0.8, "wordings": {"greeting": 1}},
    )


def say(conversation, text, direction="in", **changes):
    values = {
        "author": "parent" if direction == "in" else "staff",
        "status": "received" if direction == "in" else "sent",
        "rev": conversation.touch(),
        "sent_at": NOW,
    }
    conversation.save()
    return Message.objects.create(
        conversation=conversation, text=text, direction=direction, **(values | changes)
    )


def start(conversation, reason="complaint"):
    ticket = handoff.start(conversation, reason, "Ana quer falar", NOW)
    conversation.save()
    return ticket


def test_a_start_waits_for_a_person_under_the_same_epoch(conversation):
    say(conversation, "Quero falar com alguém", awaits_answer=True)
    start(conversation)
    again = start(conversation, "billing")
    assert (conversation.mode, conversation.epoch, conversation.due_at) == ("waiting", 0, None)
    assert (conversation.waiting_since, conversation.handoff_reason) == (NOW, "billing")
    assert Handoff.objects.get() == again
    assert not Message.objects.filter(awaits_answer=True).exists()


def test_one_of_many_takes_over(conversation, staff):
    other = get_user_model().objects.create(username="leo")
    assert handoff.take_over(conversation.pk, staff, NOW)
    assert not handoff.take_over(conversation.pk, other, NOW)
    assert handoff.take_over(conversation.pk, staff, NOW)  # a second press of the same button
    conversation.refresh_from_db()
    assert (conversation.assigned_to, conversation.mode, conversation.epoch) == (staff, "human", 1)


def test_what_staff_typed_on_the_phone_can_be_taken_at_the_console(conversation, staff):
    handoff.silence(conversation)
    conversation.save()
    assert handoff.take_over(conversation.pk, staff, NOW)


@pytest.mark.parametrize("answer_last", [True, False])
def test_giving_back_leaves_no_trace_of_silence(conversation, staff, answer_last):
    say(conversation, "Quero falar com alguém")
    start(conversation)
    handoff.take_over(conversation.pk, staff, NOW)
    conversation.refresh_from_db()
    say(conversation, "Oi, aqui é a Bia", "out")
    say(conversation, "Obrigada! E qual é o endereço?")
    say(conversation, "👍", kind="reaction")
    assert handoff.give_back(conversation.pk, staff, NOW, answer_last=answer_last)
    assert not handoff.give_back(conversation.pk, staff, NOW, answer_last=answer_last)
    conversation.refresh_from_db()
    assert (conversation.mode, conversation.assigned_to) == ("bot", None)
    assert (conversation.handoff_reason, conversation.waiting_since) == ("", None)
    assert conversation.dialogue["handed_back"]
    assert (conversation.dialogue["asked"], conversation.dialogue["score"]) == (None, 0)
    assert conversation.dialogue["wordings"] == {"greeting": 1}
    waiting = Message.objects.filter(awaits_answer=True).values_list("text", flat=True)
    assert list(waiting) == (["Obrigada! E qual é o endereço?"] if answer_last else [])
    assert bool(conversation.due_at) == answer_last
    ticket = Handoff.objects.get()
    assert (ticket.finished_at, ticket.finished_by) == (NOW, staff)


def test_closing_is_done_once(conversation, staff):
    start(conversation)
    assert handoff.close(conversation.pk, staff, NOW + timedelta(hours=1))
    assert not handoff.close(conversation.pk, staff, NOW + timedelta(hours=2))
    conversation.refresh_from_db()
    assert conversation.mode == "closed"
