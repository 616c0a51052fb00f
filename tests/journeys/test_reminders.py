"""Reminders on a family's phone: sent once, answered in words, and never for another visit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import followups
from conversations.models import Conversation
from conversations.tasks import follow_up
from scheduling import booking
from scheduling.models import Visit, VisitRules


@pytest.fixture
def visit(parent, run_due):
    """Ana's, on the first free morning from the day after tomorrow on; reminded at any hour."""
    VisitRules.objects.update(quiet_from="00:00", quiet_until="00:00")
    parent.says("Oi, sou a Ana Prado")
    run_due()
    now = timezone.now()
    day = timezone.localdate(now) + timedelta(days=2)
    free = booking.load_calendar(now).free(day, day + timedelta(days=20))
    return booking.book(parent.conversation.lead, free[0], now=now, by="parent")


@pytest.fixture
def remind(visit, work, gateway):
    """Sends what is due a day before the visit; returns what the phone got."""

    def sweep(moment=None):
        moment = moment or visit.starts_at - timedelta(hours=24)
        before = len(gateway.texts())
        followups.plan(moment)
        while claim := followups.claim_due(moment):
            followups.carry_out(claim, moment)
        work.sends(after=(moment - timezone.now()).total_seconds() + 1)
        return gateway.texts()[before:]

    return sweep


@pytest.fixture
def talk(parent, gateway, run_due):
    def line(*texts, **how):
        before = len(gateway.texts())
        parent.says(*texts, **how)
        run_due()
        return "\n\n".join(gateway.texts()[before:])

    return line


def hours_later(parent):
    """The session is over when the family answers."""
    long_ago = timezone.now() - timedelta(hours=9)
    Conversation.objects.filter(pk=parent.conversation.pk).update(dialogue_at=long_ago)


def test_confirmed_hours_later(remind, talk, parent, visit):
    (reminder,) = remind()
    assert "1 – confirmo" in reminder or "responda 1" in reminder
    hours_later(parent)
    answer = talk("confirmo")
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CONFIRMED
    assert "Cecília" not in answer
    parent.conversation.lead.refresh_from_db()
    assert parent.conversation.lead.stage == "confirmed"


def test_a_thumb_on_the_reminder_confirms(remind, parent, visit, run_due):
    remind()
    body = parent.body("x")
    body["data"]["message"] = {
        "reactionMessage": {
            "key": {"remoteJid": parent.jid, "fromMe": True, "id": parent.replies[-1].provider_id},
            "text": "👍",
        }
    }
    body["data"]["messageType"] = "reactionMessage"
    parent.delivers(body)
    run_due()
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CONFIRMED


def test_two_offers_other_times_and_the_new_one_is_booked(remind, talk, parent, visit):
    remind()
    offered = talk("2")
    assert "1)" in offered
    talk("1")
    visit.refresh_from_db()
    assert visit.status == Visit.Status.RESCHEDULED
    assert visit.replaced_by.status == Visit.Status.BOOKED


def test_after_a_move_the_old_reminder_s_answer_confirms_nothing(remind, talk, visit):
    remind()
    now = timezone.now()
    new = booking.reschedule(
        visit, visit.starts_at + timedelta(minutes=30), now=now, by=Visit.By.STAFF
    )
    talk("1")
    new.refresh_from_db()
    assert new.status == Visit.Status.BOOKED


def test_the_task_says_each_reminder_once(remind, visit, parent, gateway, run_due):
    Visit.objects.filter(pk=visit.pk).update(
        created_at=timezone.now() - timedelta(days=3),
        starts_at=timezone.now() + timedelta(hours=23, minutes=50),
        ends_at=timezone.now() + timedelta(hours=24, minutes=20),
    )
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(hours=1))
    before = len(gateway.texts())
    for _ in range(3):
        follow_up()
        run_due()
    assert len(gateway.texts()) == before + 1
    follow = parent.conversation.followups.get(kind="early")
    assert follow.message.status == "sent"
    assert follow.message == parent.replies[-1]


def test_parar_and_then_nothing(remind, talk):
    talk("PARAR")
    assert remind() == []


def test_no_show_and_yes_brings_offers(remind, talk, parent, visit):
    Visit.objects.filter(pk=visit.pk).update(
        starts_at=timezone.now() - timedelta(minutes=3), ends_at=timezone.now(),
        created_at=timezone.now() - timedelta(days=3),
    )  # fmt: skip
    visit.refresh_from_db()
    booking.mark(visit, "no_show", now=timezone.now(), by="staff")
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(days=2))
    now = timezone.now() + timedelta(hours=1)
    opens = booking.load_calendar(now).next_open(timezone.localtime(now))
    (offer,) = remind(opens)
    assert "outro" in offer
    hours_later(parent)
    assert "1)" in talk("sim, pode ser")


def test_who_has_visited_is_not_invited_again_but_may_come(talk, visit):
    over = timezone.now() - timedelta(hours=1)
    begun = over - timedelta(minutes=30)
    Visit.objects.filter(pk=visit.pk).update(
        created_at=begun - timedelta(days=1), starts_at=begun, ends_at=over
    )
    said = [
        talk("meu filho Pedro tem 9 anos"),
        talk("ele faz o 4º ano e quer matemática"),
        talk("meu email é ana@gmail.com"),
        talk("ok"),
    ]
    assert not [reply for reply in said if "manhã ou tarde" in reply or "30 minutos" in reply]
    assert "1)" in talk("quero marcar outra visita")
