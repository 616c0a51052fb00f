from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from conversations.models import Conversation, Handoff, Message
from kumon_site.operations.figures import computed
from leads.models import Lead
from scheduling.models import Visit

pytestmark = pytest.mark.django_db

UNIT = ZoneInfo("America/Sao_Paulo")
BEGIN = datetime(2026, 3, 9, tzinfo=UNIT)
END = datetime(2026, 3, 16, tzinfo=UNIT)
HOUR = timedelta(hours=1)


@pytest.fixture
def staff():
    user = get_user_model().objects.create_user("ana", is_staff=True)
    client = APIClient()
    client.force_authenticate(user)
    return client


def family(created_at, *, phone=None, whole=False):
    lead = Lead.objects.create(
        phone=phone,
        created_at=created_at,
        parent_name="Ana" if whole else "",
        email="ana@example.com" if whole else "",
        schedule_preference="manhã" if whole else "",
    )
    if whole:
        lead.students.create(name="Bia", age=9, school_grade="4º ano", subjects=["math"])
    return lead


def visit(lead, starts_at, status="booked"):
    return Visit.objects.create(
        lead=lead,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        status=status,
        created_by="parent",
        created_at=starts_at - 2 * HOUR,
    )


def bubble(conversation, at, direction, status=None):
    rev = conversation.messages.count() + 1
    message = Message.objects.create(
        conversation=conversation,
        direction=direction,
        author="parent" if direction == "in" else "bot",
        status=status or ("received" if direction == "in" else "sent"),
        rev=rev,
        sent_at=at,
    )
    Message.objects.filter(pk=message.pk).update(created_at=at)
    if direction == "in":
        Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=at)


def talk(lead, *bubbles):
    conversation = Conversation.objects.create(lead=lead, instance="unit", reply_to=str(lead.pk))
    for each in bubbles:
        bubble(conversation, *each)
    return conversation


def test_known_rows_give_known_numbers():
    booked = family(BEGIN, phone="+5545999990001", whole=True)
    dropped_out = family(BEGIN + HOUR)
    family(BEGIN - HOUR)  # the day before
    family(END)  # half-open
    visit(booked, BEGIN + 30 * HOUR, "rescheduled")
    visit(booked, BEGIN + 40 * HOUR, "attended")
    visit(dropped_out, END, "booked")  # next week's visit of this week's family
    visit(family(BEGIN - 2 * HOUR), BEGIN + 60 * HOUR, "no_show")

    first = talk(
        booked,
        (BEGIN, "in"),
        (BEGIN + timedelta(seconds=1), "out", "dropped"),
        (BEGIN + timedelta(seconds=4), "out", "read"),
        (BEGIN + HOUR, "in"),
        (BEGIN + 2 * HOUR, "out", "failed"),
    )
    talk(dropped_out, (BEGIN + HOUR, "in"), (BEGIN + HOUR + timedelta(seconds=8), "out"))
    talk(family(END + HOUR), (END, "in"), (END + HOUR, "out"))
    Handoff.objects.create(conversation=first, reason="asked", started_at=BEGIN + HOUR)
    Handoff.objects.create(
        conversation=first, reason="asked", started_at=END, finished_at=END + HOUR
    )

    assert computed(BEGIN, END) == {
        "leads": 2,
        "qualified": 1,
        "booked": 2,
        "conversion": 1.0,
        "visits": 2,
        "attended": 1,
        "conversations": 2,
        "handoffs": 1,
        "messages_in": 3,
        "messages_out": 2,
        "median_first_reply_seconds": 6.0,
    }


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(8):
        found = computed(BEGIN, END)
    assert found.pop("conversion") is None
    assert found.pop("median_first_reply_seconds") is None
    assert set(found.values()) == {0}


def test_days_are_the_unit_s_and_both_included(staff):
    family(datetime(2026, 3, 9, 2, 30, tzinfo=ZoneInfo("UTC")))  # 23:30 of the 8th
    family(datetime(2026, 3, 10, 2, 30, tzinfo=ZoneInfo("UTC")))  # 23:30 of the 9th
    body = staff.get("/api/v1/figures/?from=2026-03-09&to=2026-03-09").json()
    assert (body["from"], body["to"], body["leads"]) == ("2026-03-09", "2026-03-09", 1)


def test_a_week_is_the_default(staff):
    body = staff.get("/api/v1/figures/?to=2026-03-15").json()
    assert (body["from"], body["to"]) == ("2026-03-09", "2026-03-15")
    today = staff.get("/api/v1/figures/").json()
    assert date.fromisoformat(today["to"]) - date.fromisoformat(today["from"]) == timedelta(6)


@pytest.mark.parametrize(
    "query",
    [
        "from=ontem",
        "to=2026-02-30",
        "from=09/03/2026",
        "from=2026-03-10&to=2026-03-09",
        "from=2020-01-01&to=2026-01-01",
        "to=0001-01-01",
        "from=9999-12-30&to=9999-12-31",
    ],
)
def test_bad_days_get_a_sentence(staff, query):
    response = staff.get(f"/api/v1/figures/?{query}")
    assert response.status_code == 400
    [sentence] = response.json().values()
    assert sentence.endswith(".")


def test_only_staff_may_look(client):
    assert client.get("/api/v1/figures/").status_code == 401
