from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit
from tests.families import families, seed_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def lead(now):
    seed_rules(now)
    return Lead.objects.create(phone="+5545999990000", parent_name="Ana")


@pytest.fixture
def visit(lead, now):
    return booking.book(lead, free(now)[0], now=now, by="parent")


def free(now):
    day = timezone.localtime(now).date()
    return booking.load_calendar(now).free(day, day + timedelta(days=20))


def step(client, visit, name, **given):
    url = reverse(f"admin:scheduling_visit_{name}", args=[visit.pk])
    return client.post(url, {"_form_submitted": "on", **given})


@pytest.mark.parametrize(
    ("name", "status"),
    [("confirm", "confirmed"), ("attended", "attended"), ("no_show", "no_show"),
     ("cancel", "cancelled")],
)  # fmt: skip
def test_a_step_is_taken_by_post(admin_client, visit, name, status):
    answer = step(admin_client, visit, name)
    assert answer.headers["HX-Redirect"].startswith("/admin/scheduling/visit/")
    visit.refresh_from_db()
    assert visit.status == status


@pytest.mark.parametrize("name", ["confirm", "attended", "no_show", "move", "cancel"])
def test_asking_changes_nothing(admin_client, visit, name):
    url = reverse(f"admin:scheduling_visit_{name}", args=[visit.pk])
    assert admin_client.get(url).status_code == 200
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_visit_moves_to_a_free_time(admin_client, visit, now):
    there = free(now)[5]
    step(admin_client, visit, "move", starts_at=there.isoformat())
    visit.refresh_from_db()
    assert visit.status == "rescheduled"
    assert visit.replaced_by.starts_at == there


def test_a_visit_does_not_move_to_a_taken_time(admin_client, visit, now):
    other = Lead.objects.create(phone="+5545999990001")
    there = free(now)[5]
    booking.book(other, there, now=now, by="parent")
    answer = step(admin_client, visit, "move", starts_at=there.isoformat())
    assert "HX-Redirect" not in answer.headers
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_step_that_is_no_longer_possible_says_so(admin_client, visit, now):
    booking.cancel(visit, "", now=now, by="parent")
    step(admin_client, visit, "confirm")
    page = admin_client.get(reverse("admin:scheduling_visit_changelist"))
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_a_step_never_leads_to_another_site(admin_client, visit):
    url = reverse("admin:scheduling_visit_confirm", args=[visit.pk])
    answer = admin_client.post(
        url, {"_form_submitted": "on"}, headers={"HX-Current-URL": "https://evil.example/x"}
    )
    assert answer.headers["HX-Redirect"] == "/admin/"


def test_staff_book_a_free_time(admin_client, lead, now):
    there = free(now)[3]
    url = reverse("admin:scheduling_visit_add")
    answer = admin_client.post(url, {"lead": lead.pk, "free": there.isoformat()})
    assert answer.status_code == 302
    visit = Visit.objects.get()
    assert (visit.lead, visit.starts_at, visit.created_by) == (lead, there, "staff")


def test_a_family_with_a_visit_ahead_books_no_second(admin_client, visit, now):
    url = reverse("admin:scheduling_visit_add")
    answer = admin_client.post(url, {"lead": visit.lead_id, "free": free(now)[3].isoformat()})
    assert "lead" in answer.context["adminform"].form.errors
    assert Visit.objects.count() == 1


def test_a_visit_changes_by_its_steps_only(admin_client, visit):
    url = reverse("admin:scheduling_visit_change", args=[visit.pk])
    admin_client.post(url, {"status": "attended", "reason": "x"})
    visit.refresh_from_db()
    assert (visit.status, visit.reason) == ("booked", "")
    delete = reverse("admin:scheduling_visit_delete", args=[visit.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("when", ["today", "tomorrow", "week", "coming", "unmarked", "nonsense"])
def test_a_period_lists_its_visits_from_the_earliest(admin_client, now, when):
    seed_rules(now)
    families(20, now)
    rows = list(
        admin_client.get(reverse("admin:scheduling_visit_changelist"), {"when": when})
        .context["cl"].result_list
    )  # fmt: skip
    starts = [row.starts_at for row in rows]
    assert starts == sorted(starts)
    today = timezone.localtime(now).date()
    if when == "today":
        assert {timezone.localtime(at).date() for at in starts} == {today}
