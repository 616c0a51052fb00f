"""Whatever is posted: no 5xx, no 4xx that drops a message, nothing lost."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Message, RawEvent
from tests import payloads

pytestmark = pytest.mark.django_db

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FEW = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def paths(value, before=()):
    """Where something stands inside a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in inside:
        yield (*before, name)
        if isinstance(item, dict | list):
            yield from paths(item, (*before, name))


def put(body, path, value):
    for name in path[:-1]:
        body = body[name]
    body[path[-1]] = value


@FEW
@given(data=st.data(), name=st.sampled_from(sorted(payloads.NAMES)), wrong=ANY_JSON)
def test_a_payload_with_something_wrong_in_it_is_taken(post, data, name, wrong):
    body = deepcopy(payloads.load(name))
    put(body, data.draw(st.sampled_from(list(paths(body)))), wrong)
    assert post(body) in ("accepted", "duplicate", "ignored")
    assert not RawEvent.objects.exclude(error="").exists()


@FEW
@given(body=ANY_JSON)
def test_any_json_is_taken(post, body):
    assert post(body) in ("ignored", "duplicate")


@pytest.mark.parametrize(
    "text",
    [
        "👨‍👩‍👧‍👦" * 2000,
        "a" * 4096,
        "ã" * 70_000,
        "\u202eoi\u0000 tudo \ud83d bem?",
        "linha\r\n" * 500,
        "<script>alert(1)</script>{{ 7*7 }}{% now %}",
    ],
)
def test_a_text_of_any_kind_is_kept_and_answered(parent, gateway, work, text):
    parent.says(text)
    message = Message.objects.get(direction="in")
    assert message.text
    work.turns()
    work.sends()
    assert len(gateway.texts()) == 1
    assert "49" not in gateway.texts()[0].split()


def test_what_cannot_be_kept_of_a_text_costs_no_answer(parent, work, gateway):
    """Half a surrogate and a NUL, as JSON spells them."""
    body = json.loads(json.dumps(parent.body("x")).replace('"x"', '"Quanto \\ud83d custa\\u0000?"'))
    parent.delivers(body)
    work.turns()
    work.sends()
    assert "R$ 375,00" in gateway.texts()[0]
