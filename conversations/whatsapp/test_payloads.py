from datetime import UTC, datetime

import pytest

from conversations.whatsapp.payloads import (
    Acked,
    Connection,
    Deleted,
    Edited,
    Identity,
    Ignored,
    Presence,
    QrCode,
    Received,
    read_events,
)
from conversations.whatsapp.payloads.addresses import phone_of, wamid_owner
from conversations.whatsapp.payloads.values import as_moment, as_number
from tests.payloads import NAMES, load

PHONE, JID, LID = "+5545999990000", "554599990000@s.whatsapp.net", "204817736459201@lid"
SENT_AT = datetime.fromtimestamp(1795262400, UTC)
BY_PHONE = Identity(PHONE, None, JID)
BY_BOTH = Identity(PHONE, LID, JID)
BY_LID = Identity(None, LID, LID)
VOICE = {"mimetype": "audio/ogg; codecs=opus", "seconds": 7, "file_name": None, "size": 48213}
PDF = {"mimetype": "application/pdf", "seconds": None, "file_name": "boletim.pdf", "size": 48213}
PLACE = {"latitude": -25.54, "longitude": -54.58, "name": "Casa", "address": "Rua A, 1"}


def text(said, **fields):
    return {"kind": "text", "text": said} | fields


def media(kind, caption="", **fields):
    found = {"mimetype": None, "seconds": None, "file_name": None, "size": 48213} | fields
    return {"kind": kind, "text": caption, "media": found}


# Only what differs from an ordinary message of the parent's is named.
MESSAGES = {
    "baileys_text": text("Oi, quero saber do Kumon"),
    "baileys_text_quoted": text("esse horário", quoted_id="3EB0OFFER"),
    "baileys_ad": text("Vi o anúncio"),
    "baileys_ephemeral": text(
        "mensagem temporária", quoted_id="3EB0OFFER", raw_type="ephemeralMessage"
    ),
    "baileys_image": media("image", "boletim dele", mimetype="image/jpeg"),
    "baileys_view_once": media("image", mimetype="image/jpeg"),
    "baileys_voice": {"kind": "audio", "media": VOICE},
    "baileys_video": media("video", "veja", mimetype="video/mp4", seconds=12),
    "baileys_round_video": media("video", mimetype="video/mp4", seconds=5),
    "baileys_document": {"kind": "document", "text": "segue", "media": PDF},
    "baileys_document_wrapped": {"kind": "document", "text": "segue", "media": PDF},
    "baileys_sticker": media("sticker", mimetype="image/webp"),
    "baileys_location": {"kind": "location", "location": PLACE},
    "baileys_live_location": {
        "kind": "location",
        "location": PLACE | {"name": None, "address": None},
    },
    "baileys_contact": {"kind": "contact", "text": "João", "contact_phone": "+5545999991111"},
    "baileys_contacts": {
        "kind": "contact",
        "text": "João, Bia",
        "contact_phone": "+5545999992222",
    },
    "baileys_reaction": {"kind": "reaction", "text": "👍", "reaction_to": "3EB0OFFER"},
    "baileys_reaction_removed": {"kind": "reaction", "text": "", "reaction_to": "3EB0OFFER"},
    "baileys_poll": {"kind": "poll", "text": "Qual dia?"},
    "2_3_7_poll_vote": {"kind": "poll", "text": "Seg, Ter"},
    "baileys_button_reply": text("Sim, pode ser", quoted_id="3EB0OFFER"),
    "baileys_list_reply": text("15:00"),
    "baileys_template_reply": text("Quero visitar"),
    "baileys_native_flow_reply": text("Quero visitar"),
    "baileys_native_flow_body": text("Quero visitar"),
    "baileys_order": {"kind": "unsupported", "raw_type": "orderMessage"},
    "baileys_no_content": {"kind": "unsupported", "push_name": None, "raw_type": "unknown"},
    "baileys_staff_on_web": text(
        "oi, aqui é a Carla",
        from_me=True,
        push_name=None,
        provider_id="3EB0A1B2C3D4E5F60718",
    ),
    "baileys_own_echo": text(
        "Olá! Posso ajudar?",
        from_me=True,
        via_api=True,
        push_name=None,
        provider_id="3EB0FFFFFFFFFFFFFFFFFF",
    ),
    "2_2_3_lid_only": text("oi", identity=BY_LID, push_name=None),
    "2_3_0_sender_pn": text("oi", identity=BY_BOTH),
    "2_3_2_previous_remote_jid": text("oi", identity=BY_BOTH),
    "2_3_4_remote_jid_alt": text("oi", identity=BY_BOTH),
    "2_3_6_lid_with_alt": text("oi", identity=BY_BOTH),
    "2_3_6_lid_only": text("oi", identity=BY_LID),
    "2_3_6_from_me_lid_own_alt": text(
        "oi, aqui é a Carla", identity=BY_LID, from_me=True, push_name=None
    ),
    "2_3_6_device_in_jid": text("oi"),
    "2_3_7_lid_lost": text("oi"),
    "2_3_7_pn_with_lid": text("oi", identity=BY_BOTH),
    "2_4_0_swapped": text("oi", identity=BY_BOTH),
    "old_base64_media": text("veja https://exemplo.com", quoted_id="3EB0OFFER"),
    "old_voice_base64": {"kind": "audio", "media": VOICE},
    "cloud_text": text("Oi, quero saber do Kumon"),
    "cloud_mixed_up": text(
        "sou outra pessoa",
        identity=Identity("+5545988887777", None, "5545988887777@s.whatsapp.net"),
        mixed_up=True,
    ),
    "cloud_group_by_bsuid": text(
        "oi", identity=Identity(PHONE, None, "5545999990000@s.whatsapp.net"), mixed_up=True
    ),
    "cloud_text_quoted": text("esse", quoted_id="wamid.OFFER"),
    "cloud_voice": {"kind": "audio", "media": VOICE | {"seconds": None, "size": None}},
    "cloud_document": {"kind": "document", "text": "segue", "media": PDF | {"size": None}},
    "cloud_button_reply": text("Confirmar", quoted_id="wamid.OFFER"),
    "cloud_template_button": text("Quero visitar", raw_type="buttonMessage"),
    "cloud_flow_reply": {"kind": "unsupported", "raw_type": "interactiveMessage"},
    "cloud_reaction_removed": {"kind": "reaction", "reaction_to": "wamid.OFFER"},
    "cloud_contact": {"kind": "contact", "text": "João", "contact_phone": "+5545999991111"},
}
OTHERS = {
    "baileys_album": Ignored("nothing said"),
    "baileys_from_me_empty": Ignored("nothing said"),
    "baileys_edit_in_message": Edited("AC5FORIGINAL", "às 16h"),
    "baileys_revoke_in_message": Deleted("AC5FORIGINAL"),
    "baileys_group": Ignored("group"),
    "baileys_status": Ignored("status"),
    "baileys_broadcast": Ignored("broadcast"),
    "baileys_newsletter": Ignored("newsletter"),
    "baileys_note_to_self": Ignored("ourselves or nobody"),
    "ack_pending": Acked("3EB0FFFFFFFFFFFFFFFFFF", "pending"),
    "ack_server_ack": Acked("3EB0FFFFFFFFFFFFFFFFFF", "sent"),
    "ack_delivery_ack": Acked("3EB0FFFFFFFFFFFFFFFFFF", "delivered"),
    "ack_read": Acked("3EB0FFFFFFFFFFFFFFFFFF", "read"),
    "ack_played": Acked("3EB0FFFFFFFFFFFFFFFFFF", "played"),
    "ack_error": Acked("3EB0FFFFFFFFFFFFFFFFFF", "failed"),
    "ack_deleted": Acked("3EB0FFFFFFFFFFFFFFFFFF", "deleted"),
    "ack_lid": Acked("3EB0FFFFFFFFFFFFFFFFFF", "read"),
    "ack_number": Acked("3EB0FFFFFFFFFFFFFFFFFF", "delivered"),
    "cloud_ack_sent": Acked("wamid.OUT1", "sent"),
    "cloud_ack_failed": Acked("wamid.OUT1", "failed"),
    "2_3_7_edit_in_update": Edited("AC5FORIGINAL", "às 16h"),
    "edit": Edited("AC5FORIGINAL", "às 16h"),
    "edit_caption": Edited("AC5FORIGINAL", "o boletim novo"),
    "edit_is_revoke": Ignored("not an edit"),
    "edit_is_setting": Ignored("not an edit"),
    "delete": Deleted("AC5FORIGINAL"),
    "2_3_7_delete": Deleted("AC5FORIGINAL"),
    "delete_by_api": Deleted("3EB0FFFFFFFFFFFFFFFFFF"),
    "connection_open": Connection("open", 200),
    "connection_close": Connection("close", 401),
    "connection_refused": Connection("refused", 500),
    "status_instance": Connection("close", 401),
    "logout_instance": Connection("close", None),
    "qr_code": QrCode("data:image/png;base64," + "A" * 400, "ABCD1234"),
    "qr_code_limit": Connection("refused", 500),
    "presence_composing": Presence(BY_PHONE, True),
    "presence_paused": Presence(BY_LID, False),
    "call": Ignored("unknown event"),
    "contacts_update": Ignored("unknown event"),
    "chats_upsert": Ignored("unknown event"),
    "messages_set": Ignored("unknown event"),
}
ELSEWHERE = {"upsert_list", "cloud_argentina"}


def test_every_payload_has_its_expectation():
    assert set(NAMES) == MESSAGES.keys() | OTHERS.keys() | ELSEWHERE


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name):
    data = load(name)["data"]
    ordinary = {
        "identity": BY_PHONE,
        "provider_id": data["key"]["id"],
        "from_me": False,
        "push_name": "Ana Prado",
        "text": "",
        "sent_at": SENT_AT,
        "quoted_id": None,
        "media": None,
        "contact_phone": None,
        "reaction_to": None,
        "location": None,
        "via_api": False,
        "raw_type": data["messageType"],
        "mixed_up": False,
    }
    assert read_events(load(name)) == [Received(**(ordinary | MESSAGES[name]))]


@pytest.mark.parametrize("name", OTHERS)
def test_other_event(name):
    assert read_events(load(name)) == [OTHERS[name]]


def test_list_of_messages():
    assert [event.text for event in read_events(load("upsert_list"))] == ["primeira", "segunda"]


def test_a_rewritten_foreign_number_is_the_same_person():
    (event,) = read_events(load("cloud_argentina"))
    assert not event.mixed_up
    assert event.identity.reply_to == "541123456789@s.whatsapp.net"


@pytest.mark.parametrize("spelling", ["MESSAGES_UPSERT", "messages-upsert", "messages.upsert"])
def test_event_name_in_any_spelling(spelling):
    body = load("baileys_text") | {"event": spelling}
    assert isinstance(read_events(body)[0], Received)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": "A" * 201},
        {"remoteJid": None},
        {"remoteJid": "nonsense@nowhere"},
        {"remoteJid": "551@s.whatsapp.net"},
    ],
)
def test_a_message_without_id_or_address_is_ignored(change):
    body = load("baileys_text")
    body["data"]["key"] |= change
    assert isinstance(read_events(body)[0], Ignored)


def test_a_message_without_time_takes_the_envelope_s():
    body = load("baileys_text")
    del body["data"]["messageTimestamp"]
    assert read_events(body)[0].sent_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    body["date_time"] = "yesterday"
    assert read_events(body)[0].sent_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("48213", 48213),
        ({"low": 48213, "high": 0, "unsigned": True}, 48213),
        ({"low": -47284728, "high": 417, "unsigned": False}, 1795249045000),
        (True, None),
        ("", None),
        ("²", None),
        ("9" * 5000, None),
        (float("inf"), None),
        ({"low": "1"}, None),
        (None, None),
    ],
)
def test_numbers(value, number):
    assert as_number(value) == number


@pytest.mark.parametrize("value", [1795262400, "1795262400", 1795262400000, {"low": 1795262400}])
def test_moments(value):
    assert as_moment(value) == SENT_AT


@pytest.mark.parametrize("value", [None, 0, -5, 10**30, "soon", {}])
def test_no_moment(value):
    assert as_moment(value) is None


@pytest.mark.parametrize(
    ("jid", "phone"),
    [
        ("553187654321@s.whatsapp.net", "+5531987654321"),
        ("5531987654321@s.whatsapp.net", "+5531987654321"),
        ("554530270000@s.whatsapp.net", "+554530270000"),
        ("5545999990000", "+5545999990000"),
        ("5545999990000@c.us", "+5545999990000"),
        ("204817736459201@lid", None),
        ("120363025555555555@g.us", None),
        ("", None),
    ],
)
def test_phone_of_a_jid(jid, phone):
    assert phone_of(jid) == phone


def test_phone_inside_a_cloud_id():
    sample = "wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA="
    assert wamid_owner(sample) == b"16467043595"
    assert wamid_owner(sample.rstrip("=")) == b"16467043595"
    assert wamid_owner("wamid.IN1795248650416634737") is None
    assert wamid_owner("3EB0FFFF") is None
