from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from conversations.models import Conversation, Message
from leads.models import Lead

TOKEN = "a-token-long-enough"
PUBLIC = {"REMOTE_ADDR": "8.8.8.8"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("where", "allowed"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "10.0.3.7"}, True),
        ({"REMOTE_ADDR": "fd00::7"}, True),
        (PUBLIC, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"REMOTE_ADDR": "10.0.3.7", "HTTP_X_FORWARDED_FOR": "10.0.3.8"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, False),
        (PUBLIC | {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, True),
        (PUBLIC | {"HTTP_AUTHORIZATION": "Bearer another"}, False),
        (PUBLIC | {"HTTP_AUTHORIZATION": TOKEN}, False),
        (PUBLIC | {"HTTP_AUTHORIZATION": "Bearer é"}, False),
    ],
)
def test_who_may_scrape(client, settings, where, allowed):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", **where).status_code == (200 if allowed else 403)


def test_an_empty_token_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", **PUBLIC, HTTP_AUTHORIZATION="Bearer ").status_code == 403


def test_the_numbers_are_those_of_the_rows(client):
    now = timezone.now()
    family = Lead.objects.create(phone="+5545999990000", parent_name="Ana Souza")
    conversation = Conversation.objects.create(
        lead=family, instance="unit", reply_to="x", due_at=now - timedelta(seconds=90)
    )
    for number, status in enumerate(["received", "received"]):
        Message.objects.create(
            conversation=conversation,
            direction="in",
            author="parent",
            status=status,
            rev=number,
            sent_at=now,
            text="oi, sou a Ana",
        )
    response = client.get("/metrics")
    text = response.content.decode()
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert response["Content-Type"].startswith("text/plain")
    assert samples["kumon_messages", "in", "received"] == 2
    assert samples["kumon_conversations", "bot"] == 1
    assert 90 <= samples["kumon_queue_oldest_seconds", "turns"] < 120
    assert samples["kumon_queue_oldest_seconds", "sends"] == 0
    assert samples["kumon_queue_oldest_seconds", "events"] == 0
    assert samples["kumon_handoffs_open",] == 0
    assert samples["kumon_breaker_open", "openai"] == 0
    assert samples["kumon_alerts_open", "critical"] == 0
    assert samples["kumon_stage_milliseconds", "0.95", "stored"] >= 0
    assert samples["kumon_postgres_connections", "most"] >= 20
    assert "Ana" not in text
    assert "+5545" not in text


def test_a_claimed_turn_is_not_late(client):
    now = timezone.now()
    Conversation.objects.create(
        lead=Lead.objects.create(),
        instance="unit",
        reply_to="x",
        due_at=now - timedelta(seconds=90),
        claimed_until=now + timedelta(seconds=90),
    )
    assert 'queue="turns"} 0.0' in client.get("/metrics").content.decode()
