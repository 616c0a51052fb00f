import json
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.whatsapp.payloads import Received, dedupe_key, read_events, strip_secrets
from conversations.whatsapp.payloads.envelope import READERS
from tests.payloads import NAMES, load

JID, LID = "554599990000@s.whatsapp.net", "204817736459201@lid"
# Field names that the translation looks at, so that random bodies reach its depths.
FIELDS = """
key id keyId remoteJid remoteJidAlt fromMe message conversation ephemeralMessage status type
editedMessage protocolMessage imageMessage contactMessage contacts vcard qrcode
reactionMessage listResponseMessage singleSelectReply interactiveResponseMessage paramsJson
nativeFlowResponseMessage pollUpdateMessage vote selectedOptions locationMessage presences
degreesLatitude messageTimestamp contextInfo stanzaId fileLength low high data base64 state
pushName lastKnownPresence timestampMs
"""
FIELD_NAMES = st.sampled_from(FIELDS.split())
WORDS = st.sampled_from(
    [JID, LID, "5545@g.us", "wamid.HBgLMTY0", "MESSAGE_EDIT", "READ", "1795262400", "\x00", "[]"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WORDS
    | st.text(string.printable + "\x00\ud800áé👍", max_size=20)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(FIELD_NAMES | st.text(), inner, max_size=6)
    ),
    max_leaves=25,
)
ENVELOPES = st.builds(
    lambda event, data, more: {"event": event, "data": data} | more,
    st.sampled_from(sorted(READERS)) | st.text(max_size=10),
    JSON,
    st.dictionaries(st.sampled_from(["sender", "date_time", "apikey", "instance"]), JSON),
)


@settings(max_examples=300, deadline=None)
@given(JSON | ENVELOPES)
def test_nothing_breaks_on_any_json(body):
    events = read_events(body)
    assert events
    for event in events:
        if isinstance(event, Received):
            assert event.provider_id
            assert event.identity.reply_to
    assert len(dedupe_key(body)) <= 255
    assert "\\u0000" not in json.dumps(strip_secrets(body), allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_nothing_breaks_on_a_damaged_message(name, data):
    body = load(name)
    target = body
    for _ in range(data.draw(st.integers(1, 4))):
        if not isinstance(target, dict) or not target:
            break
        field = data.draw(st.sampled_from(sorted(target)))
        if data.draw(st.booleans()):
            target[field] = data.draw(JSON)
            break
        target = target[field]
    assert read_events(body)
    assert dedupe_key(body)
    strip_secrets(body)
