"""What staff do to a family's visit from the lead card."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation
from scheduling import booking
from scheduling.models import Visit
from tests.families import begun, seed_rules
from tests.talks import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk(client):
    user = User.objects.create_user("ana", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_visit"))
    client.force_login(user)
    return client


@pytest.fixture
def talk(now):
    seed_rules(now)
    return family("Marina", "+5545999112233")


@pytest.fixture
def free(talk, now):
    today = timezone.localdate(now)
    return booking.load_calendar(now).free(today, today + timedelta(days=20))


@pytest.fixture
def visit(talk, free, now):
    return booking.book(talk.lead, free[2], now=now, by="parent")


def post(desk, talk, **given):
    url = reverse("console:visit", args=[talk.pk])
    return desk.post(url, given, headers={"HX-Request": "true"})


def take(desk, talk, visit, step, **given):
    return post(desk, talk, step=step, visit=visit.pk, version=visit.version, **given)


def book(desk, talk, at, key=None):
    return post(desk, talk, step="book", starts_at=at.isoformat(), client_key=key or uuid4())


def test_booked_from_the_card(desk, talk, free):
    key = desk.get(reverse("console:visit", args=[talk.pk])).context["client_key"]
    cards = [book(desk, talk, free[4], key) for _ in range(2)]  # a double click
    assert [card.status_code for card in cards] == [200, 200]
    card = cards[0]
    assert card.context["visit"] == Visit.objects.get(starts_at=free[4], created_by="staff")
    before = talk.rev
    talk.refresh_from_db()
    assert talk.rev > before


@pytest.mark.parametrize(
    ("step", "status"),
    [("confirm", "confirmed"), ("attended", "attended"), ("no_show", "no_show"),
     ("cancel", "cancelled")],
)  # fmt: skip
def test_one_tap(desk, talk, visit, now, step, status):
    begun(visit, now)
    assert take(desk, talk, visit, step, reason="x").status_code == 200
    visit.refresh_from_db()
    assert visit.status == status


def test_moved_from_the_card(desk, talk, visit, free):
    card = take(desk, talk, visit, "move", starts_at=free[5].isoformat())
    assert card.context["visit"].starts_at == free[5]


def test_without_a_script_it_leads_back_to_the_card(desk, talk, free):
    url = reverse("console:visit", args=[talk.pk])
    assert desk.get(url).status_code == 200
    given = {"step": "book", "starts_at": free[4].isoformat(), "client_key": uuid4()}
    answer = desk.post(url, given)
    assert answer.url == f"/console/{talk.pk}/?pane=card"


def test_a_card_out_of_date_says_so_and_keeps_what_was_typed(desk, talk, visit, free, now):
    booking.reschedule(visit, free[5], now=now, by="parent")
    answer = take(desk, talk, visit, "cancel", reason="a mãe ligou")
    assert answer.status_code == 409
    assert "mudou" in answer.text
    assert "a mãe ligou" in answer.text
    assert Visit.objects.get(replaces=visit).status == "booked"


def test_a_taken_time_is_refused(desk, talk, visit, free, now):
    other = family("Bia", "+5545999112244")
    answer = book(desk, other, visit.starts_at)
    assert answer.status_code == 409
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [{}, {"step": "book"}, {"step": "book", "starts_at": "abc", "client_key": uuid4()},
     {"step": "move", "version": "1"}, {"step": "fly"}],
)  # fmt: skip
def test_nonsense_is_asked_again(desk, talk, visit, given):
    assert post(desk, talk, **given).status_code == 422


def test_the_step_is_of_this_family_s_visit_only(desk, talk, visit):
    stranger = family("Bia", "+5545999112244")
    assert take(desk, stranger, visit, "cancel", reason="x").status_code == 422
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_the_family_came_and_enrolled(desk, talk, visit, now):
    begun(visit, now)
    take(desk, talk, visit, "attended")
    assert "matriculou" in desk.get(reverse("console:lead", args=[talk.pk])).text
    desk.post(reverse("console:enrol", args=[talk.pk]))
    talk.lead.refresh_from_db()
    assert talk.lead.stage == "enrolled"


def test_who_may_not_change_visits_sees_no_buttons(client, talk, visit):
    client.force_login(User.objects.create_user("lia", is_staff=True))
    assert "Remarcar" not in client.get(reverse("console:lead", args=[talk.pk])).text
    assert take(client, talk, visit, "confirm").status_code == 403
    assert client.post(reverse("console:enrol", args=[talk.pk])).status_code == 403
    assert Conversation.objects.get(pk=talk.pk).lead.stage == "booked"
