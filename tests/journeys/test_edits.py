"""Edits and deletions in any order with their message, through the door."""

import pytest

from conversations.models import Conversation, Message, RawEvent
from tests import payloads

pytestmark = pytest.mark.django_db


def edit_of(body, text, moment="1795000001000", **key):
    data = {"key": body["data"]["key"] | key, "type": "MESSAGE_EDIT", "timestampMs": moment}
    data["editedMessage"] = {"conversation": text}
    return {"event": "messages.edited", "instance": "vila-a", "data": data}


def delete_of(body):
    return {"event": "messages.delete", "instance": "vila-a", "data": body["data"]["key"]}


def test_an_edit_before_its_message_is_applied_when_it_comes(parent):
    body = parent.body("Quanto custa ingles?")
    parent.post(edit_of(body, "Quanto custa inglês?"))
    parent.post(edit_of(body, "Quanto custa inglês e português?", "1795000002000"))
    assert RawEvent.objects.filter(processed_at=None).count() == 2
    parent.post(body)
    message = Message.objects.get()
    assert message.text == "Quanto custa inglês e português?"
    assert message.details["before"] == ["Quanto custa ingles?", "Quanto custa inglês?"]
    assert message.awaits_answer
    assert parent.conversation.last_text == message.text
    assert not RawEvent.objects.filter(processed_at=None).exists()


def test_a_deletion_before_its_message_leaves_nothing_to_answer(parent):
    body = parent.body("Oi")
    parent.post(delete_of(body))
    parent.post(body)
    message = Message.objects.get()
    assert message.deleted_at is not None
    assert not message.awaits_answer
    assert Conversation.objects.get().due_at is None
    assert Conversation.objects.get().last_text == "Mensagem apagada"


def test_the_lists_show_the_newest_message_as_it_is_now(parent):
    first, second = parent.body("Meu CPF é 123"), parent.body("Quanto custa ingles?")
    parent.post(first)
    parent.post(second)
    parent.post(delete_of(first))
    assert parent.conversation.last_text == "Quanto custa ingles?"
    parent.post(edit_of(second, "Quanto custa inglês?"))
    assert parent.conversation.last_text == "Quanto custa inglês?"
    parent.post(delete_of(second))
    assert parent.conversation.last_text == "Mensagem apagada"


def test_what_waits_for_another_message_stays(parent):
    body = parent.body("Oi")
    parent.post(edit_of(body, "Outra", id=body["data"]["key"]["id"] + "X"))
    parent.post(body)
    assert Message.objects.get().text == "Oi"
    assert RawEvent.objects.filter(processed_at=None).count() == 1


def test_edits_in_groups_wait_for_nothing(parent):
    body = parent.body("Oi", remoteJid="120363041234567890@g.us")
    parent.post(edit_of(body, "Outra"))
    parent.post(delete_of(body))
    assert not RawEvent.objects.filter(processed_at=None).exists()


def test_a_sender_that_hides_the_number_is_kept_apart_and_shown(parent, gateway, work):
    """Evolution names the customer before; the message's own id names nobody we know."""
    parent.says("Meu filho se chama Pedro")
    hidden = "wamid.HBgUQlIuMTM0OTEyMzQ1Njc4OTAxMjM0FQIAEhgUM0E3QjU4OUY2NTBDMkY5RjI0RjYA"
    body = payloads.load("cloud_text")
    body["data"]["key"] |= {"id": hidden, "remoteJid": parent.jid}
    parent.post(body)
    other = Conversation.objects.exclude(pk=parent.conversation.pk).get()
    assert (other.mode, other.handoff_reason, other.phone) == ("waiting", "sender_unknown", None)
    assert other.messages.count() == 1
    assert parent.conversation.messages.count() == 1
    work.turns()
    work.sends()
    assert {each["key"]["remoteJid"] for each in gateway.sent} == {parent.jid}
