from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from conversations.models import Conversation, Message, Turn
from kumon_site.operations import slow_queries
from kumon_site.operations.models import Sample
from kumon_site.operations.performance import page, rollup, stages
from leads.models import Lead

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 11, 18, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ms(number):
    return timedelta(milliseconds=number)


def answered(at, times=1, *, thinking=100):
    """A message that came at `at` and was answered, `times` over."""
    lead = Lead.objects.create()
    talk = Conversation.objects.create(lead=lead, instance="unit", reply_to="x")
    for number in range(times):
        turn = Turn.objects.create(
            conversation=talk, epoch=0, due_at=at, started_at=at + ms(10),
            finished_at=at + ms(10 + thinking), tier="rules",
            trace={"timings_ms": {"gathered": 20.0, "understood": 4.0}},
        )  # fmt: skip
        Message.objects.create(
            conversation=talk, direction="in", author="parent", status="received", rev=2 * number,
            sent_at=at, created_at=at, stored_at=at + ms(3), answered_by=turn,
        )  # fmt: skip
        written = turn.finished_at
        Message.objects.create(
            conversation=talk, direction="out", author="bot", status="read", rev=2 * number + 1,
            sent_at=at, created_at=written, turn=turn, accepted_at=written + ms(50),
            delivered_at=written + ms(950), read_at=written + ms(5950),
        )  # fmt: skip


def test_every_stage_is_measured_in_the_order_of_the_way():
    answered(NOW)
    answered(NOW - 2 * HOUR, thinking=9000)
    found = stages.measured(NOW - HOUR, NOW + HOUR)
    assert {stage.name: stage.p50 for stage in found} == {
        "stored": 3, "picked_up": 10, "gathered": 20, "understood": 4, "written": 100,
        "accepted": 50, "replied": 160, "delivered": 900, "read": 5000,
    }  # fmt: skip
    assert [stage.name for stage in found] == [
        n for n in stages.LABELS if n in {s.name for s in found}
    ]
    assert {stage.count for stage in found} == {1}


def test_percentiles_are_of_the_window():
    for thinking in range(1, 101):
        answered(NOW, thinking=thinking)
    written = next(s for s in stages.measured(NOW, NOW + HOUR) if s.name == "written")
    assert (written.count, written.p50, written.p95) == (100, 50.5, 95.05)


def test_the_hour_that_is_over_is_kept_once():
    answered(NOW - HOUR)
    rollup.keep_last_hour(NOW)
    rollup.keep_last_hour(NOW + timedelta(minutes=5))
    kept = Sample.objects.filter(name="stage.written.p95")
    assert [(row.at, row.value) for row in kept] == [(NOW.replace(hour=17, minute=0), 100.0)]


@pytest.mark.parametrize(
    ("thinking", "times", "hours", "slower"),
    [
        (200, 20, 30, True),
        (200, 19, 30, False),  # too few to say so
        (200, 20, 3, False),  # nothing to compare with
        (140, 20, 30, False),  # within what varies
    ],
)
def test_a_stage_that_became_slower_is_named(admin_client, thinking, times, hours, slower):
    for number in range(hours):
        at = NOW - timedelta(days=2) - number * HOUR
        Sample.objects.create(name="stage.written.p95", at=at, value=100)
    answered(NOW - HOUR, times, thinking=thinking)
    lines = page.lined(NOW, timedelta(days=1))
    assert [line.stage.name for line in lines if line.slower] == (["written"] if slower else [])


def test_the_page_tells_and_takes_as_many_queries_however_much_there_is(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    from django.utils import timezone

    answered(timezone.now())
    admin_client.get("/admin/performance/")
    with django_assert_max_num_queries(14) as few:
        text = admin_client.get("/admin/performance/").content.decode()
    assert "assumida → escrita" in text
    answered(timezone.now(), 30)
    with django_assert_num_queries(len(few)):
        assert admin_client.get("/admin/performance/?hours=1").status_code == 200


def test_who_may_look(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("someone", is_staff=True))
    assert client.get("/admin/performance/").status_code == 403
    client.logout()
    assert client.get("/admin/performance/").status_code == 302


def test_a_slow_query_is_kept_without_its_values(monkeypatch):

    slow_queries._redis().delete(slow_queries.KEY)
    monkeypatch.setattr(slow_queries, "SLOW_SECONDS", 0.0)
    slow_queries._watch_connection(connection)
    Lead.objects.filter(parent_name="Ana Prado").exists()
    monkeypatch.undo()
    newest = slow_queries.newest()[0]
    assert "parent_name" in newest.statement
    assert "Ana" not in newest.statement
    slow_queries._redis().delete(slow_queries.KEY)


def test_a_line_fits_its_box():
    assert page.drawn([]) == page.drawn([5.0]) == ""
    assert page.drawn([0.0, 10.0]) == "0.0,26.0 120.0,2.0"
