"""Programs that write: another bot, our own words, greetings of the app."""

from datetime import timedelta

import pytest

from conversations.models import Conversation, Message, Unit
from conversations.test_inbox import NOW, after, queued, receive

pytestmark = pytest.mark.django_db

LONG = "Obrigado pelo contato! Em que podemos ajudar hoje?"


def answered(conversation, text, at):
    return queued(
        conversation, text, status="sent", due_at=None, created_at=at, accepted_at=at, sent_at=at
    )


def talk(*steps):
    """Pairs of (our text, theirs) a minute apart; theirs comes `seconds` after ours."""
    conversation = receive("Oi")
    for number, (ours, theirs, seconds) in enumerate(steps, start=1):
        at = after(number * 60)
        Conversation.objects.update(dialogue_at=at)
        answered(conversation, ours, at)
        conversation = receive(theirs, now=at + timedelta(seconds=seconds))
    return conversation


@pytest.mark.parametrize(
    ("steps", "silent"),
    [
        ([(f"n{n}", LONG, 20) for n in range(4)], True),  # the same after each of ours
        ([(f"n{n}", LONG, 20) for n in range(3)], False),
        ([(f"n{n}", "não sei", 20) for n in range(5)], False),  # a parent who does not know
        ([(f"n{n}", f"{LONG} {n}", 0.5) for n in range(4)], True),  # nobody reads that fast
        ([(f"n{n}", f"{LONG} {n}", 0.5) for n in range(3)], False),
        ([(f"n{n}", f"{LONG} {n}", 5) for n in range(6)], False),
        ([(f"n{n}", f"sim {n}", 0.5) for n in range(6)], False),  # a short one may be under way
        ([(LONG, LONG, 20), ("outro", LONG.upper(), 20)], True),  # our own text, twice
        ([(LONG, LONG, 20), ("outro", "é isso mesmo?", 20)], False),  # a quotation
    ],
)
def test_a_program_is_left_to_the_team(steps, silent):
    conversation = talk(*steps)
    assert (conversation.mode == Conversation.Mode.WAITING) == silent
    newest = conversation.messages.filter(direction="in").order_by("-pk").first()
    assert newest.awaits_answer != silent
    if silent:
        assert conversation.handoff_reason == "automatic"
        assert conversation.handoffs.get().finished_at is None
        assert conversation.due_at is None
        assert conversation.unread > 0


@pytest.mark.parametrize(
    ("text", "takes_over", "mode"),
    [
        ("Olá! Bem-vindo ao Kumon.\nRetornamos em breve.", True, "bot"),
        ("  olá! bem-vindo ao  kumon.", True, "bot"),
        ("Oi, aqui é a Bia", True, "human"),
        ("Oi, aqui é a Bia", False, "bot"),
    ],
)
def test_the_app_s_own_texts_are_not_a_person_s(text, takes_over, mode):
    Unit.objects.create(
        valid_from=NOW - timedelta(days=1),
        automatic_texts="Estamos fechados agora.\nOlá! Bem-vindo ao Kumon.\n",
        phone_takes_over=takes_over,
    )
    receive("Oi")
    conversation = receive(text, from_me=True, push_name=None)
    assert conversation.mode == mode
    assert conversation.messages.filter(author="staff").count() == 1
    assert Message.objects.get(direction="in").awaits_answer == (mode == "bot")
