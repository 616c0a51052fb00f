from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from scheduling.booking import load_calendar
from scheduling.closures import fill_holidays
from scheduling.models import Closure, OpeningHours, VisitRules
from scheduling.seed import seed

pytestmark = pytest.mark.django_db

TZ = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=TZ)


def test_this_and_next_years_public_holidays_are_closed_days():
    fill_holidays(NOW)

    days = {f"{timezone.localtime(row.starts_at):%d/%m/%Y}": row for row in Closure.objects.all()}
    assert {"01/01/2026", "03/04/2026", "20/11/2026", "25/12/2027"} <= set(days)
    assert all(row.ends_at - row.starts_at == timedelta(days=1) for row in days.values())
    assert days["25/12/2026"].name == "Natal"
    assert {row.kind for row in days.values()} == {"national"}


@pytest.mark.parametrize("optional", ["17/02/2026", "04/06/2026", "24/12/2026"])
def test_optional_days_stay_open(optional):
    fill_holidays(NOW)

    closed = {f"{timezone.localtime(row.starts_at):%d/%m/%Y}" for row in Closure.objects.all()}
    assert optional not in closed


def test_filling_again_adds_nothing_and_keeps_what_staff_changed():
    first = fill_holidays(NOW)
    natal = Closure.objects.filter(name="Natal").earliest("starts_at")
    Closure.objects.filter(pk=natal.pk).update(active=False, name="Aberto no Natal")

    assert first == Closure.objects.count()
    assert fill_holidays(NOW + timedelta(days=30)) == 0
    natal.refresh_from_db()
    assert (natal.active, natal.name) == (False, "Aberto no Natal")


def test_the_new_year_brings_its_own():
    fill_holidays(NOW)
    assert fill_holidays(NOW + timedelta(days=60)) > 8


def test_the_seeded_unit_opens_as_the_unit_does():
    seed(NOW)
    calendar = load_calendar(NOW)

    assert VisitRules.objects.get().notice_minutes == 60
    assert calendar.verdict(datetime(2026, 11, 20, 10, tzinfo=TZ)).closure.startswith(
        "Dia Nacional"
    )
    assert calendar.next_open(datetime(2026, 11, 19, 17, tzinfo=TZ)) == (
        datetime(2026, 11, 23, 9, tzinfo=TZ)
    )
    assert len(calendar.free(NOW.date(), NOW.date() + timedelta(days=1))) == 10 + 12


def test_seeding_again_changes_nothing_that_staff_changed():
    seed(NOW)
    VisitRules.objects.update(capacity=2)
    OpeningHours.objects.filter(weekday=4).delete()

    seed(NOW)

    assert VisitRules.objects.get().capacity == 2
    assert OpeningHours.objects.count() == 8
