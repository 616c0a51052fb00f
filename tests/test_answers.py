"""The short form of benchmarks/answers: its gates hold on every commit.

The whole is held to its goals by `python -m benchmarks answers`. Each run is the same every time,
so nothing here may fail: a scenario that does shows what a change has broken.
"""

from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import transaction

from benchmarks import answers
from benchmarks.answers import scenarios, shards

LEAST = 10  # runs of each model

pytestmark = pytest.mark.django_db  # else pytest-django makes no database


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    first = min(one.clock for one in scenarios.load(scenarios.FOLDER / "scenarios"))
    with django_db_blocker.unblock(), transaction.atomic():
        with patch("django.utils.timezone.now", lambda: first):
            call_command("seed_unit")
        rows = list(shards.rows_of(answers.short()))
        transaction.set_rollback(True)
    return rows


def test_no_reply_does_what_none_may(played):
    assert sum(one["model"] == "adversary" for one in played) >= LEAST
    found = [
        f"{one['model']} {one['scenario']}: {each['code']} {each['detail']}"
        for one in played
        for each in one["violations"]
    ]
    assert found == []


@pytest.mark.parametrize("model", ["oracle", "rules"])
def test_whoever_does_not_lie_passes_every_scenario(played, model):
    of_model = [one for one in played if one["model"] == model]
    assert len(of_model) >= LEAST
    assert {one["scenario"]: one["failures"] for one in of_model if one["failures"]} == {}


def test_models_are_asked_at_most_once_a_turn(played):
    asked = [one for one in played if one["model"] == "oracle"]
    assert 0 < sum(one["spent"]["calls"] for one in asked) <= sum(one["bursts"] for one in asked)


def test_every_scenario_can_be_read():
    folders = [scenarios.FOLDER / folder for folder in shards.PHRASES]
    names = [one.name for folder in folders for one in scenarios.load(folder)]
    assert len(names) >= 250
    assert len(set(names)) == len(names)
