"""A database of the benchmark's own: made from nothing, seeded once, copied for each process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit

import psycopg

from kumon_site import embedded

DATA_DIR = Path(__file__).parents[2] / ".data" / "benchmarks"
SEEDED = "answers_seeded"
NOT_CONFIGURED = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LANGSMITH_API_KEY")


@contextmanager
def running() -> Iterator[str]:
    """Servers, and a migrated and seeded database to copy; gives the maintenance URL."""
    started = embedded.start(DATA_DIR, durable=False)
    try:
        yield embedded.urls(DATA_DIR)[0]
    finally:
        if started:
            embedded.stop(DATA_DIR)


def make(url: str, name: str, template: str = "template0") -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return named(url, name)


def drop(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def use(url: str) -> None:
    """Django in this process works on the database at `url`. Before anything imports settings."""
    os.environ |= {
        "DATA_DIR": str(DATA_DIR),
        "DATABASE_URL": url,
        "REDIS_URL": embedded.urls(DATA_DIR)[1],
        "DJANGO_SETTINGS_MODULE": "kumon_site.settings",
        "QUIET_SECONDS": "2.5",
    }
    import django

    django.setup()


def fill(clock: datetime) -> None:
    """Tables, and the unit as it is on a fresh machine at `clock`."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with patch("django.utils.timezone.now", lambda: clock):
        call_command("seed_unit")
