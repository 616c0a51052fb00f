"""Events that come at once: one INSERT, and each knows what became of its own."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import DataError
from django.utils import timezone

from conversations.arrivals import MOST, Arrival, Arrivals, insert
from conversations.models import RawEvent

NOW = timezone.now()

pytestmark = pytest.mark.django_db


def arrival(key, body=None):
    return Arrival("vila-a", "messages.upsert", key, body or {"text": "ç % 'x'"}, NOW)


@async_to_sync
async def kept(arrivals):
    process = Arrivals()
    return await asyncio.gather(*map(process.keep, arrivals))


def test_many_at_once_are_few_statements_in_their_order(django_assert_num_queries):
    keys = [f"{number}" for number in range(MOST + 20)]
    with django_assert_num_queries(2):
        assert kept(map(arrival, keys)) == [True] * len(keys)
    assert list(RawEvent.objects.order_by("pk").values_list("provider_key", flat=True)) == keys
    row = RawEvent.objects.first()
    assert (row.body, row.received_at, row.due_at) == ({"text": "ç % 'x'"}, NOW, NOW)
    assert (row.processed_at, row.error) == (None, "")


def test_of_equal_ones_the_first_is_new():
    assert kept([arrival("a"), arrival("b"), arrival("a"), arrival("a")]) == [
        *(True, True, False, False)
    ]
    assert kept([arrival("b"), arrival("c")]) == [False, True]
    assert RawEvent.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_postgresql_refuses_costs_only_itself():
    outcomes = insert([arrival("a"), arrival("b", {"text": "\0"}), arrival("c")])
    assert (outcomes[0], outcomes[2]) == (True, True)
    assert isinstance(outcomes[1], DataError)
    assert RawEvent.objects.filter(received_at__gt=NOW - timedelta(1)).count() == 2


def test_a_bug_leaves_nobody_waiting():
    with pytest.raises(TypeError):
        kept([arrival("a", {"text": object()})])
    assert kept([arrival("b")]) == [True]
