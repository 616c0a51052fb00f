"""The page on which staff decide."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from kumon_site.operations import health
from kumon_site.operations.alerts import rules
from scheduling.models import Visit, VisitEvent
from tests.google_calendar.unit import HALF_HOUR, TEN
from tests.stand_ins.google_calendar import Fault

LIST = "admin:scheduling_visitevent_changelist"
ELEVEN = TEN + timedelta(hours=1)


@pytest.fixture
def moved(unit):
    visit = unit.book()
    unit.sync()
    unit.google.person.moves(unit.event(visit).event_id, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    return unit.event(visit)


def decide(client, name, row):
    """As the dialog does: what it showed comes back with the answer."""
    url = reverse(f"admin:scheduling_visitevent_{name}", args=[row.pk])
    shown = re.search(r'name="shown" value="([^"]*)"', client.get(url).content.decode())[1]
    return lambda: client.post(url, {"_form_submitted": "on", "shown": shown})


def test_the_list_says_what_stands_where(admin_client, moved):
    page = admin_client.get(reverse(LIST), {"situation": "open"}).content.decode()
    assert "10/03/2026 (ter), das 10:00 às 10:30" in page
    assert "10/03/2026 (ter), das 11:00 às 11:30" in page
    assert "movida no Google Agenda" in page


def test_asking_changes_nothing_and_keeping_puts_back(admin_client, unit, moved):
    answer = decide(admin_client, "keep", moved)
    moved.refresh_from_db()
    assert moved.question == "moved"

    assert answer().headers["HX-Redirect"].endswith("?situation=open")
    VisitEvent.objects.update(due_at=unit.now)  # the page has the real clock
    unit.sync()
    assert unit.there() == [TEN]
    unit.agree()


def test_what_changed_since_the_page_was_opened_is_told(admin_client, unit, moved):
    answer = decide(admin_client, "accept", moved)
    unit.google.person.moves(moved.event_id, TEN + HALF_HOUR, ELEVEN)
    unit.sync()
    answer()
    said = admin_client.get(reverse(LIST)).context["messages"]
    assert "error" in [message.level_tag for message in said]
    assert Visit.objects.get().status == "booked"


def test_a_time_that_cannot_be_is_told(admin_client, unit, moved):
    unit.book(ELEVEN)
    decide(admin_client, "accept", moved)()
    assert VisitEvent.objects.get(pk=moved.pk).question == "moved"


@pytest.mark.parametrize(("codename", "status"), [("view_visit", 403), ("change_visit", 200)])
def test_whoever_may_move_visits_decides(client, django_user_model, moved, codename, status):
    user = django_user_model.objects.create_user("bia", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    url = reverse("admin:scheduling_visitevent_keep", args=[moved.pk])
    assert client.get(url).status_code == status


def test_health_tells_whether_both_sides_agree(unit, moved, settings):
    ask = health.HELPFUL["calendar"]  # in this thread, which sees the test's rows
    found = ask()
    assert (found["state"], found["questions"], found["waiting"]) == ("behind", 1, 0)
    settings.GOOGLE_CALENDAR_ID = ""
    assert ask() == {"state": "off"}


def test_an_alert_when_they_do_not(unit):
    assert rules.calendar_behind(unit.now)
    unit.sync()
    assert rules.calendar_behind(unit.now) is None
    unit.google.faults.extend([Fault(403, "forbidden")] * 40)
    for _ in range(8):
        unit.sync(timedelta(minutes=1))
    assert "403" in rules.calendar_behind(unit.now)


def test_the_home_page_counts_what_is_to_decide(admin_client, moved):
    page = admin_client.get("/admin/").content.decode()
    assert reverse(LIST) + "?situation=open" in page
