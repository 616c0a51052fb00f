from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
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
    assert {row.kind for row in days.values() if row.active} == {"national"}


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("17/02/2026", "optional"),
        ("04/06/2026", "optional"),
        ("24/12/2027", "optional"),
        ("10/06/2026", "municipal"),
        ("24/06/2027", "municipal"),
    ],
)
def test_optional_and_municipal_days_are_offered_and_stay_open(day, kind):
    fill_holidays(NOW)

    offered = {
        f"{timezone.localtime(row.starts_at):%d/%m/%Y}": row.kind
        for row in Closure.objects.filter(active=False)
    }
    assert offered[day] == kind


def test_a_municipal_day_that_staff_ticked_closes():
    seed(NOW)
    day = datetime(2027, 6, 10, 10, tzinfo=TZ)
    now = day - timedelta(days=3)
    assert load_calendar(now).verdict(day).free

    Closure.objects.filter(kind="municipal", starts_at__year=2027, starts_at__day=10).update(
        active=True
    )
    fill_holidays(now)

    assert load_calendar(now).verdict(day).closure == "Aniversário de Foz do Iguaçu"


def test_holidays_are_filled_by_command():
    said = StringIO()
    call_command("fill_holidays", stdout=said)
    assert said.getvalue() == f"{Closure.objects.count()} new closures\n"


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


@pytest.mark.parametrize(
    ("now", "back", "first"),
    [  # when staff are back, and the first visit that can be booked
        ("2026-12-23 18:00", "2026-12-24 09:00", "2026-12-24 09:00"),  # an optional day is open
        ("2026-12-24 17:00", "2026-12-28 09:00", "2026-12-28 09:00"),  # Christmas, a weekend
        ("2026-12-31 16:59", "2026-12-31 16:59", "2027-01-04 09:00"),  # New Year, a weekend
        ("2026-12-31 17:00", "2027-01-04 09:00", "2027-01-04 09:00"),
        ("2027-03-25 15:31", "2027-03-25 15:31", "2027-03-29 09:00"),  # Good Friday: no notice left
        ("2028-02-28 16:00", "2028-02-28 16:00", "2028-02-29 09:00"),  # a leap day is a day
        ("2027-04-20 11:20", "2027-04-20 11:20", "2027-04-20 14:00"),  # over noon
    ],
)
def test_the_clock_goes_through_holidays_weekends_and_the_year_s_end(now, back, first):
    now, back, first = (
        datetime.fromisoformat(text).replace(tzinfo=TZ) for text in (now, back, first)
    )
    seed(datetime(2026, 1, 2, tzinfo=TZ))
    fill_holidays(now)
    calendar = load_calendar(now)
    day = now.date()
    assert calendar.next_open(now) == back
    assert calendar.free(day, day + timedelta(days=30))[0] == first


def test_seeding_again_changes_nothing_that_staff_changed():
    seed(NOW)
    VisitRules.objects.update(capacity=2)
    OpeningHours.objects.filter(weekday=4).delete()

    seed(NOW)

    assert VisitRules.objects.get().capacity == 2
    assert OpeningHours.objects.count() == 8
