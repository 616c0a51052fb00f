import json
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent.readers.dates import When, read_unwanted, read_when

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
GOLDEN = Path(__file__).with_name("golden") / "when.jsonl"
CASES = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
WORDS = sorted({word for case in CASES for word in case["text"].split()})

moments = st.datetimes(
    min_value=datetime.fromisoformat("2024-01-01"),
    max_value=datetime.fromisoformat("2032-12-31"),
    timezones=st.just(SAO_PAULO),
)
wordy = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
glued = st.lists(st.sampled_from([*WORDS, *"0123459aeho/:-.,º "]), max_size=12).map("".join)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}/{case['now'][:10]}")
def test_reads_what_was_said(case):
    when = read_when(case["text"], datetime.fromisoformat(case["now"]), asked=case["asked"])
    assert (when and when.as_json()) == case["expected"]


@given(st.one_of(st.text(), wordy, glued), moments, st.booleans())
def test_holds_for_any_text(text, now, asked):
    when = read_when(text, now, asked=asked)
    if when is None:
        return
    today = now.date()
    assert when != When()
    assert list(when.dates) == sorted(set(when.dates))
    assert all(day >= today for day in when.dates)
    if when.range:
        assert today <= when.range[0] <= when.range[1]
    if when.after and when.before:
        assert when.after < when.before
    assert json.loads(json.dumps(when.as_json())) == when.as_json()


_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
WRITTEN_DATES = (
    lambda d: f"dia {d.day} de {_MONTHS[d.month - 1]}",
    lambda d: f"{d.day:02d}/{d.month:02d}",
    lambda d: f"dia {d.day}/{d.month}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d.day:02d}/{d.month:02d}/{d.year % 100:02d}",
    lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    lambda d: d.isoformat(),
    lambda d: f"{_WEEKDAYS[d.weekday()]}, {d.day:02d}/{d.month:02d}",
    lambda d: f"{_WEEKDAYS[d.weekday()]} dia {d.day} de {_MONTHS[d.month - 1]}",
    lambda d: f"{d.day} de {_MONTHS[d.month - 1]} de {d.year}",
    lambda d: f"posso ir em {d.day} de {_MONTHS[d.month - 1]}?",
)
WRITTEN_HOURS = (
    lambda t: f"às {t.hour}h{t.minute:02d}",
    lambda t: f"{t.hour:02d}:{t.minute:02d}",
    lambda t: f"{t.hour}:{t.minute:02d}h",
    lambda t: f"às {t.hour}:{t.minute:02d} hs",
    lambda t: f"{t.hour} horas e {t.minute} minutos" if t.minute else f"{t.hour} horas",
)
hours = st.builds(time, st.integers(7, 21), st.sampled_from([0, 15, 30, 45]))


@given(
    moments,
    st.integers(1, 364),
    hours,
    st.sampled_from(WRITTEN_DATES),
    st.sampled_from(WRITTEN_HOURS),
)
def test_a_written_moment_is_read_back(now, ahead, hour, written, clock):
    day = now.date() + timedelta(days=ahead)
    when = read_when(f"{written(day)} {clock(hour)}", now)
    assert when == When(dates=(day,), time=hour)


@given(moments, st.integers(1, 31))
def test_a_day_of_the_month_is_the_next_there_is(now, number):
    (day,) = read_when(f"dia {number}", now).dates
    assert day.day == number
    between = (now.date() + timedelta(days=n) for n in range((day - now.date()).days))
    assert not any(earlier.day == number for earlier in between)


@given(moments, st.integers(0, 6))
def test_a_weekday_is_within_a_week(now, weekday):
    when = read_when(_WEEKDAYS[weekday], now)
    assert all(day.weekday() == weekday for day in when.dates)
    assert all((day - now.date()).days <= 7 for day in when.dates)
    assert when.ambiguous == (now.weekday() == weekday)


@given(moments, st.sampled_from(["30/02", "31/04", "dia 31 de junho", "31/11 às 10h", "dia 32"]))
def test_a_day_that_no_year_has_is_none(now, text):
    when = read_when(text, now)
    assert when is None or not when.dates


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("terça não posso", (1,)),
        ("semana que vem, menos na quarta", (2,)),
        ("todos menos quarta e sexta", (2, 4)),
        ("terça e quinta ela tem inglês", (1, 3)),
        ("amanhã não consigo", (2,)),
        ("quinta não, sexta", (3,)),
        ("quinta às 15h não dá", ()),  # another hour of it may do
        ("quinta de manhã não posso", ()),
        ("terça não tem vaga?", ()),
        ("ontem não pude", ()),
        ("semana que vem", ()),
    ],
)
def test_days_that_are_denied(text, weekdays):
    tuesday = datetime(2026, 3, 10, 10, tzinfo=SAO_PAULO)
    assert read_unwanted(text, tuesday) == weekdays
