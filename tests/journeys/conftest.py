"""Stories go through the real webhook and leave through a real HTTP gateway; nothing waits.

The clock of turns and sends is passed in, ahead of the messages by what a story lets pass.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests import door
from tests.stand_ins.evolution import EvolutionStandIn

if TYPE_CHECKING:  # pytest reads this file before Django knows its models
    from tests.journeys.actors import Parent, Work

TOKEN = "a-token-for-the-webhook"
INSTANCE = "vila-a"
PATH = f"/webhooks/evolution/{INSTANCE}/"


@pytest.fixture
def post(settings: Any) -> Callable[..., Any]:
    """Posts one body to the webhook as Evolution does, expects it to be taken, and applies it."""
    settings.EVOLUTION_WEBHOOK_TOKEN = TOKEN

    def post_body(body: Any) -> Any:
        response = door.post(PATH, body, TOKEN)
        assert response.status_code == 200
        return response.json()["status"]

    return post_body


@pytest.fixture
def unit(db: None) -> None:
    call_command("seed_unit")


@pytest.fixture
def parent(unit: None, post: Callable[..., Any]) -> "Parent":
    from tests.journeys.actors import Parent

    return Parent(post)


@pytest.fixture
def other_parent(unit: None, post: Callable[..., Any]) -> "Parent":
    from tests.journeys.actors import Parent

    return Parent(post, "+5545988887777", "Bruno Lima")


@pytest.fixture
def gateway(settings: Any) -> Iterator[EvolutionStandIn]:
    with EvolutionStandIn(instance=INSTANCE) as evolution:
        settings.EVOLUTION_INSTANCE = INSTANCE
        settings.EVOLUTION_API_URL = evolution.url
        settings.EVOLUTION_API_KEY = evolution.apikey
        yield evolution


@pytest.fixture
def work(gateway: EvolutionStandIn, monkeypatch: pytest.MonkeyPatch) -> "Work":
    from conversations.whatsapp import evolution
    from tests.journeys.actors import Work

    monkeypatch.setattr(evolution.BREAKER, "_clock", evolution.BREAKER._clock)  # put back after
    return Work()


@pytest.fixture
def run_due(work: "Work") -> Callable[..., None]:
    """Runs everything that is due `after` seconds: turns, and what they send."""

    def run(after: float = 11) -> None:
        work.turns(after)
        work.sends(after)

    return run


@pytest.fixture
def start_work(gateway: EvolutionStandIn) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts the real process on the test's database; what still runs afterwards is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**more: str) -> "subprocess.Popen[bytes]":
        name = connection.settings_dict["NAME"]
        environment = os.environ | {
            "DATABASE_URL": urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl(),
            "REDIS_URL": settings.REDIS_URL,
            "EVOLUTION_API_URL": gateway.url,
            "EVOLUTION_API_KEY": gateway.apikey,
            "EVOLUTION_INSTANCE": gateway.instance,
            "WORK_THREADS": "4",
        }
        command = [sys.executable, "manage.py", "work"]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment | more))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
