from datetime import UTC, datetime, timedelta

import pytest

from conversations.whatsapp.base import FoundMessage, SendError
from tests.stand_ins.faults import Fault

JID, LID = "554599990000@s.whatsapp.net", "204817736459201@lid"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_what_was_sent_is_found_newest_first(whatsapp, evolution):
    first = whatsapp.send_text(JID, "um")
    second = whatsapp.send_text(JID, "dois")
    whatsapp.send_text("554588887777", "de outra família")
    evolution.sent[0]["messageTimestamp"] -= 60
    found = whatsapp.find_sent(JID, LONG_AGO)
    assert [each.provider_id for each in found] == [second.provider_id, first.provider_id]
    assert [each.text for each in found] == ["dois", "um"]
    assert {each.status for each in found} == {"delivered"}


def test_only_since_a_moment_to_the_second(whatsapp, evolution):
    whatsapp.send_text(JID, "um")
    sent_at = datetime.fromtimestamp(evolution.sent[0]["messageTimestamp"], UTC)
    assert whatsapp.find_sent(JID, sent_at + timedelta(milliseconds=900))
    assert whatsapp.find_sent(JID, sent_at + timedelta(seconds=1)) == []


def test_a_parent_s_own_messages_are_not_found(whatsapp, evolution):
    whatsapp.send_text(JID, "um")
    evolution.sent[0]["key"]["fromMe"] = False
    assert whatsapp.find_sent(JID, LONG_AGO) == []


def test_a_lid_chat_is_found_by_its_phone(whatsapp, evolution):
    whatsapp.send_text(LID, "um")
    assert evolution.requests[0].body["number"] == LID
    evolution.sent[0]["key"]["remoteJidAlt"] = JID
    assert [each.text for each in whatsapp.find_sent(JID, LONG_AGO)] == ["um"]
    assert [each.text for each in whatsapp.find_sent(LID, LONG_AGO)] == ["um"]


def test_a_chat_is_found_without_its_ninth_digit(whatsapp, evolution):
    whatsapp.send_text(JID, "um")
    assert whatsapp.find_sent("5545999990000@s.whatsapp.net", LONG_AGO)


def test_a_failed_message_is_found_as_failed(whatsapp, evolution):
    evolution.acks = ("PENDING", "ERROR")
    whatsapp.send_text(JID, "um")
    evolution.sent[0]["status"] = "ERROR"
    (found,) = whatsapp.find_sent(JID, LONG_AGO)
    assert isinstance(found, FoundMessage)
    assert found.status == "failed"


@pytest.mark.parametrize("fault", [Fault.html(), Fault.dropped(), Fault.answer(200, [])])
def test_a_look_up_that_fails_says_so(whatsapp, evolution, fault):
    evolution.faults.append(Fault(fault.status, fault.body, path="/chat/findMessages/"))
    with pytest.raises(SendError):
        whatsapp.find_sent(JID, LONG_AGO)
