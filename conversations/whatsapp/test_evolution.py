import socket
import threading
import time
from datetime import UTC, datetime

import httpx2
import pytest
from django.test import override_settings

from conversations.whatsapp import evolution as evolution_module
from conversations.whatsapp.base import Gateway, Media, SendError, gateway
from conversations.whatsapp.evolution import EvolutionGateway, address, spellings
from conversations.whatsapp.memory import MemoryGateway
from conversations.whatsapp.payloads import Acked, Received, read_events
from tests.stand_ins.evolution import EvolutionStandIn
from tests.stand_ins.faults import Fault

JID, LID = "554599990000@s.whatsapp.net", "204817736459201@lid"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ON_WHATSAPP_NOT = [{"jid": JID, "exists": False, "number": "554599990000"}]
NEVER = "Cannot read properties of undefined (reading 'onWhatsApp')"
GRAPH = "TypeError: Cannot read properties of undefined (reading 'message')"
LICENSE = {"error": "service not activated", "code": "LICENSE_REQUIRED", "register_url": "x"}


def refusal(whatsapp, number=JID, text="Olá"):
    with pytest.raises(SendError) as caught:
        whatsapp.send_text(number, text)
    return caught.value


def test_a_text_is_sent_as_the_contract_says(whatsapp, evolution):
    sent = whatsapp.send_text(JID, "Olá! *Posso* ajudar?")
    (call,) = evolution.requests
    assert call.path == "/message/sendText/vila-a"
    assert call.apikey == evolution.apikey
    assert call.body == {
        "number": "554599990000",
        "text": "Olá! *Posso* ajudar?",
        "linkPreview": False,
    }
    assert sent.jid == JID
    assert sent.provider_id == evolution.sent[0]["key"]["id"]


def test_a_reply_quotes(whatsapp, evolution):
    whatsapp.send_text(JID, "15h", quoted_id="AC5F01")
    assert evolution.requests[0].body["quoted"] == {"key": {"id": "AC5F01"}}


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        (Fault.graph(190), "refused", "graph_190"),
        (Fault.graph(131030), "refused", "graph_131030"),
        (Fault.graph(131047), "refused", "graph_131047"),
        (Fault.graph(130429), "retry", "graph_130429"),
        (Fault.graph(131056), "retry", "graph_131056"),
        (Fault.graph(80007), "retry", "graph_80007"),
        (Fault.answer(201, {}), "unknown", "no_id"),
        (Fault.answer(201, {"key": {"id": None}}), "unknown", "no_id"),
        (Fault.answer(201, ["PENDING"]), "unknown", "no_id"),
        (Fault.html(201), "unknown", "no_id"),
        (Fault.failed(400, ON_WHATSAPP_NOT), "refused", "not_on_whatsapp"),
        (Fault.failed(400, ["Error: Connection Closed"]), "wait", "disconnected"),
        (Fault.failed(500, "Connection Closed"), "wait", "disconnected"),
        (Fault.failed(500, NEVER), "wait", "never_connected"),
        (Fault.failed(400, [GRAPH]), "unknown", "graph_unreachable"),
        (Fault.failed(400, ["Error: Timed Out"]), "unknown", "gateway_exception"),
        (Fault.failed(400, [["Invalid format"]]), "refused", "bad_request"),
        (Fault.failed(400, ["Text is required"]), "refused", "bad_request"),
        (Fault.answer(400, {}), "refused", "bad_request"),
        (Fault.failed(401, "Unauthorized"), "refused", "unauthorized"),
        (Fault.failed(404, ['The "x" instance does not exist']), "refused", "no_instance"),
        (Fault.html(413), "refused", "http_413"),
        (Fault.html(302), "refused", "redirected"),
        (Fault.html(429), "retry", "rate_limited"),
        (Fault.answer(503, LICENSE), "wait", "license_required"),
        (Fault.html(503), "unknown", "http_503"),
        (Fault.html(502), "unknown", "http_502"),
        (Fault.failed(500, "Prisma"), "unknown", "http_500"),
        (Fault.dropped(), "unknown", "no_answer"),
        (Fault.dropped_after_accepting(), "unknown", "no_answer"),
    ],
)
def test_what_an_answer_means(whatsapp, evolution, fault, outcome, code):
    evolution.faults.append(fault)
    error = refusal(whatsapp)
    assert (error.outcome, error.code) == (outcome, code)
    assert error.permanent is (outcome == "refused")


def test_the_stand_in_s_own_refusals(whatsapp, evolution):
    evolution.not_on_whatsapp.add("554599990000")
    assert refusal(whatsapp).code == "not_on_whatsapp"
    assert refusal(whatsapp, text=" ").code == "bad_request"
    evolution.state = "close"
    assert refusal(whatsapp).code == "disconnected"


def test_a_timeout_leaves_the_outcome_unknown(whatsapp, evolution, monkeypatch):
    monkeypatch.setattr(evolution_module, "TIMEOUT", httpx2.Timeout(0.2))
    evolution.faults.append(Fault.slow(10))
    error = refusal(whatsapp)
    assert (error.outcome, error.code, error.message) == ("unknown", "no_answer", "ReadTimeout")
    (found,) = whatsapp.find_sent(JID, LONG_AGO)
    assert found.text == "Olá"


def test_nobody_listening_means_nothing_left(whatsapp, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EVOLUTION_API_URL = f"http://127.0.0.1:{closed.getsockname()[1]}"
    error = refusal(whatsapp)
    assert (error.outcome, error.code) == ("retry", "unreachable")


@pytest.mark.parametrize("url", ["", "nonsense", "http://[::1", "ftp://x"])
def test_a_useless_address_waits_for_configuration(whatsapp, settings, url):
    settings.EVOLUTION_API_URL = url
    error = refusal(whatsapp)
    assert (error.outcome, error.code) == ("wait", "not_configured")


def test_errors_hold_no_personal_data(whatsapp, evolution):
    for fault in (Fault.failed(400, ON_WHATSAPP_NOT), Fault.dropped(), Fault.graph(131030)):
        evolution.faults.append(fault)
        error = refusal(whatsapp, text="segredo")
        assert "9999" not in f"{error} {error!r} {error.__cause__}"
        assert "segredo" not in f"{error} {error!r}"


def test_presence_does_not_wait_for_evolution(whatsapp, evolution):
    started = time.monotonic()
    whatsapp.send_presence(JID, 20_000)
    assert time.monotonic() - started < 5
    assert evolution.requests[0].body == {
        "number": "554599990000",
        "presence": "composing",
        "delay": 20_000,
    }


def test_marks_read(whatsapp, evolution):
    whatsapp.mark_read(JID, ["A", "B"])
    assert [each["id"] for each in evolution.requests[0].body["readMessages"]] == ["A", "B"]


def test_courtesies_never_fail(whatsapp, evolution):
    evolution.faults.append(Fault.html(500, path="/chat/sendPresence/"))
    evolution.faults.append(Fault(path="/chat/markMessageAsRead/"))
    whatsapp.send_presence(JID, 10)
    whatsapp.mark_read(JID, ["A"])
    assert len(evolution.requests) == 2


def test_connection_state(whatsapp, evolution):
    evolution.state = "connecting"
    assert whatsapp.connection_state() == "connecting"


def test_media_from_a_stored_body(whatsapp, evolution):
    evolution.media["AC5F01"] = (b"OggS", "audio/ogg")
    data = {"key": {"id": "AC5F01"}, "messageType": "audioMessage", "message": {"audioMessage": {}}}
    assert whatsapp.fetch_media({"event": "messages.upsert", "data": data}) == Media(
        b"OggS", "audio/ogg"
    )
    assert evolution.requests[0].body == {"message": data}


def test_media_that_is_gone_or_too_large(whatsapp, evolution, monkeypatch):
    with pytest.raises(SendError):
        whatsapp.fetch_media({"key": {"id": "NONE"}})
    evolution.media["AC5F01"] = (b"x" * 4000, "audio/ogg")
    monkeypatch.setattr(evolution_module, "MEDIA_BYTES", 1000)
    with pytest.raises(SendError) as caught:
        whatsapp.fetch_media({"key": {"id": "AC5F01"}})
    assert caught.value.code == "media_too_large"


def test_threads_share_one_client(whatsapp, evolution):
    threads = [threading.Thread(target=whatsapp.send_text, args=(JID, str(i))) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(evolution.texts(JID), key=int) == [str(i) for i in range(20)]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+5545999990000", "5545999990000"),
        ("554599990000:3@s.whatsapp.net", "554599990000"),
        (LID, LID),
    ],
)
def test_address(number, written):
    assert address(number) == written


@pytest.mark.parametrize(
    ("jid", "possible"),
    [
        (JID, [JID, "5545999990000@s.whatsapp.net"]),
        ("5545999990000@s.whatsapp.net", ["5545999990000@s.whatsapp.net", JID]),
        ("554530270000@s.whatsapp.net", ["554530270000@s.whatsapp.net"]),
        (LID, [LID]),
    ],
)
def test_spellings(jid, possible):
    assert spellings(jid) == possible


def test_the_gateway_is_chosen_once_by_settings():
    with override_settings(WHATSAPP_GATEWAY="conversations.whatsapp.memory.MemoryGateway"):
        chosen = gateway()
        assert isinstance(chosen, MemoryGateway)
        assert gateway() is chosen
    with override_settings(WHATSAPP_GATEWAY="pathlib.Path"), pytest.raises(TypeError):
        gateway()
    with override_settings(WHATSAPP_GATEWAY="conversations.whatsapp.evolution.EvolutionGateway"):
        assert isinstance(gateway(), EvolutionGateway)


def test_memory_keeps_what_was_sent():
    whatsapp: Gateway = MemoryGateway()
    sent = whatsapp.send_text(JID, "um")
    (found,) = whatsapp.find_sent(JID, LONG_AGO)
    assert (found.provider_id, found.text) == (sent.provider_id, "um")
    assert whatsapp.connection_state() == "open"


def test_the_stand_in_posts_webhooks_in_order(whatsapp, evolution):
    with EvolutionStandIn(instance="listener") as listener:
        evolution.webhook_url = f"{listener.url}/webhook"
        evolution.webhook_token = "token"
        sent = whatsapp.send_text(JID, "um")
        evolution.parent_writes(JID, "oi")
        evolution.settle()
        received = [event for call in listener.requests for event in read_events(call.body)]
    assert isinstance(received[0], Received)
    assert received[0].via_api
    assert received[1:3] == [
        Acked(sent.provider_id, "sent"),
        Acked(sent.provider_id, "delivered"),
    ]
    assert isinstance(received[3], Received)
    assert received[3].text == "oi"
    assert [status for _, status in evolution.deliveries] == [404] * 4
    assert received[3].identity.phone == "+5545999990000"
