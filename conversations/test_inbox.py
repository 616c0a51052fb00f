"""One Message row once, attached to its family; and when its answer is due."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from conversations import handoff, inbox
from conversations.models import Conversation, Message, RawEvent, Unit
from conversations.whatsapp.payloads import (
    Acked,
    Connection,
    Deleted,
    Edited,
    Identity,
    Presence,
    Received,
)
from leads.models import Lead
from leads.qualification import candidate, set_field

pytestmark = pytest.mark.django_db

PHONE, LID = "+5545999990000", "182736450001@lid"
JID = "554599990000@s.whatsapp.net"
BY_PHONE = Identity(PHONE, None, JID)
BY_LID = Identity(None, LID, LID)
BY_BOTH = Identity(PHONE, LID, JID)
Status = Message.Status
NOW = timezone.now().replace(microsecond=0)


def received(text="Oi", *, identity=BY_PHONE, at=NOW, **changes):
    values = {
        "provider_id": uuid.uuid4().hex,
        "from_me": False,
        "push_name": "Ana",
        "kind": "text",
        "quoted_id": None,
        "media": None,
        "contact_phone": None,
        "reaction_to": None,
        "location": None,
        "via_api": False,
        "raw_type": "conversation",
        "mixed_up": False,
    }
    return Received(identity=identity, text=text, sent_at=at, **(values | changes))


def receive(*texts, now=NOW, **how):
    events = [received(text, **({"at": now} | how)) for text in texts or ("Oi",)]
    for event in events:
        inbox.apply(event, instance="vila-a", now=now)
    return Conversation.objects.get()


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def queued(conversation, text="Olá!", **changes):
    conversation.refresh_from_db()
    values = {
        "direction": "out",
        "author": "bot",
        "text": text,
        "rev": conversation.touch(),
        "status": "queued",
        "epoch": conversation.epoch,
        "due_at": NOW,
        "sent_at": NOW,
    }
    conversation.save()
    return Message.objects.create(conversation=conversation, **(values | changes))


@pytest.fixture
def staff():
    return get_user_model().objects.create(username="bia")


# --- whose it is --------------------------------------------------------------------------------
def test_a_first_message_makes_a_family():
    conversation = receive("Oi, quero saber do Kumon")
    lead = conversation.lead
    assert (lead.phone, lead.parent_name, lead.stage) == (PHONE, "", "new")
    assert candidate(lead, "parent_name") == "Ana"
    assert (conversation.rev, conversation.unread, conversation.epoch) == (1, 0, 0)
    assert conversation.last_text == "Oi, quero saber do Kumon"
    message = conversation.messages.get()
    assert (message.rev, message.status, message.awaits_answer) == (1, "received", True)


@pytest.mark.parametrize(
    "order",
    [
        (BY_PHONE, BY_LID, BY_BOTH),
        (BY_LID, BY_PHONE, BY_BOTH),
        (BY_LID, BY_BOTH, BY_PHONE),
        (BY_PHONE, BY_BOTH, BY_LID),
        (BY_BOTH, BY_LID, BY_PHONE),
    ],
)
def test_phone_and_lid_meet_in_one_conversation(order):
    for identity in order:
        inbox.apply(received(identity=identity), instance="vila-a", now=NOW)
    conversation = Conversation.objects.get()
    assert (conversation.phone, conversation.lid) == (PHONE, LID)
    assert conversation.reply_to == JID
    assert conversation.lead.phone == PHONE
    revs = sorted(conversation.messages.values_list("rev", flat=True))
    assert len(set(revs)) == 3
    assert conversation.rev >= revs[-1]
    assert conversation.due_at is not None


def test_what_was_said_under_the_lid_is_kept(staff):
    lid = receive(identity=BY_LID)
    set_field(lid.lead, "email", "ana@gmail.com", status="said", message_id=None, now=NOW)
    set_field(lid.lead, "student_age", 8, status="said", message_id=None, now=NOW)
    handoff.take_over(lid.pk, staff, NOW)
    inbox.apply(received(identity=BY_PHONE), instance="vila-a", now=NOW)
    inbox.apply(received(identity=BY_BOTH), instance="vila-a", now=NOW)
    conversation = Conversation.objects.get()
    assert conversation.lead.email == "ana@gmail.com"
    assert conversation.lead.students.get().age == 8
    assert (conversation.mode, conversation.assigned_to) == ("human", staff)


def test_a_lead_that_staff_entered_is_the_family_that_writes():
    lead = Lead.objects.create(phone=PHONE, parent_name="Ana Prado")
    assert receive().lead == lead


def test_a_phone_that_another_family_gave_stays_theirs():
    other = receive(identity=Identity("+5545911112222", None, "x"))
    set_field(other.lead, "phone", PHONE, status="said", message_id=None, now=NOW)
    inbox.apply(received(), instance="vila-a", now=NOW)
    mine = Conversation.objects.get(phone=PHONE)
    assert mine.lead != other.lead
    assert mine.lead.phone is None


def test_one_message_under_two_addresses_is_one():
    event = received(identity=BY_PHONE)
    inbox.apply(event, instance="vila-a", now=NOW)
    again = received(identity=BY_LID, provider_id=event.provider_id)
    assert inbox.receive(again, instance="vila-a", now=NOW) is None
    assert Message.objects.count() == 1


# --- when the answer is due ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "kind", "asked", "seconds"),
    [
        ("Oi", "text", None, 2.5),
        ("Quanto custa?", "text", None, 1.0),
        ("8 anos", "text", "student_age", 1.0),
        ("É que eu queria saber antes como funciona o método", "text", "student_age", 2.5),
        ("", "audio", None, 1.0),
    ],
)
def test_quiet_time(settings, text, kind, asked, seconds):
    settings.QUIET_SECONDS = 2.5
    conversation = receive(identity=BY_PHONE)
    Conversation.objects.update(due_at=None, burst_started_at=None, dialogue={"asked": asked})
    conversation = receive(text, kind=kind, now=after(60))
    assert conversation.due_at == after(60 + seconds)


def test_no_quiet_time_answers_at_once(settings):
    settings.QUIET_SECONDS = 0
    assert receive().due_at == NOW


def test_a_burst_extends_up_to_its_limit(settings):
    settings.QUIET_SECONDS = 2.5
    for seconds in range(0, 12, 2):
        conversation = receive("e", now=after(seconds))
        assert conversation.due_at == max(after(min(seconds + 2.5, 10)), after(seconds))


def test_composing_extends_but_not_for_ever(settings):
    settings.QUIET_SECONDS = 2.5
    receive("Oi")
    for seconds, due in ((2, 4.5), (4, 6.5), (6, 8.5), (8, 10), (9.5, 10)):
        inbox.apply(Presence(BY_PHONE, True), instance="vila-a", now=after(seconds))
        assert Conversation.objects.get().due_at == after(due)
    inbox.apply(Presence(BY_PHONE, False), instance="vila-a", now=after(9.6))
    inbox.apply(Presence(BY_PHONE, True), instance="vila-a", now=after(20))
    assert Conversation.objects.get().due_at == after(10)


def test_an_old_message_is_kept_and_not_answered():
    conversation = receive(at=NOW - timedelta(minutes=11))
    assert (conversation.due_at, conversation.unread) == (None, 1)
    assert not conversation.messages.get().awaits_answer


@pytest.mark.parametrize("at", [timezone.datetime.fromtimestamp(0, NOW.tzinfo), after(4000)])
def test_a_message_without_a_time_or_from_the_future_is_of_now(at):
    assert receive(at=at).messages.get().sent_at == NOW


def test_a_newer_message_supersedes_a_running_turn_but_no_earlier_reply():
    conversation = receive("Oi")
    earlier = queued(conversation)
    Conversation.objects.update(claimed_until=after(20))
    conversation = receive("Quanto custa?", now=after(1))
    assert (conversation.epoch, conversation.claimed_until) == (1, None)
    earlier.refresh_from_db()
    assert (earlier.status, earlier.epoch) == ("queued", 1)


def test_without_a_running_turn_the_epoch_stays():
    receive("Oi")
    Conversation.objects.update(claimed_until=after(-5))
    assert receive("tudo bem?", now=after(1)).epoch == 0


@pytest.mark.parametrize(
    ("text", "dialogue", "awaits"),
    [
        ("👍", {"asked": "visit_invite", "yes_no": True}, True),
        ("", {"asked": "visit_invite", "yes_no": True}, False),
        ("👍", {"asked": "email", "yes_no": False}, False),
        ("👍", {}, False),
    ],
)
def test_a_reaction_answers_only_a_yes_or_no(text, dialogue, awaits):
    receive()
    Conversation.objects.update(due_at=None, dialogue=dialogue)
    Message.objects.update(awaits_answer=False)
    conversation = receive(text, kind="reaction", reaction_to="X")
    assert bool(conversation.due_at) == awaits
    assert conversation.unread == 0


# --- too many -----------------------------------------------------------------------------------
def test_beyond_the_limit_one_text_and_then_silence():
    Unit.objects.create(valid_from=NOW - timedelta(days=1), messages_per_hour=3)
    for number in range(3):
        conversation = receive(str(number), now=after(number * 60))
    assert conversation.limited_until is None
    conversation = receive("4", now=after(180))
    # Room again when the second message is an hour old, for then two are left of the hour.
    assert conversation.limited_until == after(60 + 3600)
    assert conversation.due_at == after(180)
    Message.objects.update(awaits_answer=False)
    Conversation.objects.update(due_at=None)
    conversation = receive("5", now=after(240))
    assert (conversation.due_at, conversation.unread) == (None, 1)
    conversation = receive("6", now=after(3900))
    assert conversation.due_at is not None


# --- ours ---------------------------------------------------------------------------------------
def test_staff_on_the_phone_take_over():
    conversation = receive("Oi")
    reply = queued(conversation)
    conversation = receive("Oi, aqui é a Bia", from_me=True, push_name=None)
    assert (conversation.mode, conversation.epoch, conversation.due_at) == ("human", 1, None)
    reply.refresh_from_db()
    assert (reply.status, reply.due_at) == ("dropped", None)
    typed = conversation.messages.get(author="staff")
    assert (typed.status, typed.direction, typed.text) == ("sent", "out", "Oi, aqui é a Bia")
    conversation = receive("Que bom!", now=after(5))
    assert (conversation.due_at, conversation.unread) == (None, 1)


def test_staff_may_write_first():
    conversation = receive("Bom dia, aqui é do Kumon", from_me=True, push_name=None)
    assert (conversation.mode, conversation.lead.phone) == ("human", PHONE)


def test_another_program_on_the_same_number_is_shown_and_is_no_person():
    conversation = receive("Oi")
    conversation = receive("Promoção", from_me=True, via_api=True)
    assert (conversation.mode, conversation.messages.count()) == ("bot", 2)


def test_an_alert_to_staff_begins_no_conversation():
    inbox.apply(received("Alerta", from_me=True, via_api=True), instance="vila-a", now=NOW)
    assert not Conversation.objects.exists()


def test_echoes_of_equal_texts_are_matched_once_each_in_order():
    conversation = receive("Oi")
    first = queued(conversation, "Ok!", status="unknown")
    second = queued(conversation, "Ok!", status="sending")
    for number in ("1", "2", "2"):
        receive("Ok!", from_me=True, via_api=True, provider_id=f"3EB{number}")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.provider_id, first.status, first.due_at) == ("3EB1", "sent", None)
    assert (second.provider_id, second.status) == ("3EB2", "sent")
    assert Message.objects.filter(direction="out").count() == 2


def test_a_person_who_types_what_the_bot_said_is_a_person():
    conversation = receive("Oi")
    queued(conversation, "Ok!", status="sent", provider_id="3EB1", due_at=None)
    conversation = receive("Ok!", from_me=True)
    assert conversation.mode == "human"


def test_closed_opens_with_the_next_message(staff):
    conversation = receive("Oi")
    assert handoff.close(conversation.pk, staff, NOW)
    conversation = receive("Mais uma coisa", now=after(90))
    assert (conversation.mode, bool(conversation.due_at)) == ("bot", True)


# --- how far it got -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("acks", "status"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["played", "sent"], "read"),
        (["failed"], "failed"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["pending", "deleted"], "sent"),
    ],
)
def test_acknowledgements_only_rise(acks, status):
    conversation = receive("Oi")
    message = queued(conversation, status="sent", provider_id="3EB1", due_at=None)
    for ack in acks:
        inbox.apply(Acked("3EB1", ack), instance="vila-a", now=NOW)
    message.refresh_from_db()
    conversation.refresh_from_db()
    assert (message.status, message.rev) == (status, conversation.rev)


def test_an_acknowledgement_of_an_unknown_id_waits():
    assert not inbox.apply(Acked("3EB9", "read"), instance="vila-a", now=NOW)


def test_an_acknowledgement_before_its_echo_counts():
    conversation = receive("Oi")
    message = queued(conversation, "Ok!", status="sending")
    body = {"event": "messages.update", "data": {"keyId": "3EB1", "status": "READ"}}
    early = RawEvent.objects.create(
        instance="vila-a",
        event="messages.update",
        provider_key="3EB1:READ",
        body=body,
        received_at=NOW,
    )
    receive("Ok!", from_me=True, via_api=True, provider_id="3EB1")
    message.refresh_from_db()
    early.refresh_from_db()
    assert message.status == "read"
    assert early.processed_at is not None


def test_connected_again_lets_waiting_messages_leave():
    message = queued(receive("Oi"), due_at=after(30))
    inbox.apply(Connection("open", 200), instance="vila-a", now=after(1))
    message.refresh_from_db()
    assert message.due_at == after(1)


# --- edits and deletions ------------------------------------------------------------------------
def test_an_edit_before_the_answer_is_what_the_turn_sees():
    event = received("Quanto custa ingles?")
    inbox.apply(event, instance="vila-a", now=NOW)
    Conversation.objects.update(claimed_until=after(20))
    inbox.apply(Edited(event.provider_id, "Quanto custa inglês?"), instance="vila-a", now=NOW)
    message = Message.objects.get()
    conversation = Conversation.objects.get()
    assert (message.text, message.details) == (
        "Quanto custa inglês?",
        {"before": ["Quanto custa ingles?"]},
    )
    assert message.awaits_answer
    assert (conversation.epoch, conversation.claimed_until) == (1, None)
    assert message.rev == conversation.rev == 2


def test_a_deleted_message_awaits_no_answer():
    event = received("Oi")
    inbox.apply(event, instance="vila-a", now=NOW)
    inbox.apply(Deleted(event.provider_id), instance="vila-a", now=NOW)
    message = Message.objects.get()
    assert (message.awaits_answer, message.deleted_at, message.text) == (False, NOW, "Oi")
    assert Conversation.objects.get().due_at is None
    inbox.apply(Deleted("unheard of"), instance="vila-a", now=NOW)
