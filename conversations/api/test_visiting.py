"""Staff's tools book, move, cancel and mark over HTTP, with a token."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

import scheduling.seed
from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit
from tests.families import begun
from tests.talks import family

pytestmark = pytest.mark.django_db


def client_of(*codenames):
    user = get_user_model().objects.create_user("ana", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    return client


@pytest.fixture
def api():
    return client_of("add_visit", "change_visit")


@pytest.fixture
def starts():
    now = timezone.now()
    scheduling.seed.seed(now)
    day = timezone.localdate(now)
    return booking.load_calendar(now).free(day, day + timedelta(days=20))


@pytest.fixture
def lead():
    return Lead.objects.create(phone="+5545999990000")


@pytest.fixture
def visit(starts, lead):
    return booking.book(lead, starts[0], now=timezone.now(), by="parent")


def post(api, path, **body):
    return api.post(f"/api/v1/visits/{path}", body, format="json")


def booked(api, lead, at, key=None):
    return post(api, "", lead=lead.pk, starts_at=at.isoformat(), client_uuid=key or uuid.uuid4())


def test_a_visit_is_booked_once_however_often_it_is_sent(api, lead, starts):
    key = uuid.uuid4()
    first, again = (booked(api, lead, starts[0], key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    row = Visit.objects.get()
    assert (row.created_by, row.starts_at, row.history.get().history_user.username) == (
        ("api", starts[0], "ana")
    )


def test_why_it_cannot_be_booked(api, visit, starts):
    other = Lead.objects.create()
    refusals = [
        booked(api, other, starts[0]),
        booked(api, other, starts[0] + timedelta(minutes=7)),
        booked(api, visit.lead, starts[1]),
    ]
    assert [(each.status_code, each.json()["reason"]) for each in refusals] == [
        (409, "taken"), (409, "off_grid"), (409, "already_booked"),
    ]  # fmt: skip
    assert refusals[2].json()["visit"]["id"] == visit.pk
    assert Visit.objects.count() == 1


def test_a_visit_moves(api, visit, starts):
    key = uuid.uuid4()
    body = {"starts_at": starts[3].isoformat(), "client_uuid": key, "version": 1}
    first, again = (post(api, f"{visit.pk}/move/", **body) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert Visit.objects.active().get().starts_at == starts[3]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("cancel", "cancelled"),
        ("confirm", "confirmed"),
        ("attended", "attended"),
        ("no-show", "no_show"),
    ],
)
def test_steps(api, visit, step, status):
    begun(visit, timezone.now())
    for _ in range(2):
        answer = post(api, f"{visit.pk}/{step}/")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert Visit.objects.get().version == 2


@pytest.mark.parametrize("step", ["attended", "no-show"])
def test_nobody_came_before_the_hour(api, visit, step):
    answer = post(api, f"{visit.pk}/{step}/")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_begun")
    assert Visit.objects.get().status == "booked"


def test_a_key_is_of_one_family(api, visit, starts):
    key = uuid.uuid4()
    booked(api, Lead.objects.create(), starts[1], key)
    answer = booked(api, Lead.objects.create(), starts[2], key)
    assert (answer.status_code, answer.json()["reason"]) == (409, "key_used")
    moved = {"starts_at": starts[2].isoformat(), "client_uuid": key}
    answer = post(api, f"{visit.pk}/move/", **moved)
    assert (answer.status_code, answer.json()["reason"]) == (409, "key_used")


def test_each_step_is_told_to_the_open_consoles(api, starts):
    talk = family("Marina", "+5545999112233")
    revs = [talk.rev]

    def told(answer):
        assert answer.status_code in (200, 201)
        talk.refresh_from_db()
        revs.append(talk.rev)
        return Visit.objects.get(pk=answer.json()["id"])

    first = told(booked(api, talk.lead, starts[0]))
    moved = {"starts_at": starts[3].isoformat(), "client_uuid": uuid.uuid4()}
    visit = told(post(api, f"{first.pk}/move/", **moved))
    told(post(api, f"{visit.pk}/confirm/"))
    begun(visit, timezone.now())
    told(post(api, f"{visit.pk}/attended/"))
    told(post(api, f"{told(booked(api, talk.lead, starts[4])).pk}/cancel/"))
    assert revs == sorted(set(revs))


def test_a_step_on_what_was_seen_before_the_parent_acted_is_told(api, visit):
    booking.confirm(visit, now=timezone.now(), by="parent")
    answer = post(api, f"{visit.pk}/cancel/", version=1)
    assert (answer.status_code, answer.json()["reason"]) == (409, "stale")
    assert answer.json()["visit"]["status"] == "confirmed"
    assert post(api, f"{visit.pk}/cancel/", version=2).status_code == 200
    answer = post(api, f"{visit.pk}/confirm/")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_active")


@pytest.mark.parametrize("path", ["", "{}/move/", "{}/cancel/", "{}/attended/"])
def test_only_who_may_change_visits(visit, path):
    reader = client_of("view_visit")
    assert reader.get("/api/v1/visits/").status_code == 200
    assert post(reader, path.format(visit.pk)).status_code == 403
    assert APIClient().post(f"/api/v1/visits/{path.format(visit.pk)}").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lead": "x", "starts_at": "2030-01-01T10:00:00-03:00", "client_uuid": str(uuid.uuid4())},
        {"lead": 1, "starts_at": "amanhã", "client_uuid": str(uuid.uuid4())},
        {"lead": 1, "starts_at": "2030-01-01T10:00:00-03:00", "client_uuid": "1"},
    ],
)
def test_bad_input_is_400(api, body):
    assert post(api, "", **body).status_code == 400


def test_unknown_rows_are_404(api, starts):
    assert booked(api, Lead(pk=10**9), starts[0]).status_code == 404
    assert post(api, "999999/cancel/").status_code == 404
