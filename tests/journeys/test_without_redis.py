"""Redis carries hints and breakers, and no truth: emptied or away, every family is answered."""

from copy import deepcopy

import pytest
import redis
from django.conf import settings as django_settings

from conversations import live

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def away(settings):
    settings.REDIS_URL = NOWHERE
    caches = deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = NOWHERE
    settings.CACHES = caches
    live._redis.cache_clear()
    yield
    live._redis.cache_clear()


def answered(parent, gateway, work):
    work.turns()
    work.sends()
    return gateway.texts(parent.jid)


def test_emptied_between_a_message_and_its_answer(parent, gateway, work):
    parent.says("Quanto custa?")
    with redis.Redis.from_url(django_settings.REDIS_URL) as memory:
        memory.flushdb()
    assert len(answered(parent, gateway, work)) == 1


@pytest.mark.django_db(transaction=True)
def test_away_altogether(parent, gateway, work, away):
    """Hints are told after commit, so this story really commits."""
    parent.says("Quanto custa?")
    assert len(answered(parent, gateway, work)) == 1
    parent.says("Onde fica?")
    assert len(answered(parent, gateway, work)) == 2
    assert [message.status for message in parent.replies] == ["sent", "sent"]
