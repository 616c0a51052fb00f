"""Both providers over real HTTP: what is sent, what comes back, and each way in which they fail."""

import json

import pytest
from django.conf import settings as site
from langchain_core.runnables import RunnableLambda

from conversations.llm.anthropic import Anthropic
from conversations.llm.base import CallFailed, Outcome, Prompt
from conversations.llm.openai import OpenAI
from tests.stand_ins.brains import answer, command
from tests.stand_ins.models import ModelFault

SCHEMA = json.loads((site.BASE_DIR / "conversations/agent/commands.schema.json").read_text())
PROMPT = Prompt(
    fixed="You read messages.",
    turn='<state>\n{"talk": 7}\n</state>\n<messages>\n["oi"]\n</messages>',
    schema=SCHEMA,
    version="abc",
    conversation=7,
)
HELLO = answer(command("smalltalk", "oi", topic="greeting"), mood="happy", opener="Que bom!")
PROVIDERS = {"openai": OpenAI, "anthropic": Anthropic}


@pytest.fixture(params=PROVIDERS)
def provider(request, brain):
    brain.answers["oi"] = HELLO
    server = request.getfixturevalue(request.param)
    return PROVIDERS[request.param](), server


def failing(provider, fault):
    model, server = provider
    server.faults.append(ModelFault.of(fault))
    with pytest.raises(CallFailed) as raised:
        model.understand(PROMPT)
    return raised.value


def test_the_answer_and_what_it_took(provider):
    model, server = provider
    first, second = model.understand(PROMPT), model.understand(PROMPT)
    assert (first.answer, first.provider) == (HELLO, model.name)
    assert first.usage.written > 0
    assert first.usage.cached == 0
    assert second.usage.cached == first.usage.written
    assert second.usage.input == first.usage.input > second.usage.cached
    assert second.usage.output > 0
    assert server.asked[0].talk == 7
    assert server.asked[0].messages == ("oi",)


def test_openai_is_asked_for_no_reasoning_and_a_strict_schema(openai, brain):
    brain.answers["oi"] = HELLO
    OpenAI().understand(PROMPT)
    sent = openai.requests[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["authorization"] == "Bearer key-of-openai"
    assert sent.body["model"] == "gpt-6-luna"
    assert sent.body["reasoning_effort"] == "none"
    assert "temperature" not in sent.body
    assert sent.body["prompt_cache_key"]
    assert sent.body["messages"][0] == {"role": "system", "content": PROMPT.fixed}
    wanted = sent.body["response_format"]["json_schema"]
    assert wanted["strict"] is True
    assert wanted["schema"]["properties"].keys() == SCHEMA["properties"].keys()


def test_anthropic_is_asked_without_thinking_and_caches_the_fixed_part(anthropic, brain):
    brain.answers["oi"] = HELLO
    Anthropic().understand(PROMPT)
    sent = anthropic.requests[0]
    assert sent.path == "/v1/messages"
    assert sent.headers["authorization"] == "Bearer key-of-anthropic"
    assert sent.body["model"] == "claude-haiku-5-5"
    assert sent.body["thinking"] == {"type": "disabled"}
    assert "temperature" not in sent.body
    assert sent.body["system"] == [
        {"type": "text", "text": PROMPT.fixed, "cache_control": {"type": "ephemeral"}}
    ]
    wanted = sent.body["output_config"]["format"]["schema"]
    commands = wanted["properties"]["commands"]["items"]
    assert set(commands["required"]) == commands["properties"].keys()


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
@pytest.mark.parametrize("name", PROVIDERS)
def test_a_base_url_is_taken_with_and_without_its_version(request, brain, settings, name, suffix):
    brain.answers["oi"] = HELLO
    server = request.getfixturevalue(name)
    setattr(settings, f"{name.upper()}_BASE_URL", server.url + suffix)
    assert PROVIDERS[name]().understand(PROMPT).answer == HELLO


@pytest.mark.parametrize(
    ("fault", "outcome", "counted", "against"),
    [
        ("refusal", "refused", True, False),
        ("cut", "cut", True, False),
        ("broken", "broken", True, False),
        ("empty", "broken", True, False),
        ("html", "broken", False, False),
        ("400", "rejected", False, False),
        ("401", "denied", False, True),
        ("403", "denied", False, True),
        ("429", "limited", False, True),
        ("500", "failed", False, True),
        ("529", "failed", False, True),
        ("dropped", "dropped", False, True),
        ("torn", "dropped", False, True),
    ],
)
def test_each_failure_has_a_name(provider, fault, outcome, counted, against):
    failed = failing(provider, fault)
    assert failed.outcome == outcome
    assert (failed.usage is not None) is counted
    assert failed.speaks_against_server is against


@pytest.mark.parametrize(
    ("header", "pause"), [("20", 20), ("0.5", 0.5), ("99999", 600), ("soon", None)]
)
def test_retry_after_is_heard(provider, header, pause):
    assert failing(provider, f"429:{header}").pause == pause


@pytest.mark.parametrize("fault", ["slow:5", "drip:5"])
def test_the_time_of_a_call_ends_however_bytes_drip(provider, monkeypatch, fault):
    monkeypatch.setattr(type(provider[0]), "seconds", 0.4)
    assert failing(provider, fault).outcome == "timeout"


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_server_that_is_not_there(settings, name):
    setattr(settings, f"{name.upper()}_API_KEY", "key")
    setattr(settings, f"{name.upper()}_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(CallFailed) as raised:
        PROVIDERS[name]().understand(PROMPT)
    assert raised.value.outcome == "unreachable"


@pytest.mark.parametrize(("fault", "usage"), [("bare", False), ("extra", True)])
def test_missing_counts_and_unknown_fields_spoil_nothing(provider, fault, usage):
    model, server = provider
    server.faults.append(ModelFault.of(fault))
    reply = model.understand(PROMPT)
    assert reply.answer == HELLO
    assert (reply.usage is not None) is usage


@pytest.mark.parametrize("written", ["null", "[]", "{}", '{"commands": 3}'])
def test_any_json_is_handed_on_for_the_caller_to_judge(provider, brain, written):
    brain.answers["oi"] = json.loads(written)
    model, _ = provider
    assert model.understand(PROMPT).answer == json.loads(written)


class Broken(OpenAI):
    def chain(self, schema):
        def ask(messages):
            raise RuntimeError("the client is closed")

        return RunnableLambda(ask)


def test_whatever_a_library_raises_is_a_failed_call():
    with pytest.raises(CallFailed) as failed:
        Broken().understand(PROMPT)
    assert failed.value.outcome == Outcome.BROKEN
