"""The back-office in a real browser: it looks right, complains of nothing, and its dialogs work."""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from conversations.models import TextOverride
from tests.families import families, own_text, seed_rules

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.django_db(transaction=True),
]
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}


@pytest.fixture(scope="module")
def chromium():
    # Playwright keeps a loop running in this thread; the database is used from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium, live_server, admin_client):
    """A page of staff who have come in; anything the browser complains of fails the test."""
    context = chromium.new_context(base_url=live_server.url, locale="pt-BR")
    session = admin_client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    complaints = []
    page = context.new_page()
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def unit(now, transactional_db):
    seed_rules(now)
    own_text(now)
    families(24, now)


def shot(page, name):
    folder = os.environ.get("SCREENSHOTS")
    for size, (width, height) in SIZES.items() if folder else ():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        page.screenshot(path=Path(folder) / f"admin-{name}-{size}.png")
    page.set_viewport_size({"width": 1280, "height": 800})


PAGES = {
    "home": "/admin/",
    "leads": "/admin/leads/lead/",
    "conversations": "/admin/conversations/conversation/",
    "visits": "/admin/scheduling/visit/?when=today",
    "prices": "/admin/billing_rules/monthlyfee/",
    "knowledge": "/admin/conversations/knowledgeentry/",
    "hours": "/admin/scheduling/openinghours/",
    "closures": "/admin/scheduling/closure/",
    "messages": "/admin/conversations/message/?needs=failed",
    "users": "/admin/auth/user/",
    "quote": "/admin/billing_rules/monthlyfee/quote/?student1=math&student1=english&student2=math",
    "text-new": "/admin/conversations/textoverride/add/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_desktop_and_phone(page, unit, name):
    page.goto(PAGES[name])
    expect(page.locator("#content")).to_be_visible()
    shot(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("model", ["leads_lead", "scheduling_visit", "billing_rules_monthlyfee",
                                   "conversations_conversation", "conversations_unit",
                                   "conversations_turn"])  # fmt: skip
def test_a_row_opens(page, admin_client, unit, model):
    first = admin_client.get(reverse(f"admin:{model}_changelist")).context["cl"].result_list[0]
    page.goto(reverse(f"admin:{model}_change", args=[first.pk]))
    expect(page.locator("#content")).to_be_visible()
    shot(page, f"row-{model}")


@pytest.mark.parametrize("name", ["home", "leads", "quote"])
def test_a_page_is_accessible(page, unit, name):
    page.goto(PAGES[name])
    expect(page.locator("#content")).to_be_visible()
    # unfold's own chrome has its faults; what lies in the page's content is ours.
    results = Axe().run(page, context="#content")
    serious = [
        (found["id"], found["nodes"][0]["html"])
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_login_is_in_portuguese_and_lets_staff_in(chromium, live_server, admin_user):
    page = chromium.new_context(base_url=live_server.url).new_page()
    page.goto("/admin/")
    shot(page, "login")
    page.get_by_label("Usuário").fill("admin")
    page.get_by_label("Senha").fill("password")
    page.get_by_role("button", name="Entrar").click()
    expect(page.locator(".ops-home")).to_be_visible()
    page.context.close()


def test_a_question_is_tried_on_the_knowledge_base(page, unit):
    page.goto(PAGES["knowledge"])
    page.get_by_label("Pergunte para testar").fill("como funciona a aula?")
    expect(page.locator(".ops-answers a").first).to_have_text("Como é o método")
    shot(page, "knowledge-try")


def test_a_text_is_seen_as_a_parent_would_while_it_is_written(page, unit):
    page.goto(PAGES["text-new"])
    page.locator("[name=name]").select_option("thanks")
    page.locator("[name=wordings]").fill("Por nada! Custa R$ 10,00, {nome}.")
    expect(page.locator(".ops-problem").first).to_contain_text("{nome}")
    page.locator("[name=wordings]").fill("Imagina, {contact}!")
    expect(page.locator(".ops-bubble, .ops-problem").first).to_be_visible()
    shot(page, "text-preview")


def test_a_text_is_replaced_with_its_preview_beside(page, unit, now):
    row = TextOverride.objects.get()
    page.goto(reverse("admin:conversations_textoverride_change", args=[row.pk]))
    page.get_by_role("link", name="Substituir a partir de").click()
    expect(page.locator(".ops-bubble")).to_contain_text("Aqui é a Cecília")
    page.locator("[name=wordings]").fill("Oi! Sou a {assistant}, do {unit}.")
    expect(page.locator(".ops-bubble")).to_contain_text("Sou a Cecília")
    shot(page, "text-replace")
    page.get_by_role("button", name="Guardar a nova versão").click()
    expect(page.get_by_text("A nova versão foi guardada.")).to_be_visible()
    assert TextOverride.objects.at(timezone.now()).get().wordings.startswith("Oi! Sou a")
