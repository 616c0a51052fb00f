"""What people do in Google becomes closures here, or a question about a visit."""

from datetime import date, datetime, timedelta

import pytest

from scheduling import booking, sync
from scheduling.models import CalendarSync, Closure, VisitEvent, VisitRules
from tests.google_calendar.unit import HALF_HOUR, NOW, TEN, TZ
from tests.stand_ins.google_calendar import Fault

ELEVEN = TEN + timedelta(hours=1)
DAY = timedelta(days=1)


def closures():
    return sorted(
        (f"{row.starts_at.astimezone(TZ):%d %H:%M}", f"{row.ends_at.astimezone(TZ):%d %H:%M}")
        for row in Closure.objects.filter(source="google")
    )


def free(unit, at):
    return booking.load_calendar(unit.now).verdict(at).free


def test_a_busy_time_is_closed_until_it_goes(unit):
    key = unit.google.person.adds("Dentista", TEN, ELEVEN)
    unit.sync()
    assert not free(unit, TEN)
    assert free(unit, ELEVEN)

    unit.google.person.moves(key, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    assert free(unit, TEN)
    assert not free(unit, ELEVEN)

    unit.google.person.deletes(key)
    unit.sync()
    assert closures() == []


@pytest.mark.parametrize(
    ("start", "end", "more", "closed"),
    [
        (date(2026, 3, 11), date(2026, 3, 12), {}, [("11 00:00", "12 00:00")]),
        (date(2026, 3, 11), date(2026, 3, 14), {}, [("11 00:00", "14 00:00")]),
        (TEN, TEN + 3 * DAY, {}, [("10 10:00", "13 10:00")]),
        (TEN, ELEVEN, {"transparency": "transparent"}, []),
        (TEN, ELEVEN, {"status": "tentative"}, [("10 10:00", "10 11:00")]),
        (TEN, TEN, {}, []),
        (NOW - 9 * DAY, NOW - 9 * DAY + HALF_HOUR, {}, []),
        (TEN + 300 * DAY, ELEVEN + 300 * DAY, {}, []),
    ],
)
def test_what_closes(unit, start, end, more, closed):
    unit.google.person.adds("Reunião", start, end, **more)
    unit.sync()
    assert closures() == closed


def test_a_time_without_a_zone_of_its_own(unit):
    key = unit.google.person.adds("Reunião", TEN, ELEVEN)
    unit.google.person.edits(
        key,
        start={"dateTime": "2026-03-10T09:00:00", "timeZone": "America/Manaus"},
        end={"dateTime": "2026-03-10T14:00:00Z"},
    )
    unit.google.page = 1
    unit.sync()
    assert closures() == [("10 10:00", "10 11:00")]


def test_an_event_that_becomes_free_opens_again(unit):
    key = unit.google.person.adds("Reunião", TEN, ELEVEN)
    unit.sync()
    unit.google.person.edits(key, transparency="transparent")
    unit.sync()
    assert closures() == []


def test_a_series_closes_by_its_instances(unit):
    series = unit.google.person.adds("Aula", TEN, ELEVEN, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    unit.sync()
    assert closures() == [
        ("10 10:00", "10 11:00"), ("11 10:00", "11 11:00"), ("12 10:00", "12 11:00"),
    ]  # fmt: skip

    unit.google.person.changes_instance(series, TEN + DAY, status="cancelled")
    unit.sync()
    assert closures() == [("10 10:00", "10 11:00"), ("12 10:00", "12 11:00")]

    unit.google.person.deletes(series)
    unit.sync()
    assert closures() == []


def test_pages_are_read_to_the_end_and_kept_together(unit):
    unit.google.page = 3
    for number in range(8):
        unit.google.person.adds("Reunião", TEN + number * DAY, ELEVEN + number * DAY)
    unit.sync()
    assert len(closures()) == 8

    for key in list(unit.google.active())[:4]:
        unit.google.person.deletes(key)
    # The second page fails: nothing of the first one is kept.
    unit.google.faults.extend([Fault.passed(), Fault.unavailable()])
    unit.sync()
    assert len(closures()) == 8
    unit.sync(timedelta(minutes=2))
    assert len(closures()) == 4


def test_an_expired_sync_token_means_reading_everything(unit):
    kept = unit.google.person.adds("Fica", TEN, ELEVEN)
    gone = unit.google.person.adds("Vai", TEN + DAY, ELEVEN + DAY)
    unit.sync()
    del unit.google.events[gone]  # so long ago that nobody tells
    unit.google.expire_sync_tokens()

    unit.sync()

    assert list(Closure.objects.filter(source="google").values_list("external_id", flat=True)) == (
        [kept]
    )


def test_everything_is_read_once_a_day(unit):
    unit.sync()
    first = CalendarSync.objects.get().complete_at
    unit.sync(timedelta(hours=23))
    assert CalendarSync.objects.get().complete_at == first
    unit.sync(timedelta(hours=2))
    assert CalendarSync.objects.get().complete_at == unit.now


def test_staff_open_a_busy_time_and_it_stays_open_where_it_is(unit):
    key = unit.google.person.adds("Limpeza", TEN, ELEVEN)
    unit.sync()
    Closure.objects.filter(source="google").update(active=False)
    unit.google.person.edits(key, description="com escada")
    unit.sync()
    assert free(unit, TEN)

    unit.google.person.moves(key, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    assert not free(unit, ELEVEN)


def question(unit, visit):
    row = VisitEvent.objects.get(visit=visit)
    return row.question, row.there_starts_at


def test_a_visit_moved_in_google_is_asked_and_not_moved(unit):
    visit = unit.book()
    unit.sync()
    unit.google.person.moves(unit.event(visit).event_id, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()

    visit.refresh_from_db()
    assert (visit.status, visit.starts_at) == ("booked", TEN)
    assert question(unit, visit) == ("moved", ELEVEN)
    asked = unit.event(visit).asked_at
    unit.sync()
    unit.google.expire_sync_tokens()
    unit.sync()
    assert unit.event(visit).asked_at == asked
    assert unit.there() == [ELEVEN]  # nor is it moved back


def test_moved_and_moved_back_is_no_question(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.moves(key, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    unit.google.person.moves(key, TEN, TEN + HALF_HOUR)
    unit.sync()
    assert question(unit, visit)[0] == ""
    unit.agree()


def test_deleted_in_google_is_asked_and_restoring_answers_it(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.deletes(key)
    unit.sync()
    visit.refresh_from_db()
    assert (visit.status, question(unit, visit)[0]) == ("booked", "deleted")
    unit.google.person.restores(key)
    unit.sync()
    assert question(unit, visit)[0] == ""
    unit.agree()


@pytest.mark.parametrize("how", ["deletes", "vanishes"])
def test_deleted_while_nobody_looked(unit, how):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.deletes(key)
    if how == "vanishes":
        del unit.google.events[key]
    unit.google.expire_sync_tokens()
    unit.sync()
    assert question(unit, visit)[0] == "deleted"


def test_moved_out_of_what_is_read_is_moved_and_not_deleted(unit):
    visit = unit.book()
    unit.sync()
    far = TEN + 200 * DAY
    unit.google.person.moves(unit.event(visit).event_id, far, far + HALF_HOUR)
    unit.google.expire_sync_tokens()
    unit.sync()
    assert question(unit, visit) == ("moved", far)


def test_other_words_of_a_person_stay(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.edits(key, summary="Visita (trazer material)", description="sala 2")
    unit.sync()
    booking.confirm(visit, now=unit.now, by="parent")
    unit.sync()
    assert unit.google.active()[key]["description"] == "sala 2"
    assert question(unit, visit)[0] == ""
    unit.agree()


def test_cancelling_here_ends_the_question(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.moves(key, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    booking.cancel(visit, "", now=unit.now, by="parent")
    unit.sync()
    assert unit.there() == []
    assert not VisitEvent.objects.questions().exists()


def test_the_event_of_a_cancelled_visit_that_somebody_restores_goes_again(unit):
    visit = unit.book()
    unit.sync()
    booking.cancel(visit, "", now=unit.now, by="parent")
    unit.sync()
    unit.google.person.restores(unit.event(visit).event_id)
    unit.sync()
    assert unit.there() == []
    unit.agree()


def test_what_happens_to_the_event_of_a_past_visit_is_nobody_s_business(unit):
    visit = unit.book()
    unit.sync()
    unit.now = TEN + HALF_HOUR
    unit.google.person.deletes(unit.event(visit).event_id)
    unit.sync()
    booking.mark(visit, "attended", now=unit.now, by="staff")
    unit.sync()
    unit.sync()
    assert question(unit, visit)[0] == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: event.pop("id"),
        lambda event: event["start"].update(dateTime=f"{TEN:%FT%T}", timeZone="Mars/Olympus"),
    ],
)
def test_an_event_that_cannot_be_read_is_told_and_holds_up_no_visit(unit, spoil):
    key = unit.google.person.adds("Dentista", TEN, ELEVEN)
    spoil(unit.google.events[key])
    visit = unit.book(ELEVEN)
    assert unit.sync()
    assert sync.state(unit.now).error == "unreadable_event"
    assert unit.event(visit).etag

    unit.google.keep(key, {"summary": "Dentista", "start": {"dateTime": TEN.isoformat()},
                           "end": {"dateTime": ELEVEN.isoformat()}})  # fmt: skip
    unit.sync()
    assert sync.state(unit.now).error == ""
    assert not free(unit, TEN)


def test_a_copy_of_our_event_is_a_busy_time(unit):
    visit = unit.book()
    unit.sync()
    ours = unit.google.active()[unit.event(visit).event_id]
    times = {"start": {"dateTime": ELEVEN.isoformat()}}
    times |= {"end": {"dateTime": (ELEVEN + HALF_HOUR).isoformat()}}
    unit.google.keep("copy00000", ours | times)
    unit.sync()
    assert closures() == [("10 11:00", "10 11:30")]
    assert question(unit, visit)[0] == ""


def test_the_horizon_is_within_what_is_read(unit):
    VisitRules.objects.update(horizon_days=90)
    day = datetime(2026, 6, 2, 10, tzinfo=TZ)
    unit.google.person.adds("Reforma", day, day + HALF_HOUR)
    unit.sync()
    assert booking.load_calendar(unit.now).verdict(day).status == "taken"


def test_a_person_edits_between_our_look_and_our_change(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    later = ELEVEN + HALF_HOUR
    unit.google.person.moves(key, ELEVEN, later)
    unit.sync()
    # Staff keep ours; while that goes out, somebody writes a note into the event.
    sync.keep(unit.event(visit), now=unit.now)
    unit.google.faults.append(
        Fault(meanwhile=lambda: unit.google.person.edits(key, description="!"), method="PATCH")
    )
    unit.sync()
    assert unit.there() == [TEN]
    assert unit.google.active()[key]["description"] == "!"
    unit.agree()


def test_a_person_moves_it_again_between_our_look_and_our_change(unit):
    visit = unit.book()
    unit.sync()
    key = unit.event(visit).event_id
    unit.google.person.moves(key, ELEVEN, ELEVEN + HALF_HOUR)
    unit.sync()
    sync.keep(unit.event(visit), now=unit.now)
    noon = ELEVEN + HALF_HOUR
    unit.google.faults.append(
        Fault(meanwhile=lambda: unit.google.person.moves(key, noon, noon + HALF_HOUR),
              method="PATCH")
    )  # fmt: skip
    unit.sync()
    assert question(unit, visit) == ("moved", noon)
    assert unit.there() == [noon]
