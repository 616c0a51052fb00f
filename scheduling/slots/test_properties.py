from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.slots import Calendar, Closed, Hours, Opened, Rules, spread

TZ = ZoneInfo("America/Sao_Paulo")
EVER = datetime(2010, 1, 1, tzinfo=UTC)

# Years with and without daylight saving time.
moments = st.integers(0, 12 * 365 * 24 * 60).map(
    lambda minutes: (datetime(2017, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(TZ)
)
minutes_of_day = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))


@st.composite
def hours(draw):
    opens, closes = sorted(draw(st.lists(minutes_of_day, min_size=2, max_size=2, unique=True)))
    return Hours(draw(st.integers(1, 99)), draw(st.integers(0, 6)), opens, closes, EVER)


@st.composite
def calendars(draw):
    now = draw(moments)
    start = st.integers(-24 * 60, 20 * 24 * 60).map(lambda n: now + timedelta(minutes=n))
    span = st.tuples(start, st.integers(1, 3000)).map(
        lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))
    )
    return Calendar(
        rules=Rules(
            1,
            minutes=draw(st.sampled_from([15, 30, 45, 60])),
            capacity=draw(st.integers(1, 3)),
            notice_minutes=draw(st.integers(0, 3000)),
            horizon_days=draw(st.integers(0, 20)),
            before_minutes=draw(st.sampled_from([0, 5, 240])),
            after_minutes=draw(st.sampled_from([0, 15, 240])),
        ),
        hours=tuple(draw(st.lists(hours(), max_size=6))),
        closures=tuple(Closed(1, *pair, "x") for pair in draw(st.lists(span, max_size=3))),
        taken=tuple(draw(st.lists(span, max_size=8))),
        now=now,
        tz=TZ,
        openings=tuple(Opened(1, *pair) for pair in draw(st.lists(span, max_size=3))),
    )


def all_free(calendar):
    today = calendar.now.astimezone(TZ).date()
    return calendar.free(today, today + timedelta(days=25))


@settings(deadline=None)
@given(calendars())
def test_what_is_free_breaks_no_rule(calendar):
    length = timedelta(minutes=calendar.rules.minutes)
    for at in all_free(calendar):
        start, end = at.astimezone(UTC), at.astimezone(UTC) + length
        assert calendar.verdict(at).free
        assert start - calendar.now >= timedelta(minutes=calendar.rules.notice_minutes)
        assert start - calendar.now <= timedelta(days=calendar.rules.horizon_days)
        gap = calendar.rules.gap
        near = sum(a < end + gap and start < b + gap for a, b in calendar.taken)
        assert near < calendar.rules.capacity
        assert not any(row.starts_at < end and start < row.ends_at for row in calendar.closures)
        assert any(
            row.weekday == at.weekday() and row.opens <= at.time() < row.closes
            for row in calendar.hours
        ) or any(row.starts_at <= start and end <= row.ends_at for row in calendar.openings)


@settings(deadline=None)
@given(calendars(), st.integers(0, 20 * 24 * 12))
def test_a_verdict_is_free_exactly_for_what_is_listed(calendar, steps):
    base = calendar.now.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    at = (base + timedelta(minutes=5 * steps)).astimezone(TZ)
    listed = {start.astimezone(UTC) for start in all_free(calendar)}

    assert calendar.verdict(at).free == (at.astimezone(UTC) in listed)


@settings(deadline=None)
@given(calendars(), moments)
def test_alternatives_are_free_and_the_nearest(calendar, at):
    free = all_free(calendar)
    found = calendar.nearest(at, 3)

    assert len(set(found)) == min(3, len(free))
    assert set(found) <= set(free)
    if found:
        distance = [abs(other.astimezone(UTC) - at.astimezone(UTC)) for other in free]
        assert abs(found[0].astimezone(UTC) - at.astimezone(UTC)) == min(distance)


@settings(deadline=None)
@given(calendars(), moments)
def test_the_next_opening_is_open(calendar, at):
    back = calendar.next_open(at)
    if back is not None:
        assert back >= at
        assert calendar.is_open(back)


@settings(deadline=None)
@given(calendars(), st.lists(moments, min_size=3, max_size=3))
def test_open_time_adds_up_and_closing_never_adds(calendar, three):
    # Within some days: open time is counted day by day.
    first, mid, last = sorted(min(at, min(three) + timedelta(days=20)) for at in three)
    whole = calendar.open_between(first, last)

    assert calendar.open_between(first, mid) + calendar.open_between(mid, last) == whole
    assert timedelta() <= whole <= last.astimezone(UTC) - first.astimezone(UTC)
    open_more = replace(calendar, closures=())
    assert whole <= open_more.open_between(first, last)


@settings(deadline=None)
@given(calendars(), moments)
def test_a_moment_is_open_exactly_when_its_minute_counts(calendar, at):
    minute = timedelta(minutes=1)
    counted = calendar.open_between(at, at + minute)
    if calendar.is_open(at):
        assert counted > timedelta()
    else:
        back = calendar.next_open(at)
        assert back is None or calendar.open_between(at, back) == timedelta()


@settings(deadline=None)
@given(st.lists(moments, unique=True, max_size=12), st.integers(3, 5))
def test_offers_cover_two_days_and_both_halves_when_there_are_any(candidates, count):
    offers = spread(candidates, count)

    assert offers == sorted(set(offers))
    assert set(offers) <= set(candidates)
    assert len(offers) == min(count, len(candidates))
    for aspect in (datetime.date, lambda at: at.hour < 12):
        assert len(set(map(aspect, offers))) >= min(2, len(set(map(aspect, candidates))))
