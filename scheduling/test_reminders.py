"""When a visit is reminded of: the clock on the wall, quiet hours, and what comes too late."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.reminders import due
from scheduling.slots import QuietHours

TZ = ZoneInfo("America/Sao_Paulo")
QUIET = QuietHours(time(21), time(7), TZ)
FIRST, LAST = datetime(2010, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001
HOURS = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(TZ))
NEVER = QuietHours(time(0), time(0), TZ)
DAY, TWO_HOURS = timedelta(hours=24), timedelta(hours=2)


def at(text):
    """December 2026, unless the year is said."""
    text = text if text.count("/") == 2 else text.replace(" ", "/2026 ")
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("starts", "booked", "lead", "quiet", "expected", "too_late"),
    [
        # booked earlier than that, or not
        ("03/12 15:00", "01/12 10:00", DAY, QUIET, "02/12 15:00", "02/12 21:00"),
        ("03/12 15:00", "02/12 15:00", DAY, QUIET, "02/12 15:00", "02/12 21:00"),
        ("03/12 15:00", "02/12 15:01", DAY, QUIET, None, None),
        ("03/12 15:00", "03/12 12:00", TWO_HOURS, QUIET,
         "03/12 13:00", "03/12 13:30"),
        ("03/12 15:00", "03/12 13:30", TWO_HOURS, QUIET, None, None),
        # weekends, holidays and the end of the year are days like others
        ("07/12 09:00", "01/12 10:00", DAY, QUIET, "06/12 09:00", "06/12 15:00"),
        ("04/01/2027 10:00", "20/12 10:00", DAY, QUIET, "03/01/2027 10:00", "03/01/2027 16:00"),
        ("01/01/2027 00:30", "20/12 10:00", TWO_HOURS, NEVER,
         "31/12 22:30", "31/12 23:00"),
        ("29/02/2028 09:00", "20/02/2028 10:00", DAY, QUIET,
         "28/02/2028 09:00", "28/02/2028 15:00"),
        # quiet hours end sharp; what would fall into them comes before them
        ("03/12 09:00", "01/12 10:00", TWO_HOURS, QUIET,
         "03/12 07:00", "03/12 07:30"),
        ("03/12 08:30", "01/12 10:00", TWO_HOURS, QUIET,
         "02/12 20:30", "02/12 21:00"),
        ("03/12 08:30", "02/12 22:00", TWO_HOURS, QUIET, None, None),
        ("03/12 23:30", "01/12 10:00", TWO_HOURS, QUIET,
         "03/12 20:30", "03/12 21:00"),
        ("03/12 15:00", "01/12 10:00", timedelta(), QUIET, None, None),
    ],
)  # fmt: skip
def test_due(starts, booked, lead, quiet, expected, too_late):
    found = due(at(starts), at(booked), lead, quiet)
    if expected is None:
        assert found is None
    else:
        assert (found.at, found.expires) == (at(expected), at(too_late))


def test_the_wall_s_hour_moves_with_daylight_saving_and_the_span_does_not():
    """Until 2019 the clocks went forward: 24 hours before 10:00 was 9:00 the day before."""
    found = due(at("04/11/2018 10:00"), at("01/11/2018 10:00"), DAY, QUIET)
    assert found.at == at("03/11/2018 09:00")


@given(
    starts=MOMENTS,
    ahead=st.timedeltas(timedelta(), timedelta(days=30)),
    lead=st.sampled_from([DAY, TWO_HOURS, timedelta(hours=48)]),
    begins=HOURS,
    ends=HOURS,
)
def test_never_in_quiet_hours_never_after_the_visit_never_before_it_was_booked(
    starts, ahead, lead, begins, ends
):
    quiet = QuietHours(
        begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0), TZ
    )
    booked = starts - ahead
    if found := due(starts, booked, lead, quiet):
        assert booked <= found.at < found.expires <= starts
        if quiet.begins != quiet.ends and half_an_hour_before_is_not(quiet):
            assert quiet.over(found.at) is None


def half_an_hour_before_is_not(quiet):
    """Half an hour before they begin it is not quiet."""
    begins, ends = (at.hour * 60 + at.minute for at in (quiet.begins, quiet.ends))
    return (begins - ends) % (24 * 60) >= 30
