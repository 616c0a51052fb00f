"""Is the unit's WhatsApp alive, and the code that pairs it again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import watch
from conversations.models import GatewayState, Message, RawEvent
from tests import payloads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def instance(settings):
    settings.EVOLUTION_INSTANCE = "vila-a"


def said(post, name, moment="2026-11-21T09:00:00.000Z", **data):
    body = payloads.load(name) | {"date_time": moment}
    body["data"] |= data
    return post(body)


def test_the_code_is_shown_while_it_is_valid_and_kept_nowhere_else(post):
    said(post, "connection_close")
    said(post, "qr_code")
    now = timezone.now()
    seen = watch.look(now)
    assert (seen.state, seen.is_well) == ("close", False)
    assert seen.code.code_image.startswith("data:image/png;base64,")
    assert seen.code.pairing_code == "ABCD1234"
    assert "ABCD1234" not in str(list(RawEvent.objects.values("body")))
    assert "data:image" not in str(list(RawEvent.objects.values("body")))
    assert watch.look(now + watch.CODE_VALID).code is None
    said(post, "connection_open")
    assert watch.look(now).code is None
    assert GatewayState.objects.get().code_image == ""


def test_a_storm_of_reconnections_is_one_row_and_the_last_state(post):
    for number in range(30):
        moment = f"2026-11-21T09:00:{number:02d}.000Z"
        said(post, "connection_open", moment, state="connecting" if number % 2 else "open")
    rows = RawEvent.objects.filter(event="connection.update")
    assert sorted(row.body["data"]["state"] for row in rows) == ["connecting", "open"]
    state = GatewayState.objects.get()
    assert (state.state, state.instance) == ("connecting", "vila-a")


def test_open_is_wrong_when_nothing_is_acknowledged(parent, gateway, work):
    said(parent.post, "connection_open")
    parent.says("Quanto custa?")
    work.turns()
    work.sends()
    (reply,) = parent.replies
    soon = reply.accepted_at + timedelta(seconds=30)
    later = reply.accepted_at + timedelta(minutes=3)
    assert watch.look(soon).is_well
    assert watch.look(later).silent_since == reply.accepted_at
    update = {"keyId": reply.provider_id, "remoteJid": parent.jid, "status": "SERVER_ACK"}
    parent.post({"event": "messages.update", "instance": "vila-a", "data": update})
    RawEvent.objects.filter(event="messages.update").update(received_at=later)
    seen = watch.look(later)
    assert (seen.silent_since, seen.last_tick_at) == (None, later)
    assert seen.last_message_at == Message.objects.filter(direction="in").get().created_at


@pytest.mark.parametrize(("seconds", "silent"), [(0, False), (4, False), (6, True)])
def test_a_tick_may_come_before_the_gateway_s_answer(parent, gateway, work, seconds, silent):
    parent.says("Quanto custa?")
    work.turns()
    work.sends()
    (reply,) = parent.replies
    update = {"keyId": reply.provider_id, "remoteJid": parent.jid, "status": "SERVER_ACK"}
    parent.post({"event": "messages.update", "instance": "vila-a", "data": update})
    at = reply.accepted_at - timedelta(seconds=seconds)
    RawEvent.objects.filter(event="messages.update").update(received_at=at)
    RawEvent.objects.bulk_create(  # what other families' phones say meanwhile
        RawEvent(
            instance="vila-a", event="presence.update", provider_key=str(n), body={}, received_at=at
        )
        for n in range(600)
    )
    seen = watch.look(reply.accepted_at + timedelta(minutes=3))
    assert (seen.last_tick_at, seen.silent_since is not None) == (at, silent)


def test_nothing_known_is_no_alarm():
    seen = watch.look(timezone.now())
    assert (seen.state, seen.is_well, seen.code) == ("", True, None)
