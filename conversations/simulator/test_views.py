import importlib

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.models import SimulatedBubble, SimulatedParent, SimulatorFaults
from conversations.simulator import payloads, phones

urls = importlib.import_module("kumon_site.urls")  # what is above may not be imported


@pytest.fixture
def maria(site):
    return phones.add("Maria Souza", "5545999990001", by_lid=False)


def at(name, *arguments):
    return reverse(f"simulator:{name}", args=arguments)


def test_the_page_stands_empty_and_with_phones(client, site):
    assert client.get("/simulator/").status_code == 200
    assert client.post(at("add"), {"name": "Maria", "number": "45 99999-0001"}).status_code == 302
    page = client.get("/simulator/").content.decode()
    assert "Maria" in page
    assert "(45) 99999-0001" in page


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "Maria", "number": "45 99999-0001"}, 302),
        ({"name": "Tia Lu", "by_lid": "on"}, 302),
        ({"name": "Maria", "number": "12"}, 422),
        ({"name": "Maria"}, 422),
        ({"number": "45 99999-0001"}, 422),
        ({"name": "x" * 61, "number": "45 99999-0001"}, 422),
    ],
)
def test_adding_a_family(client, site, given, status):
    assert client.post(at("add"), given).status_code == status
    assert SimulatedParent.objects.count() == (1 if status == 302 else 0)


def test_text_from_outside_is_never_markup(client, site, maria):
    client.post(at("send", maria.pk), {"text": "<script>alert(1)</script>"})
    chat = client.get(at("chat", maria.pk)).content.decode()
    assert "&lt;script&gt;alert(1)" in chat
    assert "<script" not in chat


def test_every_change_needs_the_csrf_token(site, maria):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(at("send", maria.pk), {"text": "oi"}).status_code == 403
    assert strict.post(at("add"), {"name": "x"}).status_code == 403
    assert strict.post(at("faults"), {"down": "on"}).status_code == 403


def test_only_the_parents_own_texts_are_edited_and_deleted(client, site, maria):
    own = phones.say(maria, {"conversation": "oi"}, timezone.now())
    voice = phones.say(maria, payloads.attachment("audio"), timezone.now())
    unit = phones.say(
        maria, {"conversation": "Olá"}, timezone.now(), author=phones.Author.UNIT_PHONE
    )
    edits = [
        client.post(at("send", maria.pk), {"text": "novo", "edited": bubble.pk}).status_code
        for bubble in (own, voice, unit)
    ]
    assert edits == [204, 404, 404]
    deletions = [
        client.post(at("delete", maria.pk, bubble.pk)).status_code for bubble in (own, unit)
    ]
    assert deletions == [204, 404]
    own.refresh_from_db()
    assert (own.text, own.deleted_at is not None) == ("novo", True)


def test_attachments_reactions_and_the_units_phone(client, site, maria):
    kinds = ("audio", "image", "sticker", "location", "contact", "bomb")
    answers = [client.post(at("attach", maria.pk, kind)).status_code for kind in kinds]
    assert answers == [204] * 5 + [404]
    client.post(at("send", maria.pk), {"text": "Já ligo", "by_unit": "1"})
    last = maria.bubbles.last()
    assert last.author == "unit_phone"
    assert client.post(at("react", maria.pk, last.pk)).status_code == 204
    last.refresh_from_db()
    assert last.reaction == "👍"
    assert client.get(at("chat", maria.pk)).status_code == 200


def test_the_context_names_what_is_quoted_or_edited(client, site, maria):
    bubble = phones.say(maria, {"conversation": "quinta as 15"}, timezone.now())
    for query in ({"quote": bubble.pk}, {"edit": bubble.pk}):
        assert "quinta as 15" in client.get(at("context", maria.pk), query).content.decode()
    assert client.get(at("context", maria.pk), {"quote": "x"}).status_code == 404
    assert client.get(at("context", maria.pk)).status_code == 200


def test_faults_are_switched_for_all(client, site):
    client.post(at("faults"), {"slow": "on", "duplicates": "on"})
    faults = SimulatorFaults.current()
    assert (faults.slow, faults.duplicates, faults.down) == (True, True, False)
    client.post(at("faults"), {})
    assert not SimulatorFaults.current().slow


def test_a_removed_phone_takes_its_chat_along(client, site, maria):
    phones.say(maria, {"conversation": "oi"}, timezone.now())
    client.post(at("remove", maria.pk))
    assert not SimulatedBubble.objects.exists()
    assert client.get(at("chat", maria.pk)).status_code == 404


@pytest.mark.parametrize("simulator", [True, False])
def test_it_is_there_only_when_switched_on(settings, simulator):
    settings.SIMULATOR = simulator
    try:
        routes = [str(each.pattern) for each in importlib.reload(urls).urlpatterns]
    finally:
        settings.SIMULATOR = True
        importlib.reload(urls)
    assert ("simulator/" in routes) is simulator
