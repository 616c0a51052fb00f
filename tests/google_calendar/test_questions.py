"""Staff decide: what was done in Google is done here, or put back there."""

from datetime import timedelta

import pytest

from scheduling import booking, sync
from scheduling.booking import NotActive, SlotClosed, SlotTaken
from scheduling.models import Visit, VisitEvent
from tests.google_calendar.unit import HALF_HOUR, TEN

ELEVEN = TEN + timedelta(hours=1)
NOON = TEN + timedelta(hours=2)


@pytest.fixture
def moved(unit):
    """Its event, moved to eleven by a person."""
    visit = unit.book()
    unit.sync()
    unit.google.person.moves(unit.event(visit).event_id, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    return unit.event(visit)


@pytest.fixture
def deleted(unit):
    visit = unit.book()
    unit.sync()
    unit.google.person.deletes(unit.event(visit).event_id)
    unit.sync()
    return unit.event(visit)


def test_a_move_is_accepted_with_its_own_event(unit, moved):
    key = moved.event_id
    sync.accept(moved, now=unit.now, by="staff")
    unit.sync()

    new = Visit.objects.active().get()
    assert (new.starts_at, new.replaces_id) == (ELEVEN, moved.visit_id)
    assert list(unit.google.active()) == [key]
    private = unit.google.active()[key]["extendedProperties"]["private"]
    assert private == {"visit": str(new.pk)}
    unit.agree()


def test_a_move_is_undone(unit, moved):
    sync.keep(moved, now=unit.now)
    unit.sync()
    assert unit.there() == [TEN]
    assert Visit.objects.get().status == "booked"
    unit.agree()


def test_a_longer_visit_gets_its_length_back(unit):
    visit = unit.book()
    unit.sync()
    unit.google.person.moves(unit.event(visit).event_id, TEN, TEN + 4 * HALF_HOUR)
    unit.sync()
    sync.accept(unit.event(visit), now=unit.now, by="staff")
    unit.sync()
    assert Visit.objects.get().status == "booked"
    unit.agree()


def test_a_deletion_is_accepted(unit, deleted):
    sync.accept(deleted, now=unit.now, by="staff")
    unit.sync()
    visit = Visit.objects.get()
    assert (visit.status, visit.reason) == ("cancelled", "apagada no Google Agenda")
    assert unit.there() == []
    unit.agree()


def test_a_deletion_is_undone_by_another_event(unit, deleted):
    sync.keep(deleted, now=unit.now)
    unit.sync()
    assert unit.there() == [TEN]
    assert deleted.event_id not in unit.google.active()
    unit.agree()


@pytest.mark.parametrize("refused", [SlotTaken, SlotClosed])
def test_a_move_that_cannot_be_leaves_the_question(unit, moved, refused):
    if refused is SlotTaken:
        unit.book(ELEVEN)
    else:
        unit.google.person.moves(moved.event_id, NOON, NOON + HALF_HOUR)
        unit.sync()
        moved.refresh_from_db()
    with pytest.raises(refused):
        sync.accept(moved, now=unit.now, by="staff")
    moved.refresh_from_db()
    assert moved.question == "moved"
    assert moved.visit.status == "booked"


@pytest.mark.parametrize("decide", ["accept", "keep"])
def test_what_changed_since_it_was_shown_is_not_decided(unit, moved, decide):
    unit.google.person.moves(moved.event_id, NOON, NOON + HALF_HOUR)
    unit.sync()
    options = {"by": "staff"} if decide == "accept" else {}
    with pytest.raises(sync.Overtaken):
        getattr(sync, decide)(moved, now=unit.now, **options)
    assert VisitEvent.objects.get().question == "moved"


def test_a_question_is_decided_once(unit, moved):
    sync.keep(moved, now=unit.now)
    with pytest.raises(sync.Overtaken):
        sync.accept(moved, now=unit.now, by="staff")


def test_the_parent_cancels_while_the_question_is_open(unit, moved):
    booking.cancel(moved.visit, "", now=unit.now, by="parent")
    with pytest.raises(NotActive):
        sync.accept(moved, now=unit.now, by="staff")
    unit.sync()
    assert unit.there() == []
    unit.agree()
