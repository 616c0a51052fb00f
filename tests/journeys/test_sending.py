"""What leaves, through the real gateway client and a gateway that fails in every known way."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from conversations import handoff, outbox, sender
from conversations.models import Conversation, Message
from conversations.texts import Segment
from tests.stand_ins.faults import Fault

NOT_THERE = sender.NOT_THERE_AFTER.total_seconds() + 15


@pytest.fixture
def staff(db):
    return get_user_model().objects.create(username="bia")


def reply(parent, *texts):
    """The bot's replies, queued as a turn does."""
    for text in texts:
        conversation = parent.conversation
        outbox.queue_reply(conversation, [Segment("x", 0, text)], turn=None, now=timezone.now())
        conversation.save()


def statuses(parent):
    return [message.status for message in parent.replies]


@pytest.fixture
def talking(parent):
    """A family that waits for nothing but what a test queues."""
    parent.says("Oi")
    Conversation.objects.update(due_at=None)
    Message.objects.update(awaits_answer=False)
    return parent


def test_replies_leave_in_order(talking, gateway, work):
    reply(talking, "1", "2", "3")
    assert work.sends() == 3
    assert gateway.texts() == ["1", "2", "3"]
    assert statuses(talking) == ["sent"] * 3
    assert {message.provider_id for message in talking.replies} == {
        sent["key"]["id"] for sent in gateway.sent
    }
    assert work.sends() == 0


def test_one_family_waits_and_another_does_not(talking, other_parent, gateway, work):
    other_parent.says("Oi")
    reply(talking, "1", "2")
    reply(other_parent, "A")
    gateway.faults.append(Fault.dropped())
    work.sends()
    assert gateway.texts() == ["A"]
    assert statuses(talking) == ["unknown", "queued"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.graph(131047), "graph_131047"),
        (Fault.failed(401, "Unauthorized", "Unauthorized"), "unauthorized"),
    ],
)
def test_a_refusal_is_shown_and_does_not_block(talking, gateway, work, fault, error):
    gateway.faults.append(fault)
    reply(talking, "1", "2")
    work.sends()
    failed, sent = talking.replies
    assert (failed.status, failed.error, failed.due_at) == ("failed", error, None)
    assert sent.status == "sent"
    assert outbox.retry(failed.pk, timezone.now())
    assert not outbox.retry(sent.pk, timezone.now())
    work.sends()
    assert gateway.texts() == ["2", "1"]


def test_ten_minutes_without_whatsapp_lose_nothing_and_keep_order(talking, gateway, work):
    gateway.state = "close"
    reply(talking, "1", "2", "3")
    for seconds in range(0, 600, 20):
        work.sends(seconds)
    assert statuses(talking) == ["queued"] * 3
    assert gateway.texts() == []
    attempts = sum(call.path.startswith("/message/sendText") for call in gateway.requests)
    assert 10 <= attempts <= 30
    gateway.state = "open"
    work.sends(640)
    assert gateway.texts() == ["1", "2", "3"]


def test_no_gateway_at_all_loses_nothing(talking, gateway, work, settings):
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9"
    reply(talking, "1", "2")
    for seconds in range(0, 300, 30):
        work.sends(seconds)
    assert statuses(talking) == ["queued", "queued"]
    settings.EVOLUTION_API_URL = gateway.url
    work.sends(340)
    assert gateway.texts() == ["1", "2"]


@pytest.mark.parametrize("fault", [Fault.dropped_after_accepting(), Fault.html(accepted=True)])
def test_a_send_that_arrived_without_an_answer_is_found_and_not_repeated(
    talking, gateway, work, fault
):
    gateway.faults.append(fault)
    reply(talking, "1", "2")
    work.sends(0)
    assert statuses(talking) == ["unknown", "queued"]
    work.sends(NOT_THERE)
    assert gateway.texts() == ["1", "2"]
    assert talking.replies[0].provider_id == gateway.sent[0]["key"]["id"]
    assert statuses(talking)[0] == "delivered"  # the look-up tells that, too


@pytest.mark.parametrize("fault", [Fault.dropped(), Fault.html()])
def test_a_send_that_did_not_arrive_is_sent_again_once_that_is_certain(
    talking, gateway, work, fault
):
    gateway.faults.append(fault)
    reply(talking, "1", "2")
    work.sends(0)
    work.sends(10)
    assert gateway.texts() == []  # too early to be certain
    work.sends(NOT_THERE)
    assert gateway.texts() == ["1", "2"]
    assert statuses(talking) == ["sent", "sent"]


def test_equal_texts_are_not_taken_for_one(talking, gateway, work):
    """The first "Ok!" arrived; the second, lost without an answer, did not."""
    reply(talking, "Ok!")
    work.sends(0)
    gateway.faults.append(Fault.dropped())
    reply(talking, "Ok!")
    work.sends(0)
    work.sends(10)
    assert statuses(talking) == ["sent", "unknown"]
    work.sends(NOT_THERE)
    assert gateway.texts() == ["Ok!", "Ok!"]
    assert len({message.provider_id for message in talking.replies}) == 2


def test_what_stays_unknown_is_shown_to_staff(talking, gateway, work):
    gateway.faults.extend([Fault.dropped(), Fault.dropped()])
    reply(talking, "1", "2")
    for seconds in (0, NOT_THERE, NOT_THERE + 60):
        work.sends(seconds)
        assert statuses(talking) == ["unknown", "queued"]
    work.sends(640)
    failed, after_it = talking.replies
    assert (failed.status, failed.error) == ("failed", "unconfirmed")
    assert after_it.status == "sent"


def test_while_the_gateway_cannot_tell_nothing_is_sent_again(talking, gateway, work, settings):
    gateway.faults.append(Fault.dropped_after_accepting())
    reply(talking, "1")
    work.sends(0)
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9"
    work.sends(300)
    work.sends(900)
    assert statuses(talking) == ["unknown"]
    settings.EVOLUTION_API_URL = gateway.url
    work.sends(1000)
    assert statuses(talking) == ["delivered"]
    assert gateway.texts() == ["1"]


def test_a_worker_killed_while_sending_is_looked_up(talking, gateway, work):
    """Its row says `sending`, its lease runs out; one text had arrived and one had not."""
    reply(talking, "arrived")
    now = timezone.now()
    (claim,) = sender.claim_due(now, 10)
    assert sender._begin(claim, now) is not None  # and here the process ends
    gateway.accept({"number": talking.jid, "text": "arrived"})
    assert work.sends(5) == 0
    work.sends(35)
    assert gateway.texts() == ["arrived"]
    assert statuses(talking) == ["delivered"]

    reply(talking, "lost")
    now = timezone.now() + timedelta(seconds=36)
    (claim,) = sender.claim_due(now, 10)
    sender._begin(claim, now)
    work.sends(36 + NOT_THERE)
    work.sends(36 + NOT_THERE + 10)
    assert gateway.texts() == ["arrived", "lost"]


def test_the_echo_is_faster_than_the_answer(talking, gateway, work):
    """The send times out on our side, and `send.message` arrives: no look-up is needed."""
    gateway.faults.append(Fault.dropped_after_accepting())
    reply(talking, "1", "2")
    work.sends(0)
    echo = talking.body("1", fromMe=True, id=gateway.sent[0]["key"]["id"])
    talking.post(echo | {"event": "send.message"})
    assert statuses(talking) == ["sent", "queued"]
    work.sends(1)
    assert gateway.texts() == ["1", "2"]
    assert talking.conversation.mode == "bot"
    assert not any("findMessages" in call.path for call in gateway.requests)


LID = {"remoteJid": "182736450001@lid", "fromMe": True, "addressingMode": "lid"}


def test_an_echo_under_a_lid_that_nobody_told_us(talking, gateway, work):
    """The look-up by phone would find nothing there, and the text would be sent twice."""
    gateway.faults.append(Fault.dropped_after_accepting())
    reply(talking, "Só para você", "2")
    work.sends(0)
    provider_id = gateway.sent[0]["key"]["id"]
    gateway.sent[0]["key"]["remoteJid"] = LID["remoteJid"]
    echo = talking.body("Só para você", id=provider_id, **LID)
    talking.post(echo | {"event": "send.message"})
    assert statuses(talking) == ["sent", "queued"]
    work.sends(NOT_THERE)
    assert gateway.texts() == ["Só para você", "2"]
    assert talking.replies[0].provider_id == provider_id


def test_an_echo_under_a_lid_that_two_families_may_own_proves_nothing(
    talking, other_parent, gateway, work
):
    other_parent.says("Oi")
    gateway.faults.extend([Fault.dropped(), Fault.dropped()])
    reply(talking, "Oi!")
    reply(other_parent, "Oi!")
    work.sends(0)
    echo = talking.body("Oi!", id="3EB0FFFF", **LID)
    talking.post(echo | {"event": "send.message"})
    assert statuses(talking) == statuses(other_parent) == ["unknown"]


def test_an_echo_while_the_call_is_still_open(talking, gateway, work):
    """`send.message` comes first, then the acknowledgement, then the answer of the call itself."""
    reply(talking, "1")
    now = timezone.now()
    (claim,) = sender.claim_due(now, 10)
    call = sender._begin(claim, now)
    provider_id = "3EB0BBBBBBBBBBBBBBBBBB"
    echo = talking.body("1", fromMe=True, id=provider_id)
    talking.post(echo | {"event": "send.message"})
    update = {"keyId": provider_id, "remoteJid": talking.jid, "status": "READ"}
    talking.post({"event": "messages.update", "instance": "vila-a", "data": update})
    answer = {"key": {"id": provider_id, "remoteJid": talking.jid, "fromMe": True}}
    gateway.faults.append(Fault.answer(201, answer))
    call(lambda: now)
    (message,) = talking.replies
    assert (message.status, message.provider_id) == ("read", provider_id)


def test_acknowledgements_from_before_the_answer_count(talking, gateway, work):
    reply(talking, "1")
    provider_id = "3EB0AAAAAAAAAAAAAAAAAA"
    answer = {"key": {"id": provider_id, "remoteJid": talking.jid, "fromMe": True}}
    gateway.faults.append(Fault.answer(201, answer, accepted=True))
    update = {"keyId": provider_id, "remoteJid": talking.jid, "status": "DELIVERY_ACK"}
    talking.post({"event": "messages.update", "instance": "vila-a", "data": update})
    work.sends()
    assert statuses(talking) == ["delivered"]


def test_each_stage_of_a_message_has_its_moment(parent, gateway, work):
    parent.says("Quanto custa?")
    work.turns(11)
    work.sends(12)
    (reply,) = parent.replies
    for status in ("DELIVERY_ACK", "READ", "DELIVERY_ACK"):
        update = {"keyId": reply.provider_id, "remoteJid": parent.jid, "status": status}
        parent.post({"event": "messages.update", "instance": "vila-a", "data": update})
    (reply,) = parent.replies
    heard = parent.conversation.messages.get(direction="in")
    assert heard.created_at <= heard.stored_at < reply.turn.due_at < reply.turn.started_at
    assert reply.turn.finished_at == reply.created_at < reply.accepted_at
    assert heard.created_at < reply.delivered_at < reply.read_at


def test_nothing_of_the_bot_leaves_after_a_take_over(talking, gateway, work, staff):
    reply(talking, "1", "2")
    assert handoff.take_over(talking.conversation.pk, staff, timezone.now())
    work.sends()
    assert gateway.texts() == []
    assert statuses(talking) == ["dropped", "dropped"]


def test_an_uncertain_bot_message_is_not_repeated_after_a_take_over(talking, gateway, work, staff):
    gateway.faults.append(Fault.dropped())
    reply(talking, "1")
    work.sends(0)
    handoff.take_over(talking.conversation.pk, staff, timezone.now())
    work.sends(NOT_THERE)
    assert gateway.texts() == []
    assert statuses(talking) == ["dropped"]


def test_staff_answer_in_the_unit_s_name(talking, gateway, work, staff):
    conversation = talking.conversation
    now, key = timezone.now(), uuid.uuid4()

    def write(text, key=key, **how):
        seen = {"seen_rev": talking.conversation.rev} | how
        return outbox.queue_staff_text(conversation.pk, staff, text, key, now, **seen)

    with pytest.raises(outbox.NotYours):
        write("Oi, aqui é a Bia")
    handoff.take_over(conversation.pk, staff, now)
    seen = talking.conversation.rev
    talking.says("Tem alguém aí?")
    with pytest.raises(outbox.UnseenMessages) as unseen:
        write("Oi, aqui é a Bia", seen_rev=seen)
    assert unseen.value.rev == talking.conversation.rev
    message = write("Oi, aqui é a Bia", seen_rev=None)
    assert write("Oi, aqui é a Bia") == message
    with pytest.raises(outbox.TooLong):
        write("a" * 4097, uuid.uuid4())
    with pytest.raises(ValueError, match="nothing"):
        write(" \n ", uuid.uuid4())
    work.sends()
    assert gateway.texts() == ["Oi, aqui é a Bia"]
    assert talking.conversation.unread == 0


def test_only_segments_are_said(talking):
    with pytest.raises(TypeError):
        outbox.queue_reply(talking.conversation, ["Custa R$ 1,00"], turn=None, now=timezone.now())
    with pytest.raises(TypeError):
        outbox.queue_reply(talking.conversation, [], turn=None, now=timezone.now())


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([10, 20], [32]),
        ([4000, 94], [4096]),
        ([4000, 95], [4000, 95]),
        ([4097], [4096, 1]),
        ([9000, 5], [4096, 4096, 815]),
    ],
)
def test_long_replies_are_several_messages(lengths, expected):
    messages = outbox.parts(["a" * length for length in lengths])
    assert [len(message) for message in messages] == expected
    assert "".join(messages).replace("\n\n", "") == "a" * sum(lengths)
