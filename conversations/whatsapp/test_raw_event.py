import json

import pytest

from conversations.whatsapp.payloads import Ignored, QrCode, dedupe_key, read_events, strip_secrets
from tests.payloads import NAMES, load


@pytest.mark.parametrize("name", NAMES)
def test_redelivery_has_the_same_key(name):
    again = load(name) | {"apikey": "other", "server_url": "http://elsewhere"}
    key = dedupe_key(load(name))
    assert dedupe_key(again) == key
    assert 0 < len(key) <= 255


@pytest.mark.parametrize("name", ["baileys_text", "ack_read", "edit", "contacts_update"])
def test_a_redelivery_s_own_clock_does_not_count(name):
    later = load(name) | {"date_time": "2026-11-21T09:05:00.000Z"}
    assert dedupe_key(later) == dedupe_key(load(name))


def test_the_same_state_again_later_is_news():
    later = load("connection_open") | {"date_time": "2026-11-21T11:00:00.000Z"}
    assert dedupe_key(later) != dedupe_key(load("connection_open"))


def test_statuses_and_edits_of_one_message_differ():
    second_edit = load("edit")
    second_edit["data"]["timestampMs"] = "1795262470000"
    second_edit_in_update = load("2_3_7_edit_in_update")
    second_edit_in_update["data"]["message"]["editedMessage"]["message"]["conversation"] = "às 17h"
    bodies = [load(f"ack_{status}") for status in ("server_ack", "delivery_ack", "read")]
    bodies += [load("edit"), second_edit, load("edit_is_revoke")]
    bodies += [load("2_3_7_edit_in_update"), second_edit_in_update]
    assert len({dedupe_key(body) for body in bodies}) == len(bodies)


def test_secrets_are_not_kept():
    body = load("cloud_voice")
    body["data"]["nested"] = [{"APIKEY": "x", "access_token": "y", "jwt_key": "z"}]
    body["headers"] = {"Authorization": "Bearer s"}
    kept = strip_secrets(body)
    assert kept["data"]["nested"] == [{}]
    assert kept["headers"] == {}
    assert "apikey" not in kept
    assert "base64" not in kept["data"]["message"]


def test_kept_is_what_fetching_media_needs():
    body = load("baileys_image")
    kept = strip_secrets(body)
    image = body["data"]["message"]["imageMessage"]
    del image["jpegThumbnail"]
    assert kept["data"]["message"]["imageMessage"] == image | {"jpegThumbnail": None}
    assert kept["data"]["key"] == body["data"]["key"]


def test_what_is_kept_reads_the_same():
    for name in NAMES:
        if name != "qr_code":
            assert read_events(strip_secrets(load(name))) == read_events(load(name)), name


def test_a_code_that_pairs_the_number_is_not_kept():
    assert read_events(strip_secrets(load("qr_code"))) == [QrCode(None, None)]


def test_what_postgresql_refuses_is_cleaned():
    kept = strip_secrets({"a\x00": ["b\x00", "\ud800c", float("nan")], "n": 1.5})
    assert kept == {"a": ["b", "c", None], "n": 1.5}


def test_deep_nesting_ends():
    body = deepest = {}
    for _ in range(900):
        deepest["message"] = deepest = {}
    assert len(json.dumps(strip_secrets(body))) < 2000
    assert read_events({"event": "messages.upsert", "data": body}) == [Ignored("no id")]
