from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from scheduling import booking
from scheduling.models import Closure, ExtraOpening, OpeningHours
from scheduling.seed import seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def holiday():
    seed(timezone.now())
    return Closure.objects.exclude(source="").last()


def page(model, name, *args):
    return reverse(f"admin:scheduling_{model}_{name}", args=args)


def test_a_holiday_is_switched_off_and_nothing_else_of_it_changes(admin_client, holiday):
    admin_client.post(page("closure", "change", holiday.pk), {"name": "x", "kind": "staff"})
    changed = Closure.objects.get(pk=holiday.pk)
    assert (changed.active, changed.name, changed.kind) == (False, holiday.name, holiday.kind)


def test_a_holiday_is_not_deleted(admin_client, holiday):
    answer = admin_client.post(page("closure", "delete", holiday.pk), {"post": "yes"})
    assert answer.status_code == 403
    assert Closure.objects.filter(pk=holiday.pk).exists()


def test_staff_enter_a_closure_and_take_it_back(admin_client):
    answer = admin_client.post(page("closure", "add"), {
        "name": "Treinamento", "active": "on",
        "starts_at_0": "10/12/2030", "starts_at_1": "09:00",
        "ends_at_0": "10/12/2030", "ends_at_1": "12:00",
    })  # fmt: skip
    assert answer.status_code == 302
    closure = Closure.objects.get()
    assert (closure.kind, closure.source) == ("staff", "")
    assert f"{timezone.localtime(closure.starts_at):%d/%m/%Y %H:%M}" == "10/12/2030 09:00"
    admin_client.post(page("closure", "delete", closure.pk), {"post": "yes"})
    assert not Closure.objects.exists()


def test_hours_are_replaced_from_a_moment_on(admin_client, holiday):
    row = OpeningHours.objects.filter(weekday=0, opens=time(14)).get()
    starts = timezone.localtime() + timedelta(days=10)
    admin_client.post(page("openinghours", "replace_from", row.pk), {
        "starting_0": f"{starts:%d/%m/%Y}", "starting_1": "00:00",
        "weekday": "0", "opens": "14:00", "closes": "18:00",
    })  # fmt: skip
    row.refresh_from_db()
    assert row.valid_until is not None
    new = OpeningHours.objects.get(weekday=0, opens=time(14), valid_until=None)
    assert (new.closes, new.valid_from) == (time(18), row.valid_until)


def test_hours_that_close_before_they_open_are_refused(admin_client, holiday):
    row = OpeningHours.objects.filter(weekday=0, opens=time(14)).get()
    starts = timezone.localtime() + timedelta(days=10)
    answer = admin_client.post(page("openinghours", "replace_from", row.pk), {
        "starting_0": f"{starts:%d/%m/%Y}", "starting_1": "00:00",
        "weekday": "0", "opens": "14:00", "closes": "13:00",
    })  # fmt: skip
    assert answer.status_code == 200
    assert OpeningHours.objects.get(pk=row.pk).valid_until is None


def test_holidays_are_filled_in_by_a_dialog(admin_client):
    url = page("closure", "fill_holidays")
    admin_client.get(url)
    assert not Closure.objects.exists()
    answer = admin_client.post(url, {"_form_submitted": "on"})
    assert answer.headers["HX-Redirect"] == page("closure", "changelist")
    assert Closure.objects.filter(kind="municipal", active=False).count() == 4


def test_offered_days_are_ticked_in_the_list(admin_client, holiday):
    offered = Closure.objects.filter(kind="municipal")
    only = {"kind__exact": "municipal", "when": "coming"}
    shown = admin_client.get(page("closure", "changelist"), only).context["cl"].result_list
    form = {"form-TOTAL_FORMS": len(shown), "form-INITIAL_FORMS": len(shown), "_save": "x"}
    form |= {f"form-{n}-id": row.pk for n, row in enumerate(shown)} | {"form-0-active": "on"}

    admin_client.post(f"{page('closure', 'changelist')}?kind__exact=municipal&when=coming", form)

    assert list(offered.filter(active=True)) == [shown[0]]


def test_closing_over_visits_says_how_many(admin_client, holiday):
    now = timezone.now()
    day = timezone.localdate(now)
    at = booking.load_calendar(now).free(day, day + timedelta(days=20))[0]
    booking.book(Lead.objects.create(), at, now=now, by="staff")
    local = timezone.localtime(at)
    answer = admin_client.post(page("closure", "add"), {
        "name": "Reunião", "active": "on",
        "starts_at_0": f"{local:%d/%m/%Y}", "starts_at_1": "00:00",
        "ends_at_0": f"{local:%d/%m/%Y}", "ends_at_1": "23:00",
    }, follow=True)  # fmt: skip
    assert "warning" in [message.level_tag for message in answer.context["messages"]]
    assert booking.load_calendar(now).verdict(at).closure == "Reunião"


def test_staff_enter_an_extra_opening(admin_client):
    admin_client.post(page("extraopening", "add"), {
        "name": "Sábado de portas abertas",
        "starts_at_0": "14/12/2030", "starts_at_1": "09:00",
        "ends_at_0": "14/12/2030", "ends_at_1": "12:00",
    })  # fmt: skip
    row = ExtraOpening.objects.get()
    assert row.ends_at - row.starts_at == timedelta(hours=3)
