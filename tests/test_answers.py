"""The short form of benchmarks/answers: its gates hold on every commit."""

from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import transaction

from benchmarks import answers
from benchmarks.answers import scenarios, shards

# Of so small a sample; the whole is held to agent.md's goals by `python -m benchmarks answers`.
MOST_FAILURES = {"oracle": 0, "rules": 2, "noisy": 2}

pytestmark = pytest.mark.django_db  # else pytest-django makes no database


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    jobs = answers.short()
    first = min(one.clock for one in scenarios.load(scenarios.FOLDER / "scenarios"))
    with django_db_blocker.unblock(), transaction.atomic():
        with patch("django.utils.timezone.now", lambda: first):
            call_command("seed_unit")
        rows = list(shards.rows_of(jobs))
        transaction.set_rollback(True)
    return rows


def test_no_reply_does_what_none_may(played):
    found = [
        f"{one['model']} {one['scenario']}: {each['code']} {each['detail']}"
        for one in played
        for each in one["violations"]
    ]
    assert found == []


@pytest.mark.parametrize("model", MOST_FAILURES)
def test_each_model_passes_what_it_must(played, model):
    failed = {
        one["scenario"]: one["failures"]
        for one in played
        if one["model"] == model and not one["passed"]
    }
    assert len(failed) <= MOST_FAILURES[model], failed


def test_every_scenario_can_be_read():
    folders = [scenarios.FOLDER / folder for folder in shards.PHRASES]
    names = [one.name for folder in folders for one in scenarios.load(folder)]
    assert len(names) >= 200
    assert len(set(names)) == len(names)
