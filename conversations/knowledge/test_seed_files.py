import re

import pytest

from conversations.knowledge.seed_files import read_entries

FACTS = re.compile(r"R\$|\breais\b|\d{1,2}\s?h\b|\d{1,2}:\d{2}|\d/\d|\d{4}|\bAv\.|\bRua\b|%", re.I)
HEALTH = re.compile(r"tdah|autis|dislexi|laudo|s[ií]ndrome", re.I)
ENTRIES = read_entries()


def test_there_are_enough_entries_and_each_key_is_there_once():
    keys = [entry.key for entry in ENTRIES]
    assert len(keys) >= 48
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_an_entry_fits_a_message_and_states_no_fact_of_the_unit(entry):
    assert re.fullmatch(r"[a-z0-9-]{3,60}", entry.key)
    assert 0 < len(entry.title) <= 120
    assert 80 <= len(entry.body) <= 350
    assert 10 <= len(set(entry.questions)) == len(entry.questions) <= 60
    assert all(0 < len(question) <= 200 for question in entry.questions)
    assert not FACTS.search(entry.body)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_health_is_left_to_people(entry):
    assert not HEALTH.search(" ".join([entry.body, *entry.questions]))
