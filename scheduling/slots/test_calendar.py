from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from scheduling.slots import Calendar, Closed, Hours, HoursRow, Rules

TZ = ZoneInfo("America/Sao_Paulo")
EVER = datetime(2010, 1, 1, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)

MORNING = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
AFTERNOON = ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
HOURS = tuple(
    Hours(10 * weekday + half, weekday, time(opens), time(closes), EVER)
    for weekday in range(5)
    for half, (opens, closes) in enumerate([(9, 12), (14, 17)])
)
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=TZ)  # a Monday


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def calendar(now=NOW, hours=HOURS, closures=(), taken=(), openings=(), **rules):
    return Calendar(
        Rules(1, **rules), tuple(hours), tuple(closures), tuple(taken), now, TZ, tuple(openings)
    )


def closed(start, end, name="Feriado"):
    return Closed(7, local(start), local(end), name)


def visit(text, minutes=30):
    return local(text), local(text) + timedelta(minutes=minutes)


def clock(moments):
    return [f"{at:%H:%M}" for at in moments]


def test_a_day_has_twelve_starts():
    assert clock(calendar().free(date(2026, 3, 10), date(2026, 3, 10))) == MORNING + AFTERNOON


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2026-03-10 09:00", "free"),
        ("2026-03-10 11:30", "free"),
        ("2026-03-10 16:30", "free"),
        ("2026-03-10 12:00", "outside_hours"),
        ("2026-03-10 17:00", "outside_hours"),
        ("2026-03-10 13:30", "outside_hours"),
        ("2026-03-10 08:30", "outside_hours"),
        ("2026-03-10 00:00", "outside_hours"),
        ("2026-03-10 09:15", "off_grid"),
        ("2026-03-10 11:45", "off_grid"),
        ("2026-03-10 09:00:01", "off_grid"),
        ("2026-03-14 10:00", "weekend"),
        ("2026-03-15 10:00", "weekend"),
        ("2026-03-09 07:59:59", "past"),
        ("2026-03-06 10:00", "past"),
        ("2026-03-09 09:00", "free"),  # exactly 60 minutes ahead
        ("2026-04-08 08:00", "outside_hours"),
        ("2026-04-08 09:00", "too_far"),
        ("2027-12-25 10:00", "too_far"),
    ],
)
def test_verdicts(at, status):
    assert calendar().verdict(local(at)).status == status


@pytest.mark.parametrize(
    ("now", "at", "status"),
    [
        ("2026-03-09 08:00:01", "2026-03-09 09:00", "too_soon"),
        ("2026-03-09 13:10", "2026-03-09 14:00", "too_soon"),
        ("2026-03-09 13:10", "2026-03-09 14:30", "free"),
        ("2026-03-09 14:00", "2026-03-09 14:00", "too_soon"),
        ("2026-03-09 11:00", "2026-03-09 12:00", "outside_hours"),
        ("2026-03-09 09:30", "2026-04-08 09:30", "free"),  # exactly 30 days ahead
        ("2026-03-09 09:30", "2026-04-08 10:00", "too_far"),
    ],
)
def test_notice_and_horizon(now, at, status):
    found = calendar(local(now))
    assert found.verdict(local(at)).status == status
    day = local(at).date()
    assert (local(at) in found.free(day, day)) is (status == "free")


def test_a_holiday_closes_its_whole_day_and_says_its_name():
    found = calendar(closures=[closed("2026-03-10 00:00", "2026-03-11 00:00", "Dia da unidade")])

    for hour in ("09:00", "16:30", "20:00"):
        verdict = found.verdict(local(f"2026-03-10 {hour}"))
        assert (verdict.status, verdict.closure, verdict.closure_id) == (
            ("closed_day", "Dia da unidade", 7)
        )
    assert found.verdict(local("2026-03-11 09:00")).free
    assert found.free(date(2026, 3, 10), date(2026, 3, 10)) == []


def test_a_closure_of_an_hour_takes_the_visits_that_it_touches():
    found = calendar(closures=[closed("2026-03-10 10:15", "2026-03-10 11:00")])

    assert clock(found.free(date(2026, 3, 10), date(2026, 3, 10))) == (
        ["09:00", "09:30", "11:00", "11:30", *AFTERNOON]
    )


@pytest.mark.parametrize(
    ("capacity", "taken", "status"),
    [
        (1, [], "free"),
        (1, ["2026-03-10 10:00"], "taken"),
        (1, ["2026-03-10 09:30", "2026-03-10 10:30"], "free"),  # neighbours
        (1, ["2026-03-10 09:45"], "taken"),
        (2, ["2026-03-10 10:00"], "free"),
        (2, ["2026-03-10 10:00", "2026-03-10 10:00"], "taken"),
    ],
)
def test_capacity(capacity, taken, status):
    found = calendar(taken=[visit(at) for at in taken], capacity=capacity)
    assert found.verdict(local("2026-03-10 10:00")).status == status


def test_a_visit_of_more_than_a_day_takes_every_day():
    found = calendar(taken=[visit("2026-03-10 10:00", minutes=3 * 24 * 60)])

    assert clock(found.free(date(2026, 3, 10), date(2026, 3, 13))) == [
        "09:00",
        "09:30",
        *(at for at in MORNING if at >= "10:00"),
        *AFTERNOON,
    ]


@pytest.mark.parametrize(
    ("minutes", "starts"),
    [
        (60, ["09:00", "10:00", "11:00"]),
        (45, ["09:00", "09:45", "10:30", "11:15"]),
        (180, ["09:00"]),
        (181, []),
    ],
)
def test_a_visit_must_fit_before_closing(minutes, starts):
    found = calendar(minutes=minutes, hours=HOURS[2:3])
    assert clock(found.free(date(2026, 3, 10), date(2026, 3, 10))) == starts


def test_hours_that_change_hold_from_their_day():
    change = local("2026-03-16 00:00")
    hours = [replace(row, valid_until=change) for row in HOURS]
    hours += [Hours(90, 0, time(8), time(9), change)]
    found = calendar(hours=hours)

    assert found.verdict(local("2026-03-13 10:00")).free
    assert found.verdict(local("2026-03-16 10:00")).status == "outside_hours"
    assert found.verdict(local("2026-03-16 08:30")).free
    assert found.verdict(local("2026-03-17 10:00")).status == "outside_hours"


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2028-02-28", "2028-03-01", ["28/02", "29/02", "01/03"]),  # leap year
        ("2028-01-31", "2028-02-01", ["31/01", "01/02"]),
        ("2028-02-01", "2028-01-31", []),
        ("2020-01-01", "2028-01-31", ["31/01"]),
        ("2028-02-29", "2028-12-31", ["29/02", "01/03"]),
    ],
)
def test_months_end_and_days_leap(first, last, days):
    found = calendar(local("2028-01-31 12:00"))
    starts = found.free(date.fromisoformat(first), date.fromisoformat(last))
    assert list(dict.fromkeys(f"{at:%d/%m}" for at in starts)) == days


def test_hours_that_overlap_offer_each_start_once():
    found = calendar(hours=[*HOURS, Hours(99, 1, time(11), time(13), EVER)])
    assert clock(found.free(date(2026, 3, 10), date(2026, 3, 10))) == (
        [*MORNING, "12:00", "12:30", *AFTERNOON]
    )


@pytest.mark.parametrize(
    ("now", "day", "offset"),
    [
        ("2018-10-31 08:00", date(2018, 11, 1), -3),
        ("2018-10-31 08:00", date(2018, 11, 5), -2),  # clocks went forward on the 4th
        ("2018-02-14 08:00", date(2018, 2, 16), -2),
        ("2018-02-14 08:00", date(2018, 2, 19), -3),  # and back on 18 February
    ],
)
def test_the_clock_on_the_wall_counts_when_clocks_changed(now, day, offset):
    starts = calendar(local(now)).free(day, day)

    assert clock(starts) == MORNING + AFTERNOON
    assert {at.utcoffset() for at in starts} == {timedelta(hours=offset)}


def test_a_visit_over_the_change_of_clocks_has_its_length():
    sunday = [Hours(1, 5, time(22), time(23, 59), EVER), Hours(2, 6, time(0), time(2), EVER)]
    found = calendar(local("2018-11-03 12:00"), hours=sunday)
    starts = found.free(date(2018, 11, 3), date(2018, 11, 4))

    assert clock(starts) == ["22:00", "22:30", "23:00", "01:00", "01:30"]
    assert {b.astimezone(UTC) - a.astimezone(UTC) for a, b in pairwise(starts)} == (
        {HALF_HOUR, 2 * HALF_HOUR}
    )


@pytest.mark.parametrize(
    ("at", "nearest"),
    [
        ("2026-03-10 10:00", ["10:00", "09:30", "10:30"]),
        ("2026-03-10 12:00", ["11:30", "11:00", "10:30"]),
        ("2026-03-10 13:00", ["14:00", "11:30", "14:30"]),
        ("2026-03-14 10:00", ["16:30", "16:00", "15:30"]),
        ("2020-01-01 10:00", ["09:00", "09:30", "10:00"]),
        ("2030-01-01 10:00", ["16:30", "16:00", "15:30"]),
    ],
)
def test_the_nearest_alternatives(at, nearest):
    assert clock(calendar().nearest(local(at), 3)) == nearest


def test_a_full_month_has_no_alternative():
    assert calendar(hours=()).nearest(local("2026-03-10 10:00"), 3) == []


@pytest.mark.parametrize(
    ("at", "back"),
    [
        ("2026-03-10 10:00", "2026-03-10 10:00"),
        ("2026-03-10 12:00", "2026-03-10 14:00"),
        ("2026-03-10 11:59:59", "2026-03-10 11:59:59"),
        ("2026-03-10 17:00", "2026-03-11 09:00"),
        ("2026-03-13 18:00", "2026-03-16 09:00"),
        ("2026-03-14 10:00", "2026-03-16 09:00"),
        ("2026-03-19 16:59", "2026-03-19 16:59"),
        ("2026-03-19 17:00", "2026-03-23 10:30"),  # a holiday, then a late opening
    ],
)
def test_when_staff_are_back(at, back):
    found = calendar(
        closures=[
            closed("2026-03-23 00:00", "2026-03-23 10:30"),
            closed("2026-03-20 00:00", "2026-03-21 00:00"),
        ]
    )
    assert found.next_open(local(at)) == local(back)
    assert found.is_open(local(at)) is (at == back)


def test_a_unit_without_hours_is_never_back():
    assert calendar(hours=()).next_open(NOW) is None


def test_opening_hours_for_a_text():
    both = ((time(9), time(12)), (time(14), time(17)))
    saturday = Hours(60, 5, time(9), time(11), local("2026-04-01 00:00"))
    found = calendar(hours=(*HOURS, saturday))

    assert found.hours_text_rows(date(2026, 3, 10)) == [
        HoursRow((0, 1, 2, 3, 4), both, (0, 1, 10, 11, 20, 21, 30, 31, 40, 41))
    ]
    assert found.hours_text_rows(date(2026, 4, 1))[1] == (
        HoursRow((5,), ((time(9), time(11)),), (60,))
    )


def test_a_month_of_slots_is_found_in_milliseconds():
    closures = [
        closed(f"2026-{month:02}-01 00:00", f"2026-{month:02}-02 00:00") for month in range(3, 13)
    ]
    taken = [visit(f"2026-03-{day} {at}") for day in range(10, 31) for at in MORNING]
    started = process_time()
    for _ in range(10):
        calendar(closures=closures, taken=taken).free(date(2026, 3, 9), date(2026, 4, 9))
    assert (process_time() - started) / 10 < 0.05
