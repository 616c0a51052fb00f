"""What is here reaches Google once, whatever answers."""

from datetime import timedelta

import pytest

from leads.models import Lead
from scheduling import booking, sync
from scheduling.calendars.base import BREAKER
from scheduling.models import CalendarSync, Visit, VisitEvent
from tests.google_calendar.unit import HALF_HOUR, TEN, account
from tests.stand_ins.google_calendar import Fault

ELEVEN = TEN + timedelta(hours=1)


def test_a_booked_visit_stands_in_google_and_says_nothing_of_the_family(unit):
    visit = unit.book()
    assert sync.state(unit.now).name == "behind"

    assert unit.sync()

    event = unit.google.active()[unit.event(visit).event_id]
    assert event["summary"] == f"Visita Kumon – família {visit.lead_id}"
    assert event["start"]["dateTime"] == "2026-03-10T10:00:00-03:00"
    assert event["extendedProperties"] == {"private": {"visit": str(visit.pk)}}
    assert "Segredo" not in str(event)
    unit.agree()


def test_nothing_is_called_while_both_agree_but_one_question_for_changes(unit):
    unit.book()
    unit.sync()
    unit.google.requests.clear()

    unit.sync()

    assert [method for method, _ in unit.google.requests] == ["GET"]
    assert "syncToken" in unit.google.requests[0][1]


def test_confirming_changes_nothing_there(unit):
    visit = unit.book()
    unit.sync()
    booking.confirm(visit, now=unit.now, by="parent")
    unit.google.requests.clear()
    unit.sync()
    assert [method for method, _ in unit.google.requests] == ["GET"]
    unit.agree()


def test_moving_and_cancelling_reach_google(unit):
    visit = unit.book()
    unit.sync()
    new = booking.reschedule(visit, ELEVEN, now=unit.now, by="parent")
    unit.sync()
    assert unit.there() == [ELEVEN]
    booking.cancel(new, "", now=unit.now, by="parent")
    unit.sync()
    assert unit.there() == []
    unit.agree()


def test_booked_moved_and_cancelled_before_google_heard_of_it(unit):
    visit = unit.book()
    new = booking.reschedule(visit, ELEVEN, now=unit.now, by="parent")
    booking.cancel(new, "", now=unit.now, by="parent")
    unit.book()
    unit.sync()
    assert unit.there() == [TEN]
    unit.agree()


def test_a_family_that_is_erased_leaves_nothing_in_google(unit):
    visit = unit.book()
    unit.sync()
    Visit.history.all().delete()
    visit.delete()
    unit.sync()
    assert unit.there() == []
    assert not VisitEvent.objects.exists()


def test_a_visit_that_took_place_stays_in_google(unit):
    visit = unit.book()
    unit.sync()
    unit.now = TEN + HALF_HOUR
    booking.mark(visit, "attended", now=unit.now, by="staff")
    unit.sync()
    assert unit.there() == [TEN]
    unit.agree()


PASSING = {
    "503": [Fault.unavailable()],
    "500 in spite of success": [Fault(500, after=True)],
    "dropped": [Fault(None), Fault(None)],
    "dropped after the commit, twice": [Fault.dropped_after_commit()] * 2,
    "dropped after the commit, then down": [Fault.dropped_after_commit(), Fault(503), Fault(503)],
    "quota": [Fault.quota()],
    "429 with a time": [Fault.too_many(45)],
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("method", ["POST", "DELETE", "GET"])
def test_what_passes_leaves_both_sides_equal(unit, name, method):
    first = unit.book()
    unit.sync()
    booking.reschedule(first, ELEVEN, now=unit.now, by="parent")
    unit.book()
    unit.google.faults.extend(
        Fault(**{**fault.__dict__, "method": method}) for fault in PASSING[name]
    )

    for _ in range(8):
        unit.sync(timedelta(seconds=40))

    assert not unit.google.faults
    assert unit.there() == [TEN, ELEVEN]
    unit.agree()


def test_google_is_left_alone_as_long_as_it_asked(unit):
    unit.book()
    unit.google.faults.append(Fault.too_many(300))
    unit.sync()
    unit.google.requests.clear()

    assert unit.sync(timedelta(seconds=290)) is False
    assert unit.google.requests == []
    assert sync.state(unit.now).error == "429"
    assert unit.sync(timedelta(seconds=20))
    unit.agree()


def test_google_down_is_seen_and_blocks_no_booking(unit, settings):
    unit.book()
    unit.sync()
    address = settings.GOOGLE_CALENDAR_API_ENDPOINT
    settings.GOOGLE_CALENDAR_API_ENDPOINT = "http://127.0.0.1:9/"  # nobody listens
    visit = unit.book(ELEVEN)
    for _ in range(10):
        unit.sync(timedelta(seconds=60))
    state = sync.state(unit.now)
    assert (state.name, state.waiting) == ("behind", 1)
    assert state.age >= 300
    assert CalendarSync.objects.get().failing_since < unit.now

    settings.GOOGLE_CALENDAR_API_ENDPOINT = address
    BREAKER.leave(BREAKER.state(), None)  # its pause is over
    unit.sync(timedelta(seconds=90))
    assert visit.event.event_id in unit.google.active()
    unit.agree()


def test_an_expired_access_token_is_renewed(unit, settings):
    settings.GOOGLE_CALENDAR_CREDENTIALS = account(f"{unit.google.url}/token")
    unit.google.checks_tokens = True
    unit.book()
    unit.sync()
    unit.agree()
    unit.google.tokens.clear()
    unit.book(ELEVEN, Lead.objects.create())
    unit.sync()
    unit.agree()


def test_refused_credentials_are_told_and_recover(unit):
    unit.google.checks_tokens = True
    unit.book()
    unit.sync()
    assert sync.state(unit.now).error == "credentials_refused"
    unit.google.checks_tokens = False
    unit.sync(timedelta(minutes=2))
    unit.agree()


def test_one_event_that_google_refuses_holds_nobody_up(unit):
    unit.google.faults.append(Fault(400, "invalid", method="POST"))
    unit.google.faults.append(Fault(400, "invalid", method="POST"))
    first = unit.book()
    unit.book(ELEVEN)
    unit.sync()
    assert len(unit.there()) == 2 or unit.event(first).error == "400"
    for _ in range(3):
        unit.sync(timedelta(seconds=90))
    unit.agree()


def test_a_used_up_id_makes_way_for_another(unit):
    visit = unit.book()
    sync.run(lambda: unit.now)
    VisitEvent.objects.update(etag="", pushed_version=0)
    taken = unit.event(visit).event_id
    del unit.google.events[taken]
    unit.google.faults.append(Fault(409, "duplicate", method="POST"))
    unit.sync()
    unit.sync()
    assert unit.event(visit).event_id != taken
    unit.agree()


def test_another_calendar_begins_anew(unit, settings):
    visit = unit.book()
    unit.sync()
    unit.google.events.clear()
    unit.google.calendar_id = settings.GOOGLE_CALENDAR_ID = "other@group.calendar.google.com"
    unit.sync()
    assert unit.there() == [TEN]
    assert unit.event(visit).question == ""
    unit.agree()


def test_without_a_calendar_nothing_is_done(unit, settings):
    settings.GOOGLE_CALENDAR_ID = ""
    unit.book()
    assert unit.sync() is False
    assert sync.state(unit.now) == sync.State("off")
    assert not VisitEvent.objects.exists()
