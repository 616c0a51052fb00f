"""The door: who may come in, what is kept, what is answered."""

import base64
import hmac
import json
import time
from hashlib import sha256

import pytest
from django.db import OperationalError, connection

from conversations.models import Conversation, Message, RawEvent
from tests import door, payloads

TOKEN = "a-token-for-the-webhook"
PATH = "/webhooks/evolution/vila-a/"


@pytest.fixture(autouse=True)
def token(settings):
    settings.EVOLUTION_WEBHOOK_TOKEN = TOKEN


def post(body, path=PATH, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = door.knock(path, content, headers or {"X-Webhook-Token": TOKEN})
    door.take_in()
    return answer


def jwt(key=TOKEN, alg="HS256", exp=600, claims=None):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iat": now, "exp": now + exp, "app": "evolution"} if claims is None else claims
    signed = f"{part(json.dumps({'alg': alg}).encode())}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.new(key.encode(), signed.encode(), sha256).digest())}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/evolution/vila-a/",
        "/webhooks/evolution/vila-a",
        "/webhooks/evolution/vila-a/messages-upsert",
        "/webhooks/evolution/vila-a/messages-upsert/",
        "/webhooks/evolution/vila-a//messages-upsert",
        "/webhooks/evolution/another-name/",
    ],
)
def test_every_form_of_the_address_takes_a_message(path):
    response = post(payloads.load("baileys_text"), path)
    assert (response.status_code, response.json()) == (200, {"status": "accepted"})
    assert Message.objects.get().conversation.instance in ("vila-a", "another-name")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Webhook-Token": TOKEN}, 200),
        ({"Authorization": f"Bearer {TOKEN}"}, 200),
        ({"Authorization": f"Bearer {jwt()}"}, 200),
        ({"Authorization": f"Bearer {jwt(exp=-3000)}"}, 200),  # Evolution's later attempts
        ({"Authorization": f"Bearer {jwt(exp=-4000)}"}, 403),
        ({"Authorization": f"Bearer {jwt(key='another')}"}, 403),
        ({"Authorization": f"Bearer {jwt(alg='none')}"}, 403),
        ({"Authorization": f"Bearer {jwt(claims=[])}"}, 403),
        ({"Authorization": f"Bearer {jwt(claims={})}"}, 403),
        ({"Authorization": "Bearer a.b.c"}, 403),
        ({"Authorization": "Bearer"}, 403),
        ({"X-Webhook-Token": "wrong"}, 403),
        ({"X-Webhook-Token": "ação"}, 403),
        ({"X-Webhook-Token": ""}, 403),
        ({"Accept": "text/html"}, 403),
    ],
)
def test_only_who_has_the_token_comes_in(headers, status):
    assert post(payloads.load("baileys_text"), **headers).status_code == status
    assert RawEvent.objects.count() == (status == 200)


@pytest.mark.django_db
def test_no_token_set_lets_nobody_in(settings):
    settings.EVOLUTION_WEBHOOK_TOKEN = ""
    assert post({}, **{"X-Webhook-Token": ""}).status_code == 403


@pytest.mark.django_db
def test_what_the_caller_accepts_does_not_matter():
    headers = {"X-Webhook-Token": TOKEN, "Accept": "text/html"}
    assert post(payloads.load("baileys_text"), **headers).status_code == 200


@pytest.mark.django_db
def test_a_redelivery_changes_nothing():
    assert post(payloads.load("baileys_text")).json() == {"status": "accepted"}
    before = Conversation.objects.values().get()
    again = payloads.load("baileys_text") | {"date_time": "2031-01-01T00:00:00.000Z"}
    assert post(again).json() == {"status": "duplicate"}
    assert Conversation.objects.values().get() == before
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", payloads.NAMES)
def test_every_known_payload_is_taken(name):
    assert post(payloads.load(name)).status_code == 200
    row = RawEvent.objects.get()
    assert row.error == ""
    assert "apikey" not in json.dumps(row.body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"[]",
        b"[[1]]",
        b'"text"',
        b"17",
        b"{}",
        b'{"event": null, "data": null}',
        b'{"event": "messages.upsert", "data": null}',
        b'{"event": "messages.upsert", "data": {"key": 5}}',
        b'{"event": "x", "data": NaN}',
        b'{"event": "x", "data": [Infinity, -Infinity, 1e999]}',
        b'{"event": "x", "data": ' + b"9" * 5000 + b"}",
        b'{"event": "x", "data": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"event": "x\\u0000y", "data": "a\\u0000b\\ud800c"}',
        b'{"event": "' + b"e" * 500 + b'", "data": {}}',
        b'{"a\\u0000": 1, "event": "x"}',
    ],
)
def test_any_json_is_stored(content):
    response = post(content)
    assert (response.status_code, response.json()) == (200, {"status": "ignored"})
    assert RawEvent.objects.get().error == ""


@pytest.mark.django_db
def test_a_text_with_nul_and_half_a_surrogate_is_a_message():
    body = payloads.load("baileys_text")
    body["data"]["message"] = {"conversation": "O\x00i \ud83d tudo bem? 😀"}
    assert post(body).json() == {"status": "accepted"}
    assert Message.objects.get().text == "Oi  tudo bem? 😀"


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"a": "\xff"}', b"[" * 100_000])
def test_what_is_not_json_is_refused(content):
    assert post(content).status_code == 400
    assert not RawEvent.objects.exists()


@pytest.mark.django_db
def test_twenty_megabytes_are_taken_and_more_is_not():
    body = payloads.load("baileys_text")
    body["data"]["message"]["base64"] = ""
    room = 20 * 2**20 - len(json.dumps(body))
    body["data"]["message"]["base64"] = "A" * room
    assert post(body).status_code == 200
    body["data"]["message"]["base64"] += "A"
    assert post(body).status_code == 413
    assert RawEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_gateway_is_asked_to_come_again():
    def away(execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")

    content = json.dumps(payloads.load("baileys_text")).encode()
    with connection.execute_wrapper(away):
        response = door.knock(PATH, content, {"X-Webhook-Token": TOKEN})
    assert response.status_code == 503
    assert not RawEvent.objects.exists()
    assert post(content).json() == {"status": "accepted"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "method", "status"),
    [(PATH, "GET", 405), ("/webhooks/evolution/", "POST", 404), ("/webhooks/x/y/", "POST", 404)],
)
def test_no_other_door(path, method, status):
    answer = door.knock(path, b"{}", {"X-Webhook-Token": TOKEN}, method)
    assert (answer.status_code, RawEvent.objects.count()) == (status, 0)


@pytest.mark.django_db
def test_a_bug_of_ours_loses_nothing(caplog):
    """Here the bug is a column that the code does not expect."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conversations_message ADD unexpected integer NOT NULL")
    assert post(payloads.load("baileys_text")).status_code == 200
    row = RawEvent.objects.get()
    assert row.error.startswith("IntegrityError")
    assert row.processed_at is None
    assert not Message.objects.exists()
    assert "Oi, quero" not in caplog.text


@pytest.mark.django_db
def test_the_door_asks_one_statement(django_assert_num_queries):
    content = json.dumps(payloads.load("baileys_text")).encode()
    for _ in range(2):  # new, and again
        with django_assert_num_queries(1):
            door.knock(PATH, content, {"X-Webhook-Token": TOKEN})
