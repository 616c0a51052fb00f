"""What a person does on a phone is what the product's reader of webhooks understands."""

import pytest
from django.utils import timezone

from conversations.models import SimulatedBubble, SimulatorFaults
from conversations.simulator import payloads, phones, webhooks
from conversations.whatsapp.payloads import Acked, Deleted, Edited, Received


@pytest.fixture
def maria(site):
    return phones.add("Maria Souza", "5545999990001", by_lid=False)


def said(parent, text, **how):
    return phones.say(parent, {"conversation": text}, timezone.now(), **how)


def test_a_text_arrives_with_its_sender(site, maria):
    bubble = said(maria, "Oi, quanto custa?")
    ((name, event),) = site.wait_for(1)
    assert name == "messages.upsert"
    assert (event.kind, event.text, event.push_name) == ("text", "Oi, quanto custa?", "Maria Souza")
    assert (event.identity.phone, event.provider_id) == ("+5545999990001", bubble.provider_id)
    assert not event.from_me


def test_a_hidden_number_stays_hidden(site):
    parent = phones.add("Tia Lu", "", by_lid=True)
    said(parent, "oi")
    ((_, event),) = site.wait_for(1)
    assert (event.identity.phone, event.identity.reply_to) == (None, parent.jid)


@pytest.mark.parametrize("kind", ["audio", "image", "sticker", "location", "contact"])
def test_attachments_are_what_they_are(site, maria, kind):
    phones.say(maria, payloads.attachment(kind), timezone.now())
    ((_, event),) = site.wait_for(1)
    assert event.kind == kind
    assert event.contact_phone == ("+5545999990042" if kind == "contact" else None)


def test_an_answer_on_the_units_phone_is_not_the_gateways(site, maria):
    said(maria, "Já te ligo", author=phones.Author.UNIT_PHONE)
    ((_, event),) = site.wait_for(1)
    assert isinstance(event, Received)
    assert (event.from_me, event.via_api, event.push_name) == (True, False, None)


def test_quote_reaction_edit_and_deletion(site, maria):
    first = said(maria, "quinta as 15")
    second = said(maria, "essa", quoted=first)
    now = timezone.now()
    site.wait_for(2)
    phones.react(first, "👍", now)
    site.wait_for(3)
    phones.react(first, "👍", now)
    site.wait_for(4)
    phones.edit(second, "essa mesma", now)
    site.wait_for(5)
    phones.delete(second, now)
    events = [event for _, event in site.wait_for(7)]
    assert {first.provider_id} == {event.quoted_id for event in events[:2]} - {None}
    assert [(event.reaction_to, event.text) for event in events[2:4]] == [
        (first.provider_id, "👍"),
        (first.provider_id, ""),
    ]
    assert events[4] == Edited(second.provider_id, "essa mesma")
    assert Deleted(second.provider_id) in events[5:]


def test_reading_the_chat_is_told_once(site, maria):
    bubble = SimulatedBubble.objects.create(
        parent=maria,
        provider_id="3EB0AA",
        author=phones.Author.GATEWAY,
        message={"conversation": "Olá"},
        sent_at=timezone.now(),
    )
    phones.read(maria)
    phones.read(maria)
    assert site.wait_for(1) == [("messages.update", Acked(bubble.provider_id, "read"))]


def test_ticks_never_go_back(site, maria):
    bubble = said(maria, "oi")
    phones.reach(maria, [bubble.provider_id], phones.Status.READ)
    phones.reach(maria, [bubble.provider_id], phones.Status.DELIVERY_ACK)
    bubble.refresh_from_db()
    assert bubble.status == "READ"


@pytest.mark.parametrize(
    ("answers", "attempts"), [([503, 429, 200], 3), ([404], 1), ([401], 1), ([422], 1)]
)
def test_deliveries_are_tried_as_evolution_tries(site, maria, monkeypatch, answers, attempts):
    monkeypatch.setattr(webhooks, "FIRST_DELAY", 0.01)
    site.statuses.extend(answers)
    said(maria, "oi")
    site.wait_for(attempts)
    said(maria, "depois")
    assert [body["data"]["message"]["conversation"] for body in site.bodies][:attempts] == (
        ["oi"] * attempts
    )


def test_the_duplicating_fault_posts_everything_twice(site, maria):
    SimulatorFaults(pk=1, duplicates=True).save()
    said(maria, "oi")
    first, second = site.wait_for(2)
    assert first == second
