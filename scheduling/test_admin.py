from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling.models import Closure, OpeningHours
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
