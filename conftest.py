"""Tests run on real servers: embedded ones under `.data/test`, unless both URLs are given."""

import os
from pathlib import Path

import django
import pytest

from kumon_site import embedded

DATA_DIR = Path(__file__).parent / ".data" / "test"
EMBEDDED = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
STARTED = pytest.StashKey[bool]()

# Two test processes have a database each, but one Redis: each takes a number of its own there.
if WORKER := os.environ.get("PYTEST_XDIST_WORKER"):
    redis_url = os.environ.get("REDIS_URL") or embedded.urls(DATA_DIR)[1]
    os.environ["REDIS_URL"] = f"{redis_url.partition('?')[0]}?db={int(WORKER[2:]) + 1}"
# Before Django reads its settings. Never the folder of a copy that runs beside the tests.
os.environ["DATA_DIR"] = str(DATA_DIR)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")


def pytest_configure(config: pytest.Config) -> None:
    try:
        config.stash[STARTED] = EMBEDDED and embedded.start(DATA_DIR, durable=False)
    except embedded.ServerError as error:
        pytest.exit(str(error), returncode=1)
    django.setup()  # modules under test import models while they are collected
    # Test processes inherit the environment. With this in it pytest-django would read the settings
    # before their conftest.py has given them a Redis number of their own.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    from django.conf import settings

    if WORKER and os.environ["REDIS_URL"] != settings.REDIS_URL:
        pytest.exit(f"{WORKER} shares its Redis with another test process", returncode=1)


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(STARTED, False):
        embedded.stop(DATA_DIR)


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    """No test finds a breaker open, or anything else remembered, because of another one."""
    from django.core.cache import caches

    from scheduling import breaker

    breaker._redis_away_until = 0.0  # Redis was away for an earlier test, not for this one
    for name in ("default", "process"):
        caches[name].clear()
