from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations import texts
from conversations.admin.content.texts import problems
from conversations.models import TextOverride
from tests.families import own_text, seed_rules


@pytest.mark.parametrize(
    ("name", "wordings", "count"),
    [
        ("greeting", "Oi! Sou a {assistant}, do {unit}.", 0),
        ("greeting", "Oi! Sou a {assistant}, do {unit}.\n---\nOlá, {assistant} do {unit}!", 0),
        ("greeting", "Oi! Sou a {assistant}, do {unit}, {moment}.", 1),
        ("greeting", "Oi!", 1),
        ("greeting", "", 1),
        ("greeting", "---\n---", 1),
        ("greeting", "{assistant} {unit} custa R$ 375,00", 1),
        ("greeting", "{assistant} {unit} às 15h", 1),
        ("greeting", "{assistant} {unit} dia 26/11", 1),
        ("greeting", "{assistant} {unit} (51) 99692-1999", 1),
        ("greeting", "{assistant} {unit} " + "a" * 1000, 1),
        ("handoff_complaint", "Vou chamar alguém.", 1),
    ],
)
def test_problems(name, wordings, count):
    assert len(problems(name, wordings)) == count


@pytest.mark.parametrize("name", texts.names())
def test_no_text_of_ours_would_be_refused(name):
    assert problems(name, "\n---\n".join(texts.from_file(name))) == []


def moment(prefix, at):
    local = timezone.localtime(at)
    return {f"{prefix}_0": f"{local:%d/%m/%Y}", f"{prefix}_1": f"{local:%H:%M:%S}"}


@pytest.mark.django_db
def test_a_text_is_added_once_and_then_replaced(admin_client):
    now = timezone.now()
    url = reverse("admin:conversations_textoverride_add")
    given = {"name": "greeting", "wordings": "Oi! Sou a {assistant}, do {unit}."}
    given |= moment("valid_from", now)
    assert admin_client.post(url, given).status_code == 302
    again = admin_client.post(url, given)
    assert "name" in again.context["adminform"].form.errors
    row = TextOverride.objects.get()
    replace = reverse("admin:conversations_textoverride_replace_from", args=[row.pk])
    new = {"wordings": "Olá! {assistant}, do {unit}.", "name": "price_total"}
    later = now + timedelta(hours=1)
    assert admin_client.post(replace, new | moment("starting", later)).status_code == 302
    assert list(TextOverride.objects.order_by("pk").values_list("name", flat=True)) == [
        "greeting",
        "greeting",
    ]


@pytest.mark.django_db
def test_a_bad_replacement_is_refused(admin_client):
    now = timezone.now()
    row = own_text(now)
    url = reverse("admin:conversations_textoverride_replace_from", args=[row.pk])
    answer = admin_client.post(url, {"wordings": "{nada}"} | moment("starting", now))
    assert "wordings" in answer.context["form"].errors
    assert TextOverride.objects.get().valid_until is None


@pytest.mark.django_db
@pytest.mark.parametrize("name", texts.names())
def test_every_text_has_a_preview_without_holes(admin_client, name):
    seed_rules(timezone.now())
    wordings = "\n---\n".join(texts.from_file(name))
    page = admin_client.post(reverse("admin:text_preview"), {"name": name, "wordings": wordings})
    assert page.context["problems"] == []
    assert len(page.context["bubbles"]) == len(texts.from_file(name))
    assert not any(texts.placeholders(bubble) for bubble in page.context["bubbles"])


@pytest.mark.django_db
def test_a_preview_escapes_what_was_written(admin_client):
    page = admin_client.post(
        reverse("admin:text_preview"), {"name": "thanks", "wordings": "<b>x</b> {nome}"}
    )
    assert "<b>x</b>" not in page.content.decode()
    assert "{nome}" in page.content.decode()


@pytest.mark.django_db
def test_a_preview_of_no_text_asks_to_choose(admin_client):
    page = admin_client.post(reverse("admin:text_preview"), {"name": "../../etc", "wordings": "x"})
    assert page.status_code == 200
    assert page.context["name"] == ""
