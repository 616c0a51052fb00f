"""A visit in somebody's calendar: what the files say, who gets them, and until when."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.utils import timezone
from icalendar import Calendar

from conversations import followups, invitations
from conversations.models import CalendarFeed, Conversation, FollowupRules, Message
from conversations.seed import seed
from leads.models import Lead, Student
from scheduling import booking
from scheduling.models import Visit, VisitRules
from tests.families import seed_rules

pytestmark = pytest.mark.django_db
SITE = "https://unit.example"


@pytest.fixture(autouse=True)
def fresh(settings):
    """Nobody has asked for anything in this hour."""
    settings.PUBLIC_URL = SITE
    cache.clear()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def free(now):
    seed_rules(now)
    today = timezone.localdate(now)
    return booking.load_calendar(now).free(today + timedelta(days=1), today + timedelta(days=20))


@pytest.fixture
def visit(free, now):
    lead = Lead.objects.create(phone="+5545999990000", parent_name="Ana Prado")
    Student.objects.create(lead=lead, name="Pedro", age=9)
    return booking.book(lead, free[2], now=now, by="parent")


@pytest.fixture
def person(db):
    user = User.objects.create_user("bia", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_visit"))
    return user


def fetch(client, visit):
    return client.get(urlsplit(invitations.address(visit.pk)).path)


def read(answer):
    """The calendar in an answer, and its only event."""
    calendar = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_the_invitation_says_when_and_where_and_nothing_of_the_family(client, visit):
    answer = fetch(client, visit)
    calendar, event = read(answer)
    assert (str(calendar["method"]), str(event["status"])) == ("PUBLISH", "CONFIRMED")
    assert event.start == visit.starts_at
    assert event.end == visit.ends_at
    assert (str(event["summary"]), "Av. Paraná" in str(event["location"])) == (
        "Visita ao Kumon Vila A",
        True,
    )
    said = answer.content.decode() + invitations.address(visit.pk)
    assert not any(word in said for word in ("Ana", "Prado", "Pedro", "99999"))
    assert answer["Content-Disposition"] == 'attachment; filename="visita.ics"'
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_one_uid_and_a_sequence_that_grows_until_it_is_cancelled(client, visit, free, now):
    _, first = read(fetch(client, visit))
    moved = booking.reschedule(visit, free[5], now=now, by="staff")
    again = booking.reschedule(moved, free[9], now=now, by="parent")
    _, then = read(fetch(client, visit))  # the address of the first one
    booking.cancel(again, "", now=now, by="parent")
    calendar, last = read(fetch(client, visit))
    assert first["uid"] == then["uid"] == last["uid"]
    assert [int(event["sequence"]) for event in (first, then, last)] == [0, 2, 3]
    assert then.start == free[9]
    assert (str(calendar["method"]), str(last["status"])) == ("CANCEL", "CANCELLED")


def test_a_new_visit_after_a_cancelled_one_is_another_event(client, visit, free, now):
    booking.cancel(visit, "", now=now, by="parent")
    new = booking.book(visit.lead, free[4], now=now, by="parent")
    assert read(fetch(client, visit))[1]["uid"] != read(fetch(client, new))[1]["uid"]


def test_the_address_ends_with_the_visit(client, visit, now):
    Visit.objects.update(created_at=now - timedelta(days=2), starts_at=now - timedelta(hours=1),
                         ends_at=now - timedelta(minutes=30))  # fmt: skip
    assert fetch(client, visit).status_code == 410


@pytest.mark.parametrize("forge", ["{pk}", "{pk}.", "{pk}.AAAA", "x.{signature}", "9{good}"])
def test_a_forged_address_is_nothing(client, visit, forge):
    good = urlsplit(invitations.address(visit.pk)).path.split("/")[2]
    token = forge.format(pk=visit.pk, signature=good.partition(".")[2], good=good)
    assert client.get(f"/v/{token}/visita.ics").status_code == 404


def test_the_feed_has_every_visit_once_without_children_or_phones(
    client, person, visit, free, now, django_assert_num_queries
):
    path = invitations.subscribe(person, now)
    booking.reschedule(visit, free[5], now=now, by="staff")
    others = [Lead.objects.create(parent_name=f"Mãe {n}") for n in range(3)]
    made = [booking.book(lead, free[n + 6], now=now, by="staff")
            for n, lead in enumerate(others)]  # fmt: skip
    booking.cancel(made[0], "", now=now, by="staff")
    client.get(path)
    with django_assert_num_queries(5):  # the feed, two for permissions, the unit, the visits
        answer = client.get(path)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [event.start for event in events] == [free[5], free[7], free[8]]
    assert str(events[0]["summary"]) == "Visita: Ana"
    assert "Pedro" not in answer.content.decode()
    assert "99999" not in answer.content.decode()


def test_only_the_digest_is_kept_and_a_new_address_ends_the_old_one(client, person, visit, now):
    old = invitations.subscribe(person, now)
    assert CalendarFeed.objects.get().digest not in old
    new = invitations.subscribe(person, now)
    assert [client.get(path).status_code for path in (old, new)] == [404, 200]
    invitations.unsubscribe(person)
    assert client.get(new).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_leaves_the_team_loses_the_feed(client, person, visit, now, change):
    path = invitations.subscribe(person, now)
    User.objects.filter(pk=person.pk).update(**change)
    assert client.get(path).status_code == 404


def test_guessing_is_slowed_down(client, visit):
    answers = {client.get(f"/agenda/{n}/visitas.ics").status_code for n in range(70)}
    assert answers == {404, 429}
    assert fetch(client, visit).status_code == 429


def test_without_redis_the_files_are_there(client, visit, settings):
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert fetch(client, visit).status_code == 200


def test_the_family_gets_it_once_the_talk_is_over(client, visit, now):
    seed(now)
    FollowupRules.objects.update(early_reminder_hours=0, late_reminder_hours=0)
    VisitRules.objects.update(quiet_from="00:00", quiet_until="00:00")
    Conversation.objects.create(
        lead=visit.lead, instance="vila-a", phone=visit.lead.phone, reply_to="x",
        last_message_at=now, dialogue={"asked": "email"}, dialogue_at=now,
    )  # fmt: skip
    for minutes in (1, 6, 7):
        moment = now + timedelta(minutes=minutes)
        followups.plan(moment)
        while claim := followups.claim_due(moment):
            followups.carry_out(claim, moment)
    (message,) = Message.objects.all()
    assert invitations.address(visit.pk) in message.text
    assert message.created_at == now + timedelta(minutes=6)
    assert Conversation.objects.get().dialogue["asked"] == "email"
