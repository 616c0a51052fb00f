"""The product's gateway cannot tell the simulator from Evolution."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import SimulatedBubble, SimulatedParent, SimulatorFaults
from conversations.simulator import payloads, phones
from conversations.whatsapp.base import SendError
from conversations.whatsapp.payloads import Acked, Received

PHONE = "+5545999990001"
JID = "554599990001@s.whatsapp.net"  # as WhatsApp knows it


def test_a_text_reaches_the_phone_and_is_acknowledged(gateway, site):
    sent = gateway.send_text(PHONE, "Olá! *Posso* ajudar?")
    bubble = SimulatedBubble.objects.get(provider_id=sent.provider_id)
    assert (sent.jid, bubble.parent.jid, bubble.text) == (JID, JID, "Olá! *Posso* ajudar?")
    events = site.wait_for(3)
    echo = next(event for name, event in events if name == "send.message")
    assert isinstance(echo, Received)
    assert (echo.provider_id, echo.via_api, echo.from_me) == (sent.provider_id, True, True)
    acks = {event.status for _, event in events if isinstance(event, Acked)}
    assert acks == {"sent", "delivered"}
    assert not any(each is None for each in site.tokens)


def test_a_quote_and_a_lid_are_kept(gateway, site):
    parent = phones.add("Tia Lu", "", by_lid=True)
    asked = phones.say(parent, {"conversation": "tem vaga?"}, timezone.now())
    sent = gateway.send_text(parent.jid, "Temos!", quoted_id=asked.provider_id)
    assert sent.jid == parent.jid
    assert SimulatedBubble.objects.get(provider_id=sent.provider_id).quoted == asked


def test_what_was_sent_is_found_again(gateway, site):
    since = timezone.now() - timedelta(seconds=5)
    sent = gateway.send_text(PHONE, "Temos quinta-feira, às 15h.")
    for spelling in (JID, "5545999990001@s.whatsapp.net"):
        (found,) = gateway.find_sent(spelling, since)
        assert (found.provider_id, found.text) == (sent.provider_id, "Temos quinta-feira, às 15h.")
    assert gateway.find_sent(JID, timezone.now() + timedelta(minutes=1)) == []
    assert gateway.find_sent("5511987654321@s.whatsapp.net", since) == []


def test_presence_and_read_marks_show_on_the_phone(gateway, site):
    parent = phones.add("Maria", "5545999990001", by_lid=False)
    asked = phones.say(parent, {"conversation": "oi"}, timezone.now())
    gateway.send_presence(PHONE, 20)
    gateway.mark_read(JID, [asked.provider_id])
    parent.refresh_from_db()
    asked.refresh_from_db()
    assert parent.composing_until is not None
    assert asked.status == "READ"


def test_a_voice_note_can_be_fetched(gateway, site):
    parent = phones.add("Maria", "5545999990001", by_lid=False)
    phones.say(parent, payloads.attachment("audio"), timezone.now())
    site.wait_for(1)
    media = gateway.fetch_media(site.bodies[0])
    assert (media.mimetype, media.content[:4]) == ("audio/wav", b"RIFF")
    with pytest.raises(SendError, match="http_400"):
        gateway.fetch_media({"data": {"key": {"id": "NOPE"}}})


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        ("down", "unknown", "http_502"),
        ("disconnected", "wait", "disconnected"),
        ("without_key", "refused", "graph_131000"),
    ],
)
def test_a_fault_is_what_the_gateway_reports(gateway, site, fault, outcome, code):
    SimulatorFaults(pk=1, **{fault: True}).save()
    with pytest.raises(SendError) as raised:
        gateway.send_text(PHONE, "oi")
    assert (raised.value.outcome, raised.value.code) == (outcome, code)
    assert not SimulatedBubble.objects.exists()


def test_the_connection_state_follows_the_fault(gateway, site):
    assert gateway.connection_state() == "open"
    SimulatorFaults(pk=1, disconnected=True).save()
    assert gateway.connection_state() == "close"


@pytest.mark.parametrize(
    ("instance", "apikey", "body", "status"),
    [
        ("nope", "wrong", {"number": "5545999990001", "text": "x"}, 404),  # before the key
        ("vila-a", "wrong", {"number": "5545999990001", "text": "x"}, 401),
        ("vila-a", None, {"text": "x"}, 400),
        ("vila-a", None, {"number": 5545999990001, "text": "x"}, 400),
        ("vila-a", None, {"number": "5545999990001", "textMessage": {"text": "v1"}}, 400),
        ("vila-a", None, {"number": "5545999990001", "text": "  "}, 400),
        ("vila-a", None, {"number": "12", "text": "x"}, 400),
        ("vila-a", None, [], 400),
        ("vila-a", None, {"number": "5545999990001", "text": "x"}, 201),
    ],
)
def test_guards_and_bad_bodies(client, settings, site, instance, apikey, body, status):
    answer = client.post(
        f"/simulator/evolution/message/sendText/{instance}",
        body,
        content_type="application/json",
        headers={"apikey": apikey or settings.EVOLUTION_API_KEY},
    )
    assert answer.status_code == status
    assert SimulatedParent.objects.count() == (1 if status == 201 else 0)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("chat/findMessages", '{"where": 3, "page": "x", "offset": -1}'),
        ("chat/findMessages", '{"where": {"key": {"remoteJid": {"a": 1}}}}'),
        ("chat/sendPresence", '{"number": 5, "presence": "composing", "delay": 1}'),
        ("chat/markMessageAsRead", '{"readMessages": [3, {"id": null}]}'),
        ("chat/getBase64FromMediaMessage", '{"message": "x"}'),
        ("message/sendText", "not json"),
        ("message/sendText", '{"number": "5545999990001", "text": "a\\u0000b"}'),
        ("message/unknown", "{}"),
    ],
)
def test_no_body_breaks_it(client, settings, site, call, body):
    answer = client.post(
        f"/simulator/evolution/{call}/vila-a",
        body,
        content_type="application/json",
        headers={"apikey": settings.EVOLUTION_API_KEY},
    )
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("number", "jid"),
    [
        ("5531987654321", "553187654321@s.whatsapp.net"),
        ("5511987654321", "5511987654321@s.whatsapp.net"),
        ("+55 45 99999-0001", JID),
        ("182736455463728@lid", "182736455463728@lid"),
    ],
)
def test_evolution_spells_numbers_its_own_way(number, jid):
    assert payloads.jid_of(number) == jid
