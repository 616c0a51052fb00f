"""Many turns wait for a model at the same moment, on a pool that is far smaller."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from conversations import turn
from conversations.connections import give_back
from conversations.models import Turn
from tests.journeys.actors import Parent
from tests.stand_ins.brains import answer, command
from tests.stand_ins.fixtures import closed_breakers
from tests.stand_ins.openai import OpenAIStandIn

__all__ = ["closed_breakers"]

TURNS = 24


class Together:
    """Answers nobody until all have asked: who held a connection would keep the others out."""

    def __init__(self, number):
        self.all_here = threading.Barrier(number)

    def __call__(self, asked):
        self.all_here.wait(timeout=30)
        return answer(command("answer", "quanto custa", topic="price"))


@pytest.mark.django_db(transaction=True)
def test_no_turn_holds_a_connection_while_a_model_thinks(unit, post, settings):
    pool = django_settings.DATABASES["default"]["OPTIONS"]["pool"]
    assert pool["max_size"] < TURNS
    for number in range(TURNS):
        Parent(post, f"+55459991100{number:02d}").says("quanto custa o kumon?")
    with OpenAIStandIn(brain=Together(TURNS)) as openai:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "key-of-openai", openai.url
        claims = turn.claim_due(timezone.now() + timezone.timedelta(seconds=11), TURNS)
        give_back()
        with ThreadPoolExecutor(TURNS) as threads:
            assert list(threads.map(answered, claims)) == [None] * TURNS
    assert set(Turn.objects.values_list("tier", flat=True)) == {"openai"}
    assert Turn.objects.count() == TURNS


def answered(claim):
    try:
        turn.answer(claim, timezone.now)
    finally:
        connection.close()
