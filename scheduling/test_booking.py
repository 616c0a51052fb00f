from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from leads.models import Lead
from scheduling.booking import (
    AlreadyBooked,
    KeyUsed,
    NotActive,
    NotBegun,
    SlotClosed,
    SlotTaken,
    Stale,
    book,
    cancel,
    confirm,
    load_calendar,
    mark,
    reschedule,
)
from scheduling.models import Closure, ExtraOpening, Visit, VisitRules
from scheduling.seed import seed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Monday
TEN = NOW + timedelta(days=1, hours=2)
ELEVEN = TEN + timedelta(hours=1)
AFTER = TEN + timedelta(hours=5)


@pytest.fixture(autouse=True)
def unit(db):
    seed(NOW)


@pytest.fixture
def lead(db):
    return Lead.objects.create(parent_name="Ana")


@pytest.fixture
def other(db):
    return Lead.objects.create(parent_name="Bia")


@pytest.fixture
def visit(lead):
    return book(lead, TEN, now=NOW, by="parent")


def stage(lead):
    return Lead.objects.get(pk=lead.pk).stage


def status(visit):
    return Visit.objects.get(pk=visit.pk).status


def test_a_visit_is_booked(lead, visit):
    row = Visit.objects.get()
    assert (row.starts_at, row.ends_at - row.starts_at) == (TEN, timedelta(minutes=30))
    assert (row.status, row.seat, row.created_by, row.created_at) == ("booked", 0, "parent", NOW)
    assert stage(lead) == "booked"
    assert load_calendar(NOW).verdict(TEN).status == "taken"
    assert [line.history_type for line in row.history.all()] == ["+"]


def test_one_place_for_one_family(visit, other):
    with pytest.raises(SlotTaken):
        book(other, TEN, now=NOW, by="parent")
    assert Visit.objects.count() == 1
    assert stage(other) == "new"


def test_two_places_for_two_families(visit, other):
    VisitRules.objects.update(capacity=2)

    assert book(other, TEN, now=NOW, by="staff").seat == 1
    with pytest.raises(SlotTaken):
        book(Lead.objects.create(), TEN, now=NOW, by="staff")

    cancel(visit, "", now=NOW, by="parent")
    assert book(Lead.objects.create(), TEN, now=NOW, by="staff").seat == 0


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (TEN + timedelta(hours=2), "outside_hours"),
        (TEN + timedelta(minutes=10), "off_grid"),
        (TEN + timedelta(days=4), "weekend"),
        (TEN + timedelta(days=40), "too_far"),
        (NOW - timedelta(days=3), "past"),
    ],
)
def test_outside_the_rules_nothing_is_booked(lead, at, why):
    with pytest.raises(SlotClosed) as refused:
        book(lead, at, now=NOW, by="staff")
    assert refused.value.verdict.status == why
    assert not Visit.objects.exists()


def test_a_closure_closes_and_a_switched_off_one_does_not(lead):
    holiday = Closure.objects.create(starts_at=TEN, ends_at=TEN + timedelta(days=1), name="Reunião")
    with pytest.raises(SlotClosed) as refused:
        book(lead, TEN, now=NOW, by="staff")
    assert refused.value.verdict.closure == "Reunião"

    Closure.objects.filter(pk=holiday.pk).update(active=False)
    assert book(lead, TEN, now=NOW, by="staff").pk


def test_one_active_visit_per_family(lead, visit):
    with pytest.raises(AlreadyBooked) as refused:
        book(lead, ELEVEN, now=NOW, by="parent")
    assert refused.value.visit == visit


def test_a_visit_that_nobody_marked_does_not_keep_the_family_away(lead, visit):
    assert book(lead, AFTER + timedelta(days=1), now=AFTER, by="parent").pk
    assert status(visit) == "booked"


def test_the_same_request_is_the_same_visit(lead):
    first = book(lead, TEN, now=NOW, by="api", client_key="k1")

    assert book(lead, TEN, now=NOW, by="api", client_key="k1") == first
    assert Visit.objects.count() == 1


def test_a_request_s_key_is_of_one_family(lead, other):
    book(lead, TEN, now=NOW, by="api", client_key="k1")
    theirs = book(other, ELEVEN, now=NOW, by="api")

    for step in (
        lambda: book(Lead.objects.create(), ELEVEN, now=NOW, by="api", client_key="k1"),
        lambda: reschedule(theirs, AFTER, now=NOW, by="api", client_key="k1"),
    ):
        with pytest.raises(KeyUsed):
            step()
    assert status(theirs) == "booked"


def test_rescheduling_takes_the_place_of_the_old_visit(lead, visit):
    confirm(visit, now=NOW, by="parent")
    new = reschedule(visit, ELEVEN, now=NOW, by="parent", client_key="k2")

    assert (new.starts_at, new.status, new.replaces) == (ELEVEN, "booked", visit)
    assert visit.status == status(visit) == "rescheduled"
    assert stage(lead) == "booked"
    assert load_calendar(NOW).verdict(TEN).free
    assert reschedule(visit, ELEVEN, now=NOW, by="parent", client_key="k2") == new
    assert [line.status for line in visit.history.all()] == ["rescheduled", "confirmed", "booked"]


@pytest.mark.parametrize("at", [ELEVEN, TEN + timedelta(hours=2)])
def test_rescheduling_keeps_the_old_visit_when_the_new_one_cannot_be(visit, other, at):
    book(other, ELEVEN, now=NOW, by="parent")

    with pytest.raises((SlotTaken, SlotClosed)):
        reschedule(visit, at, now=NOW, by="parent")
    assert status(visit) == "booked"
    assert Visit.objects.count() == 2


def test_moving_to_the_same_time_changes_nothing(visit):
    assert reschedule(visit, TEN, now=NOW, by="parent") == visit
    assert status(visit) == "booked"


def test_what_is_over_cannot_be_moved(visit):
    with pytest.raises(NotActive):
        reschedule(visit, TEN + timedelta(days=1), now=AFTER, by="parent")


def test_cancelling_frees_the_place_and_the_family(lead, other, visit):
    assert cancel(visit, "doente", now=NOW, by="parent") is True

    assert (visit.status, visit.reason, stage(lead)) == ("cancelled", "doente", "talking")
    assert book(other, TEN, now=NOW, by="parent").pk
    assert book(lead, ELEVEN, now=NOW, by="parent").pk


def test_confirming_and_cancelling_twice_changes_nothing(lead, visit):
    assert [confirm(visit, now=NOW, by="parent") for _ in range(2)] == [True, False]
    assert stage(lead) == "confirmed"
    assert [cancel(visit, "x", now=NOW, by="parent") for _ in range(2)] == [True, False]
    assert visit.history.count() == 3
    assert visit.history.first().history_change_reason == "parent"
    assert visit.history.first().history_date == NOW


def test_a_cancelled_visit_stays_cancelled(visit):
    cancel(visit, "", now=NOW, by="staff")

    for step in (
        lambda: confirm(visit, now=NOW, by="parent"),
        lambda: mark(visit, "attended", now=TEN, by="staff"),
        lambda: reschedule(visit, ELEVEN, now=NOW, by="parent"),
    ):
        with pytest.raises(NotActive) as refused:
            step()
        assert refused.value.visit.status == "cancelled"
    assert status(visit) == "cancelled"


def test_an_old_copy_of_the_visit_decides_nothing(visit):
    stale = Visit.objects.get(pk=visit.pk)
    cancel(visit, "", now=NOW, by="staff")

    with pytest.raises(NotActive):
        confirm(stale, now=NOW, by="parent")
    assert stale.status == "cancelled"


@pytest.mark.parametrize(
    "step",
    [
        lambda visit, seen: cancel(visit, "", now=NOW, by="staff", seen=seen),
        lambda visit, seen: mark(visit, "attended", now=TEN, by="staff", seen=seen),
        lambda visit, seen: reschedule(visit, ELEVEN, now=NOW, by="staff", seen=seen),
    ],
)
def test_what_a_page_showed_before_the_parent_acted_decides_nothing(visit, step):
    seen = visit.version
    confirm(Visit.objects.get(pk=visit.pk), now=NOW, by="parent")

    with pytest.raises(Stale) as refused:
        step(visit, seen)

    assert refused.value.visit.status == status(visit) == "confirmed"
    assert step(visit, refused.value.visit.version)


def test_every_change_of_a_visit_counts(visit):
    confirm(visit, now=NOW, by="parent")
    mark(visit, "attended", now=AFTER, by="staff")
    mark(visit, "attended", now=AFTER, by="staff", seen=visit.version)
    assert visit.version == 3


def test_buffers_keep_other_visits_away(visit, other):
    VisitRules.objects.update(before_minutes=5, after_minutes=20)

    for at in (TEN - timedelta(minutes=30), TEN + timedelta(minutes=30)):
        with pytest.raises(SlotTaken):
            book(other, at, now=NOW, by="parent")
    VisitRules.objects.update(capacity=2)
    assert book(other, TEN + timedelta(minutes=30), now=NOW, by="parent").seat == 1


def test_an_extra_opening_receives_and_a_closure_goes_before_it(lead):
    saturday = TEN + timedelta(days=4)
    ExtraOpening.objects.create(
        starts_at=saturday, ends_at=saturday + timedelta(hours=1), name="Mutirão"
    )
    closed = Closure.objects.create(
        starts_at=saturday, ends_at=saturday + timedelta(minutes=30), name="Dedetização"
    )

    assert load_calendar(NOW).free(saturday.date(), saturday.date()) == (
        [saturday + timedelta(minutes=30)]
    )
    closed.delete()
    assert book(lead, saturday, now=NOW, by="parent").pk


def test_a_busy_time_in_google_is_taken_and_tells_nothing(lead):
    Closure.objects.create(
        starts_at=TEN,
        ends_at=ELEVEN,
        name="Dentista da Bia",
        kind="google",
        source="google",
        external_id="x",
    )
    verdict = load_calendar(NOW).verdict(TEN)
    assert (verdict.status, verdict.closure) == ("taken", "")
    with pytest.raises(SlotTaken):
        book(lead, TEN, now=NOW, by="parent")


def test_the_past_is_counted_with_the_closures_of_then():
    Closure.objects.create(
        starts_at=TEN - timedelta(days=7), ends_at=ELEVEN - timedelta(days=7), name="Reunião"
    )
    since = NOW - timedelta(days=6)
    calendar = load_calendar(NOW, since=since)
    assert calendar.open_between(since, since + timedelta(hours=9)) == timedelta(hours=5)


def test_staff_mark_who_came_and_set_a_wrong_mark_right(lead, visit):
    assert mark(visit, "no_show", now=AFTER, by="staff") is True
    assert stage(lead) == "talking"
    assert mark(visit, "attended", now=AFTER, by="staff") is True
    assert mark(visit, "attended", now=AFTER, by="staff") is False
    assert (status(visit), stage(lead)) == ("attended", "attended")
    mark(visit, "no_show", now=AFTER, by="staff")  # the second mark was the wrong one
    assert stage(lead) == "talking"


@pytest.mark.parametrize("outcome", ["attended", "no_show"])
def test_a_visit_that_has_not_begun_keeps_its_place_and_is_not_marked(visit, other, outcome):
    with pytest.raises(NotBegun) as refused:
        mark(visit, outcome, now=TEN - timedelta(seconds=1), by="staff")
    assert refused.value.visit.status == status(visit) == "booked"
    with pytest.raises(SlotTaken):
        book(other, TEN, now=NOW, by="parent")
    assert mark(visit, outcome, now=TEN, by="staff") is True


def test_a_late_mark_leaves_the_next_visit_alone(lead, visit):
    book(lead, AFTER + timedelta(days=1), now=AFTER, by="parent")

    mark(visit, "no_show", now=AFTER, by="staff")

    assert stage(lead) == "booked"


def test_five_queries_load_the_calendar(visit, django_assert_num_queries):
    with django_assert_num_queries(5):
        load_calendar(NOW)


def row(lead, start=TEN, minutes=30, **columns):
    ends_at = start + timedelta(minutes=minutes)
    return Visit(
        lead=lead, starts_at=start, ends_at=ends_at, created_by="staff", created_at=NOW, **columns
    )


@pytest.mark.parametrize("start", [TEN, TEN + timedelta(minutes=15), TEN - timedelta(minutes=29)])
def test_the_database_refuses_two_visits_in_one_place(visit, other, start):
    with pytest.raises(IntegrityError, match="one_visit_per_place"), transaction.atomic():
        row(other, start).save()
    with pytest.raises(ValidationError):
        row(other, start).full_clean()
    row(other, start, seat=1).save()
    row(Lead.objects.create(), start, status="cancelled").save()


def test_the_database_refuses_a_second_active_visit_of_a_family(lead, visit):
    with pytest.raises(IntegrityError, match="one_active_visit_per_family"):
        row(lead, AFTER).save()


def test_the_database_refuses_a_visit_that_ends_before_it_starts(lead):
    with pytest.raises(ValidationError) as refused:
        row(lead, minutes=-30).full_clean()
    assert "ends_at" in refused.value.message_dict
    with pytest.raises(IntegrityError, match="visit_ends_after_start"):
        row(lead, minutes=-30).save()


def test_a_past_visit_can_be_entered_by_hand(lead):
    row(lead, NOW - timedelta(days=2), status="attended").save()
    row(lead, NOW - timedelta(days=3)).save()
    assert book(lead, TEN, now=NOW, by="parent").pk
