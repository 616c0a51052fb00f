"""The short form of benchmarks/answers: its gates hold on every commit."""

from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import transaction

from benchmarks import answers
from benchmarks.answers import scenarios, shards

LEAST = 0.88  # of a sample so small that two lines worded anew must not fail it

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
        f"{one['scenario']}: {each['code']} {each['detail']}"
        for one in played
        for each in one["violations"]
    ]
    assert found == []


def test_the_tier_without_a_model_passes_what_it_must(played):
    failed = {one["scenario"]: one["failures"] for one in played if not one["passed"]}
    assert len(failed) <= len(played) * (1 - LEAST), failed


def test_every_scenario_can_be_read():
    names = [
        one.name for folder in shards.PHRASES for one in scenarios.load(scenarios.FOLDER / folder)
    ]
    assert len(names) >= 200
    assert len(set(names)) == len(names)
