from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.slots import QuietHours
from scheduling.slots.test_calendar import local

TZ = ZoneInfo("America/Sao_Paulo")
DAY = timedelta(days=1)
# Years with and without daylight saving time.
MOMENTS = st.datetimes(datetime(2017, 1, 1), datetime(2028, 12, 31), timezones=st.just(TZ))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("quiet", "at", "since", "then"),
    [
        ((20, 8), "2026-03-10 19:59", None, "2026-03-10 20:00"),
        ((20, 8), "2026-03-10 20:00", "2026-03-10 20:00", "2026-03-11 20:00"),
        ((20, 8), "2026-03-10 07:59", "2026-03-09 20:00", "2026-03-10 20:00"),
        ((20, 8), "2026-03-10 08:00", None, "2026-03-10 20:00"),
        ((20, 8), "2027-01-01 07:00", "2026-12-31 20:00", "2027-01-01 20:00"),
        ((20, 8), "2028-02-29 07:00", "2028-02-28 20:00", "2028-02-29 20:00"),
        ((0, 9), "2026-03-10 00:00", "2026-03-10 00:00", "2026-03-11 00:00"),
        ((13, 15), "2026-03-10 14:00", "2026-03-10 13:00", "2026-03-11 13:00"),
        ((13, 15), "2026-03-10 15:00", None, "2026-03-11 13:00"),
        ((8, 8), "2026-03-10 08:00", None, None),
    ],
)
def test_quiet_hours(quiet, at, since, then):
    begins, ends = map(time, quiet)
    hours = QuietHours(begins, ends, TZ)
    assert hours.over(local(at)) == (since and local(since))
    assert hours.next(local(at)) == (then and local(then))


@given(MOMENTS)
def test_it_is_quiet_by_the_clock_on_the_wall(at):
    hours = QuietHours(time(20), time(8), TZ)
    began = hours.over(at)
    assert (began is None) == (time(8) <= at.time() < time(20))
    assert began is None or began <= at < began + DAY
    assert hours.next(at) > at
