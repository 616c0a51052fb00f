import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent.readers.dates import When, read_when

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
