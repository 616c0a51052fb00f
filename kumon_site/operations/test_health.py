import socket
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation, Message
from conversations.whatsapp.evolution import BREAKER
from kumon_site.operations import health
from kumon_site.operations.models import Sample
from leads.models import Lead
from scheduling.breaker import Breaker
from tests.stand_ins.evolution import EvolutionStandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evolution(settings):
    with EvolutionStandIn() as evolution:
        settings.EVOLUTION_API_URL, settings.EVOLUTION_API_KEY = evolution.url, evolution.apikey
        settings.EVOLUTION_INSTANCE, settings.SIMULATED_GATEWAY = evolution.instance, False
        yield evolution


@pytest.fixture
def nobody():
    """A port on which a connection is taken and never answered."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield silent.getsockname()[1]


def get(client, path="/api/v1/health"):
    response = client.get(path)
    return response.status_code, response.json()


@pytest.mark.parametrize("prefix", ["/api/v1/health", "/health"])
@pytest.mark.parametrize("rest", ["", "/live", "/ready"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_spelling_answers_without_a_redirect(client, evolution, prefix, rest, slash):
    status, body = get(client, prefix + rest + slash)
    assert (status, body["status"]) == (200, "ok")


def test_every_dependency_tells_its_state_and_latency(client, evolution):
    status, body = get(client)
    found = body["dependencies"]
    assert status == 200
    assert {name: answer["state"] for name, answer in found.items()} == {
        "postgres": "ok",
        "redis": "ok",
        "gateway": "ok",
        "openai": "off",
        "anthropic": "off",
        "calendar": "off",
        "qdrant": "memory",
        "queue": "ok",
        "clock": "unknown",
    }
    assert body["breakers"] == dict.fromkeys(
        ["gateway", "openai", "anthropic", "calendar", "qdrant"], "closed"
    )
    assert all(answer["latency_ms"] >= 0 for answer in found.values())
    assert found["gateway"]["simulated"] is False
    assert (
        found["queue"] | {"oldest_turn_seconds": 0.0, "oldest_send_seconds": 0.0} == found["queue"]
    )


@pytest.mark.parametrize(("ago", "state"), [(20, "ok"), (200, "late")])
def test_worker_and_beat_are_known_by_their_samples(client, evolution, ago, state):
    Sample.objects.create(name="queue.turns", at=timezone.now() - timedelta(seconds=ago), value=0)
    assert get(client)[1]["dependencies"]["clock"]["state"] == state


def test_a_provider_is_as_its_breaker_is(client, evolution, settings):
    settings.OPENAI_API_KEY = "key-of-a-test"
    assert get(client)[1]["dependencies"]["openai"]["state"] == "ok"
    with pytest.raises(OSError, match="away"), Breaker("openai", failures=1).guard():
        raise OSError("away")
    body = get(client)[1]
    cache.clear()
    assert body["status"] == "degraded"
    assert body["dependencies"]["openai"]["state"] == body["breakers"]["openai"] == "open"


def test_live_asks_nobody(client, django_assert_num_queries, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with django_assert_num_queries(0):
        assert get(client, "/health/live") == (200, {"status": "ok"})


def test_without_redis_it_is_down(client, evolution, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for path in ("/health", "/health/ready"):
        status, body = get(client, path)
        assert (status, body["status"]) == (503, "down")
        assert body["dependencies"]["redis"]["state"] == "down"


def test_without_its_migrations_it_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, app, name, applied FROM django_migrations ORDER BY id DESC")
        row = cursor.fetchone()
        cursor.execute("DELETE FROM django_migrations WHERE id = %s", [row[0]])
    try:
        status, body = get(client, "/health/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", row)
    assert status == 503
    assert body["dependencies"]["postgres"]["state"] == "unmigrated"
    assert body["dependencies"]["postgres"]["missing"] == 1


def test_a_database_that_is_away_is_told_and_not_described(client, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", 1)
    status, body = get(client, "/health/ready")
    assert status == 503
    assert body["dependencies"]["postgres"]["state"] == "down"
    assert body["dependencies"]["postgres"]["error"] == "OperationalError"


def test_a_disconnected_phone_degrades(client, evolution):
    evolution.state = "close"
    status, body = get(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["dependencies"]["gateway"]["state"] == "close"


def test_a_phone_that_acknowledges_nothing_degrades(client, evolution):
    family = Lead.objects.create(phone="+5545999990000")
    talk = Conversation.objects.create(lead=family, instance="unit", reply_to="x")
    at = timezone.now() - timedelta(minutes=3)
    Message.objects.create(
        conversation=talk, direction="out", author="bot", status="sent", rev=1, sent_at=at,
        created_at=at, accepted_at=at,
    )  # fmt: skip
    status, body = get(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["dependencies"]["gateway"]["state"] == "silent"


def test_sends_that_wait_for_the_gateway_are_no_late_queue(client, evolution):
    family = Lead.objects.create(phone="+5545999990000")
    talk = Conversation.objects.create(lead=family, instance="unit", reply_to="x")
    at = timezone.now() - timedelta(minutes=3)
    Message.objects.create(
        conversation=talk, direction="out", author="bot", status="queued", rev=1, sent_at=at,
        created_at=at, due_at=at,
    )  # fmt: skip
    assert get(client)[1]["dependencies"]["queue"]["state"] == "late"
    BREAKER.open_for(60)
    queue = get(client)[1]["dependencies"]["queue"]
    cache.clear()
    assert (queue["state"], queue["oldest_send_seconds"] > health.LATE_SECONDS) == ("ok", True)


def test_whatever_hangs_it_answers_within_two_seconds(client, settings, nobody):
    hangs = f"127.0.0.1:{nobody}"
    settings.EVOLUTION_API_URL = settings.QDRANT_URL = f"http://{hangs}"
    settings.REDIS_URL = f"redis://{hangs}/0"
    begun = time.monotonic()
    status, body = get(client)
    assert time.monotonic() - begun < 2
    assert status == 503
    assert body["dependencies"]["postgres"]["state"] == "ok"
    for name in ("redis", "gateway", "qdrant"):
        assert body["dependencies"][name]["state"] in ("down", "timeout")


def test_a_turn_that_waits_too_long_is_told(client, evolution):
    due = timezone.now() - timedelta(seconds=health.LATE_SECONDS + 5)
    family = Lead.objects.create(phone="+5545999990000")
    Conversation.objects.create(lead=family, instance="unit", reply_to="x", due_at=due)
    status, body = get(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["dependencies"]["queue"]["state"] == "late"
    assert body["dependencies"]["queue"]["oldest_turn_seconds"] > health.LATE_SECONDS
    assert "+5545" not in str(body)
