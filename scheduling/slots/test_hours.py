"""Extra openings, buffers and open time. What is open: closure > extra > week."""

from datetime import date, timedelta

import pytest

from scheduling.slots import Opened
from scheduling.slots.test_calendar import (
    AFTERNOON,
    MORNING,
    calendar,
    clock,
    closed,
    local,
    visit,
)

SATURDAY = date(2026, 3, 14)


def opened(start, end):
    return Opened(5, local(start), local(end))


@pytest.mark.parametrize(
    ("start", "end", "starts"),
    [
        ("2026-03-14 09:00", "2026-03-14 10:30", ["09:00", "09:30", "10:00"]),
        ("2026-03-14 09:10", "2026-03-14 10:09", ["09:10"]),
        ("2026-03-14 09:00", "2026-03-14 09:29", []),
        ("2026-03-13 23:00", "2026-03-14 01:00", ["00:00", "00:30"]),
        ("2026-03-14 23:00", "2026-03-15 01:00", ["23:00", "23:30"]),
        ("2026-03-13 20:00", "2026-03-16 03:00", [f"{n // 2:02}:{n % 2 * 30:02}"
                                                  for n in range(48)]),
    ],
)  # fmt: skip
def test_an_extra_opening_on_a_closed_day(start, end, starts):
    found = calendar(openings=[opened(start, end)])
    assert clock(found.free(SATURDAY, SATURDAY)) == starts
    assert all(found.verdict(at).free for at in found.free(SATURDAY, SATURDAY))


def test_an_extra_opening_at_noon_joins_the_two_halves():
    found = calendar(openings=[opened("2026-03-10 12:00", "2026-03-10 14:00")])
    day = date(2026, 3, 10)
    assert clock(found.free(day, day)) == [*MORNING, "12:00", "12:30", "13:00", "13:30", *AFTERNOON]
    assert found.next_open(local("2026-03-10 12:30")) == local("2026-03-10 12:30")
    assert found.verdict(local("2026-03-11 12:00")).status == "outside_hours"


def test_what_is_open_already_is_not_open_twice():
    found = calendar(openings=[opened("2026-03-10 09:00", "2026-03-10 12:00")])
    day = date(2026, 3, 10)
    assert clock(found.free(day, day)) == MORNING + AFTERNOON
    assert found.open_between(local("2026-03-10 00:00"), local("2026-03-11 00:00")) == (
        timedelta(hours=6)
    )


def test_a_closure_goes_before_an_extra_opening():
    found = calendar(
        openings=[opened("2026-03-14 09:00", "2026-03-14 11:00")],
        closures=[closed("2026-03-14 09:30", "2026-03-14 10:00")],
    )
    assert clock(found.free(SATURDAY, SATURDAY)) == ["09:00", "10:00", "10:30"]
    assert found.verdict(local("2026-03-14 09:30")).closure == "Feriado"
    assert found.next_open(local("2026-03-14 09:40")) == local("2026-03-14 10:00")


def test_a_closure_without_a_name_is_a_place_taken():
    found = calendar(closures=[closed("2026-03-10 10:00", "2026-03-10 10:30", name="")])
    assert found.verdict(local("2026-03-10 10:00")).status == "taken"
    assert found.verdict(local("2026-03-10 12:00")).status == "outside_hours"
    assert local("2026-03-10 10:00") not in found.free(date(2026, 3, 10), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [  # minutes before and after, and what else can be when there is a visit at 10:00
        (0, 0, {"09:00": "free", "09:30": "free", "10:30": "free", "11:00": "free"}),
        (10, 0, {"09:00": "free", "09:30": "taken", "10:30": "taken", "11:00": "free"}),
        (0, 30, {"09:00": "free", "09:30": "taken", "10:30": "taken", "11:00": "free"}),
        (20, 20, {"09:00": "taken", "09:30": "taken", "11:00": "taken", "11:30": "free"}),
    ],
)
def test_time_between_visits(before, after, status):
    found = calendar(taken=[visit("2026-03-10 10:00")], before_minutes=before, after_minutes=after)
    for at, expected in status.items():
        assert found.verdict(local(f"2026-03-10 {at}")).status == expected


def test_buffers_reach_over_midnight():
    found = calendar(
        openings=[opened("2026-03-10 20:00", "2026-03-11 09:00")],
        taken=[visit("2026-03-10 20:30")],  # 23:30 in UTC, next to a midnight
        before_minutes=120,
        after_minutes=120,
    )
    assert found.verdict(local("2026-03-11 00:30")).status == "taken"
    assert found.verdict(local("2026-03-11 01:00")).free


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-10 09:00", "2026-03-10 09:00", 0),
        ("2026-03-10 10:00", "2026-03-10 10:45", 45),
        ("2026-03-10 11:50", "2026-03-10 14:10", 20),  # over noon
        ("2026-03-10 16:50", "2026-03-11 09:05", 15),  # over night
        ("2026-03-13 16:50", "2026-03-16 09:05", 15),  # over the weekend
        ("2026-03-14 10:00", "2026-03-15 10:00", 0),
        ("2026-03-10 12:00", "2026-03-10 14:00", 0),
        ("2026-03-09 00:00", "2026-03-16 00:00", 5 * 6 * 60 - 90),
        ("2026-03-12 09:30", "2026-03-12 11:30", 30),  # closed from 10 to 11:30
        ("2026-03-11 10:00", "2026-03-10 10:00", 0),
        ("2018-11-02 16:00", "2018-11-05 10:00", 120),  # clocks changed on the 4th
        ("2019-12-31 16:00", "2020-01-02 10:00", 120 + 360),
        ("2028-02-28 16:00", "2028-03-01 10:00", 120 + 360),
    ],
)
def test_open_time_between_two_moments(start, end, minutes):
    found = calendar(closures=[closed("2026-03-12 10:00", "2026-03-12 11:30")])
    assert found.open_between(local(start), local(end)) == timedelta(minutes=minutes)
