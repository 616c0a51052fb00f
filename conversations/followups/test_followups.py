"""What we say first, with the clock moved: planned from the rows, said once, or dropped."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

import conversations.seed
from billing_rules.periods import replace
from conversations import followups, handoff, outbox, sender
from conversations.models import Conversation, Followup, FollowupRules, Message
from leads.models import Lead
from scheduling import booking
from scheduling.models import VisitRules
from tests.families import seed_rules

TZ = ZoneInfo("America/Sao_Paulo")


def at(text):
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=TZ)


BOOKED = at("01/12/2026 10:00")  # a Tuesday
THURSDAY = at("03/12/2026 15:00")


@pytest.fixture
def unit(db):
    seed_rules(BOOKED)
    conversations.seed.seed(BOOKED)


@pytest.fixture
def talk(unit):
    return _talk()


def _talk(phone="+5545999990000"):
    lead = Lead.objects.create(phone=phone, parent_name="Ana", created_at=BOOKED)
    return Conversation.objects.create(
        lead=lead, instance="vila-a", phone=phone, reply_to=f"{phone[1:]}@s.whatsapp.net",
        last_inbound_at=BOOKED, last_message_at=BOOKED, dialogue_at=BOOKED,
    )  # fmt: skip


def book(talk, starts_at=THURSDAY, now=BOOKED):
    return booking.book(talk.lead, starts_at, now=now, by="parent")


def sweep(now):
    followups.plan(now)
    followups.withdraw()
    while claim := followups.claim_due(now):
        followups.carry_out(claim, now)


def sweeps(*moments):
    for moment in moments:
        sweep(moment)


def rules(now=BOOKED, **changes):
    replace(FollowupRules.objects.get(valid_until=None), now, **changes)


def said():
    return list(Message.objects.filter(author="bot").order_by("pk"))


def planned():
    return {(row.kind, timezone.localtime(row.due_at)) for row in Followup.objects.all()}


def dropped():
    return {(row.kind, row.why) for row in Followup.objects.filter(outcome="dropped")}


# --- when --------------------------------------------------------------------------------------


def test_two_reminders_a_day_and_two_hours_before(talk):
    visit = book(talk)
    sweep(BOOKED)
    assert planned() == {
        ("early", at("02/12/2026 15:00")),
        ("late", at("03/12/2026 13:00")),
    }
    sweep(at("02/12/2026 14:59"))
    assert said() == []
    sweeps(at("02/12/2026 15:00"), at("02/12/2026 15:01"), at("03/12/2026 12:59"))
    (early,) = said()
    assert "quinta-feira, 03/12, às 15h" in early.text
    assert "Av. Paraná, 6881" in early.text
    assert early.segments[0]["args"]["moment"]["rows"] == [["Visit", visit.pk]]
    sweeps(at("03/12/2026 13:00"), at("03/12/2026 13:01"))
    assert len(said()) == 2
    assert said()[0].text != said()[1].text
    assert {row.outcome for row in Followup.objects.all()} == {"said"}


@pytest.mark.parametrize(
    ("booked", "kinds"),
    [
        ("02/12/2026 14:00", {"early", "late"}),
        ("02/12/2026 16:00", {"late"}),
        ("03/12/2026 12:00", {"late"}),
        ("03/12/2026 13:30", set()),
    ],
)
def test_nothing_is_planned_for_before_it_was_booked(talk, booked, kinds):
    book(talk, now=at(booked))
    sweep(at(booked))
    assert {kind for kind, _ in planned()} == kinds


@pytest.mark.parametrize(
    ("starts", "early"),
    [
        ("14/12/2026 09:30", "13/12/2026 09:30"),  # a Monday: reminded on Sunday
        ("28/12/2026 14:00", "27/12/2026 14:00"),  # after Christmas and a weekend
        ("04/01/2027 10:00", "03/01/2027 10:00"),  # over the end of the year
    ],
)
def test_weekends_holidays_and_the_end_of_the_year(talk, starts, early):
    booked = at(starts) - timedelta(days=20)
    book(talk, at(starts), now=booked)
    sweeps(booked, at(early), at(early) + timedelta(minutes=1))
    assert len(said()) == 1


def test_a_moved_visit_is_reminded_of_at_its_new_time_only(talk):
    visit = book(talk, at("02/12/2026 15:00"))
    sweep(BOOKED)
    assert planned() == {
        ("early", at("01/12/2026 15:00")),
        ("late", at("02/12/2026 13:00")),
    }
    booking.reschedule(visit, at("10/12/2026 09:30"), now=at("01/12/2026 11:00"), by="staff")
    sweeps(at("01/12/2026 15:00"), at("02/12/2026 13:00"))
    assert said() == []
    assert planned() == {
        ("early", at("09/12/2026 09:30")),
        ("late", at("10/12/2026 07:30")),
    }
    sweep(at("09/12/2026 09:30"))
    assert "quinta-feira, 10/12, às 9h30" in said()[0].text


def test_a_cancelled_visit_is_not_reminded_of(talk):
    visit = book(talk)
    sweep(BOOKED)
    booking.cancel(visit, "viagem", now=BOOKED, by="parent")
    sweep(at("02/12/2026 15:00"))
    assert (said(), planned()) == ([], set())


def test_a_visit_called_off_between_plan_and_claim_is_dropped(talk):
    visit = book(talk)
    sweep(BOOKED)
    booking.cancel(visit, "", now=BOOKED, by="parent")
    now = at("02/12/2026 15:00")
    followups.carry_out(followups.claim_due(now), now)
    assert said() == []
    assert dropped() == {("early", "overtaken")}


def test_a_reminder_that_waits_when_the_visit_moves_does_not_leave(talk):
    visit = book(talk)
    sweep(at("02/12/2026 15:00"))
    booking.reschedule(visit, at("10/12/2026 09:30"), now=at("02/12/2026 15:01"), by="staff")
    sweep(at("02/12/2026 15:02"))
    assert [message.status for message in said()] == ["dropped"]


def test_a_confirmed_visit_is_reminded_of_without_a_question(talk):
    visit = book(talk)
    booking.confirm(visit, now=BOOKED, by="staff")
    sweep(at("03/12/2026 13:00"))
    assert said()[0].segments[0]["template"] == "reminder_confirmed"


def test_new_hours_move_what_is_planned(talk):
    book(talk)
    sweep(BOOKED)
    rules(early_reminder_hours=48, late_reminder_hours=0)
    sweep(BOOKED + timedelta(minutes=1))
    assert planned() == {("early", at("01/12/2026 15:00"))}


# --- too late, and not now ------------------------------------------------------------------------


def test_a_late_sweep_drops_what_would_mislead(talk):
    book(talk)
    sweeps(BOOKED, at("03/12/2026 14:40"))
    assert said() == []
    assert dropped() == {("early", "late"), ("late", "late")}


def test_the_gateway_away_for_long_drops_it_too(talk, settings):
    book(talk)
    now = at("03/12/2026 13:00")
    sweep(now)
    settings.WHATSAPP_GATEWAY = "conversations.whatsapp.memory.MemoryGateway"
    later = now + timedelta(minutes=30)
    (claim,) = sender.claim_due(later, 10)
    sender.send(claim, lambda: later)
    assert [message.status for message in said()] == ["dropped"]


def test_what_would_fall_into_quiet_hours_comes_before_them(talk):
    VisitRules.objects.update(quiet_until="08:00")
    book(talk, at("03/12/2026 09:00"))
    sweep(BOOKED)
    assert ("late", at("02/12/2026 19:30")) in planned()


def test_the_first_visit_of_the_day_is_reminded_of_two_hours_before(talk):
    book(talk, at("03/12/2026 09:00"))
    sweep(BOOKED)
    assert ("late", at("03/12/2026 07:00")) in planned()


@pytest.mark.parametrize("mode", ["waiting", "human"])
def test_with_the_team_it_waits_and_says_so(talk, mode):
    book(talk)
    Conversation.objects.filter(pk=talk.pk).update(mode=mode)
    sweeps(at("02/12/2026 15:00"), at("02/12/2026 15:02"))
    early = Followup.objects.get(kind="early")
    assert (early.outcome, early.why) == ("", "team")
    Conversation.objects.filter(pk=talk.pk).update(mode="bot")
    sweep(at("02/12/2026 15:10"))
    assert len(said()) == 1
    Conversation.objects.filter(pk=talk.pk).update(mode=mode)
    sweeps(at("03/12/2026 13:00"), at("03/12/2026 13:30"))
    assert dropped() == {("late", "team")}


def test_a_reminder_does_not_cut_into_a_talk(talk):
    book(talk)
    now = at("02/12/2026 15:00")
    Conversation.objects.filter(pk=talk.pk).update(last_message_at=now - timedelta(minutes=1))
    sweep(now)
    assert said() == []
    sweep(now + timedelta(minutes=5))
    assert len(said()) == 1


def test_parar_ends_it(talk):
    book(talk)
    Lead.objects.update(opted_out_at=BOOKED)
    sweep(at("02/12/2026 15:00"))
    assert said() == []
    assert dropped() == {("early", "opted_out")}


def test_a_take_over_drops_what_has_not_left(talk, admin_user):
    book(talk)
    now = at("02/12/2026 15:00")
    sweep(now)
    handoff.take_over(talk.pk, admin_user, now)
    assert [message.status for message in said()] == ["dropped"]


def test_a_family_without_a_conversation_is_left_to_the_team(unit):
    lead = Lead.objects.create(phone="+5545911112222")
    booking.book(lead, THURSDAY, now=BOOKED, by="staff")
    sweep(at("02/12/2026 15:00"))
    assert planned() == set()


# --- once -----------------------------------------------------------------------------------------


def test_killed_before_it_was_carried_out_another_sweep_takes_it(talk):
    book(talk)
    now = at("02/12/2026 15:00")
    followups.plan(now)
    assert followups.claim_due(now) is not None  # and nobody comes back
    assert followups.claim_due(now) is None
    sweeps(now + timedelta(minutes=1), now + timedelta(minutes=3), now + timedelta(minutes=4))
    assert len(said()) == 1


def test_killed_while_it_is_said_nothing_is_half_done(talk, monkeypatch):
    book(talk)
    now = at("02/12/2026 15:00")
    followups.plan(now)
    claim = followups.claim_due(now)
    queue = outbox.queue_reply

    def killed(*args, **kwargs):
        queue(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "queue_reply", killed)
        with pytest.raises(KeyboardInterrupt):
            followups.carry_out(claim, now)
    assert said() == []
    sweep(now + timedelta(minutes=3))
    assert len(said()) == 1
    followups.carry_out(claim, now + timedelta(minutes=3))  # the first one wakes up again
    assert len(said()) == 1


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_say_each_reminder_once(transactional_db, unit):
    for number in range(6):
        book(_talk(f"+554599999000{number}"), THURSDAY - timedelta(minutes=30 * (number % 3))
             + timedelta(days=number // 3))  # fmt: skip
    start, failures = threading.Barrier(4), []

    def run():
        try:
            start.wait()
            for now in (at("02/12/2026 15:00"), at("03/12/2026 13:00"), at("03/12/2026 15:00"),
                        at("04/12/2026 13:00")):  # fmt: skip
                sweep(now)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    done = Followup.objects.filter(outcome="said")
    assert (
        Message.objects.filter(author="bot").count()
        == done.count()
        == done.exclude(message=None).count()
    )
    assert done.count() >= 6


def test_a_sweep_asks_the_same_questions_for_one_family_and_for_many(
    unit, django_assert_max_num_queries
):
    for number in range(5):
        book(_talk(f"+554599999000{number}"), THURSDAY + timedelta(minutes=30 * (number - 2)))
    sweep(BOOKED)
    with django_assert_max_num_queries(6):
        sweep(BOOKED + timedelta(minutes=1))


# --- after the visit ------------------------------------------------------------------------------


def test_thanks_half_an_hour_after_the_mark(talk):
    visit = book(talk)
    marked = at("03/12/2026 15:35")
    booking.mark(visit, "attended", now=marked, by="staff")
    sweep(marked)
    sweeps(marked + timedelta(minutes=29), marked + timedelta(minutes=30), at("03/12/2026 16:30"))
    assert [message.segments[0]["template"] for message in said()] == ["visit_thanks"]


def test_a_wrong_mark_that_is_set_right_says_only_what_is_true(talk):
    visit = book(talk)
    booking.mark(visit, "no_show", now=at("03/12/2026 15:35"), by="staff")
    sweep(at("03/12/2026 15:36"))
    booking.mark(visit, "attended", now=at("03/12/2026 15:40"), by="staff")
    sweeps(at("03/12/2026 16:10"), at("04/12/2026 09:00"))
    assert [message.segments[0]["template"] for message in said()] == ["visit_thanks"]


def test_nobody_came_so_another_time_is_offered_while_the_unit_is_open(talk):
    visit = book(talk)
    booking.mark(visit, "no_show", now=at("03/12/2026 18:00"), by="staff")
    sweeps(at("03/12/2026 18:30"), at("04/12/2026 08:59"))
    assert said() == []
    sweeps(at("04/12/2026 09:00"), at("04/12/2026 09:01"))
    (message,) = said()
    assert "quinta-feira, 03/12, às 15h" in message.text
    talk.refresh_from_db()
    assert talk.dialogue["asked"] == "visit_invite"


@pytest.mark.parametrize("instead", ["they wrote", "they booked again"])
def test_a_no_show_already_spoken_of_is_left_alone(talk, instead):
    visit = book(talk)
    booking.mark(visit, "no_show", now=at("03/12/2026 15:35"), by="staff")
    if instead == "they wrote":
        Conversation.objects.update(last_inbound_at=at("03/12/2026 15:10"))
    else:
        book(talk, at("08/12/2026 09:30"), now=at("03/12/2026 15:40"))
    sweep(at("03/12/2026 16:10"))
    assert said() == []
    assert dropped() == {("no_show", "overtaken")}


def test_a_rule_switches_them_off(talk):
    rules(thanks=False, no_show_message=False)
    visit = book(talk, now=BOOKED + timedelta(minutes=1))
    booking.mark(visit, "attended", now=at("03/12/2026 15:35"), by="staff")
    sweep(at("03/12/2026 16:10"))
    assert said() == []


# --- one nudge ------------------------------------------------------------------------------------


@pytest.fixture
def left_open(talk):
    """Ana was asked for the age and has not answered."""
    Conversation.objects.filter(pk=talk.pk).update(
        dialogue={"asked": "student_age", "declined_visit": False},
        last_message_at=BOOKED + timedelta(seconds=3),
    )
    return talk


def test_no_nudge_unless_the_unit_wants_it(left_open):
    sweep(BOOKED + timedelta(hours=5))
    assert said() == []


def test_one_nudge_for_a_question_left_open(left_open):
    rules(nudge_hours=4)
    sweeps(BOOKED + timedelta(hours=3, minutes=59))
    assert said() == []
    sweeps(at("01/12/2026 14:00"), at("01/12/2026 14:10"), at("01/12/2026 16:00"),
           at("02/12/2026 09:30"))  # fmt: skip
    assert [message.segments[0]["template"] for message in said()] == ["nudge"]
    left_open.refresh_from_db()
    assert left_open.dialogue["asked"] == "student_age"


@pytest.mark.parametrize(
    "because",
    ["opted out", "handed off", "has a visit", "nothing open", "declined", "lost", "too old",
     "wrote last"],
)  # fmt: skip
def test_never_cold(left_open, because):
    rules(nudge_hours=4)
    talk, lead = Conversation.objects.filter(pk=left_open.pk), Lead.objects.all()
    now = at("01/12/2026 14:00")
    match because:
        case "opted out":
            lead.update(opted_out_at=BOOKED)
        case "handed off":
            left_open.handoffs.create(reason="billing", started_at=BOOKED, finished_at=BOOKED)
        case "has a visit":
            booking.cancel(book(left_open), "", now=BOOKED, by="parent")
        case "nothing open":
            talk.update(dialogue={"asked": None, "declined_visit": False})
        case "declined":
            talk.update(dialogue={"asked": "email", "declined_visit": True})
        case "lost":
            lead.update(stage="lost")
        case "too old":
            talk.update(last_inbound_at=now - timedelta(hours=24))
        case "wrote last":
            talk.update(last_inbound_at=BOOKED + timedelta(seconds=5))
    sweep(now)
    assert said() == []


def test_a_nudge_waits_for_the_unit_to_be_open_and_then_for_nothing(left_open):
    rules(nudge_hours=4)
    sweep(at("01/12/2026 17:30"))
    assert said() == []
    Conversation.objects.update(last_inbound_at=at("01/12/2026 17:40"))
    sweep(at("02/12/2026 09:30"))
    assert said() == []
    assert dropped() == {("nudge", "overtaken")}
