import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent.readers.preference import read_preference

GOLDEN = Path(__file__).with_name("golden") / "preference.tsv"
with GOLDEN.open(newline="") as file:
    CASES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}/{case['asked']}")
def test_reads_a_preference_in_normal_words(case):
    text = case["text"].replace("⏎", "\n")
    assert read_preference(text, asked=case["asked"] == "1") == (case["expected"] or None)


@given(st.text(), st.booleans())
def test_never_raises(text, asked):
    assert read_preference(text, asked=asked) != ""
