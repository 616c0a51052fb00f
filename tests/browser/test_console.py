"""Staff at the console, in a real browser against the real ASGI application."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from conversations.models import Conversation, Message
from tests.site import served
from tests.talks import family, heard, said, tick, well_known

CHROMIUM = "/usr/bin/chromium"
SHOTS = Path(os.environ.get("SCREENSHOTS", "test-results/console"))
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LIKE_STAFF = {"locale": "pt-BR", "reduced_motion": "reduce"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium at /usr/bin/chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def site():
    with served() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def ana():
    return User.objects.create_user(
        "ana", password="cecilia-2026", first_name="Ana", is_staff=True, is_superuser=True
    )


@pytest.fixture
def desk(browser, site, ana):
    context = browser.new_context(viewport=DESK, base_url=site, **LIKE_STAFF)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda said: said.type == "error" and page.problems.append(said.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto("/console/")
    page.get_by_label("Usuário").fill("ana")
    page.get_by_label("Senha").fill("cecilia-2026")
    page.get_by_role("button", name="Entrar").click()
    expect(page.locator("body")).to_have_attribute("data-live", "yes")
    yield page
    assert page.problems == []
    context.close()


def shoot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def accessible(page):
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def story(now: datetime) -> Conversation:
    return well_known("Marina Albuquerque", "+5545999112233", now)


def test_watch_take_over_answer_and_give_back(desk):
    talk = story(timezone.now())
    desk.goto("/console/?tab=bot")
    desk.get_by_role("link", name="Marina Albuquerque").click()
    expect(desk.get_by_text("Você está espiando")).to_be_visible()
    accessible(desk)
    shoot(desk, "watching-desk")

    desk.get_by_role("button", name="Assumir").click()
    box = desk.get_by_label("Sua mensagem")
    box.fill("Oi, Marina! Aqui é a Ana, da unidade.")
    box.press("Enter")
    expect(desk.locator("#bubbles .by-staff .text")).to_have_text(
        ["Oi, Marina! Aqui é a Ana, da unidade."]
    )
    expect(box).to_have_value("")
    accessible(desk)
    shoot(desk, "answering-desk")
    desk.emulate_media(color_scheme="dark")
    accessible(desk)
    shoot(desk, "answering-desk-dark")
    desk.emulate_media(color_scheme="light")

    desk.get_by_text("Devolver").click()
    shoot(desk, "give-back-desk")
    desk.get_by_role("button", name="Esperar o responsável").click()
    expect(desk.get_by_text("Você está espiando")).to_be_visible()
    talk.refresh_from_db()
    assert talk.mode == "bot"


def test_a_text_sent_before_the_take_over_is_answered_leaves_the_bar_right(desk):
    talk, held = family("Rogério Lima", "+5545999445566"), []
    desk.goto(f"/console/{talk.pk}/")
    for post in ("**/take-over/", "**/reply/"):  # reach the site; their answers are kept back
        desk.route(post, lambda route: held.append((route, route.fetch())))
    desk.get_by_role("button", name="Assumir").click()
    box = desk.get_by_label("Sua mensagem")  # by the socket's hint
    box.fill("Já vou ver isso.")
    box.press("Enter")
    expect(desk.locator("#bubbles .by-staff .text")).to_have_text(["Já vou ver isso."])
    for route, answer in held:
        route.fulfill(response=answer)
    expect(box).to_have_value("")
    desk.get_by_text("Devolver").click()
    expect(desk.get_by_role("button", name="Esperar o responsável")).to_be_visible()


def test_a_new_message_appears_by_itself_and_ticks_change_in_place(desk, ana):
    talk = family("Rogério Lima", "+5545999445566", mode="human", holder=ana)
    ours = said(talk, "Bom dia!", author="staff", staff=ana, status="sent")
    desk.goto(f"/console/{talk.pk}/")
    expect(desk.locator("body")).to_have_attribute("data-live", "yes")

    heard(talk, "Pode ser na quinta?")
    expect(desk.locator("#bubbles").get_by_text("Pode ser na quinta?")).to_be_visible()
    order = desk.locator("#bubbles .text").all_inner_texts()

    Message.objects.filter(pk=ours.pk).update(status="read", rev=tick(talk))
    expect(desk.locator(f"#m{ours.pk}.status-read")).to_be_visible()
    assert desk.locator("#bubbles .text").all_inner_texts() == order


def test_what_was_missed_offline_is_fetched_on_return(desk, ana):
    talk = family("Rogério Lima", "+5545999445566", mode="human", holder=ana)
    desk.goto(f"/console/{talk.pk}/")
    expect(desk.locator("body")).to_have_attribute("data-live", "yes")
    desk.context.set_offline(True)
    for text in ("um", "dois", "três"):
        heard(talk, text)
    desk.context.set_offline(False)
    expect(desk.locator("#bubbles .in .text").last).to_have_text("três")
    assert desk.locator("#bubbles .in .text").all_inner_texts()[-3:] == ["um", "dois", "três"]
    desk.problems.clear()  # the requests that were cut off


def test_an_unseen_message_asks_before_sending(desk, ana):
    talk = family("Rogério Lima", "+5545999445566", mode="human", holder=ana)
    desk.goto(f"/console/{talk.pk}/")
    desk.get_by_label("Sua mensagem").fill("Combinado então!")
    desk.route("**/messages/**", lambda route: route.abort())
    heard(talk, "Esquece, não vou mais.")
    desk.get_by_label("Sua mensagem").press("Enter")
    expect(desk.get_by_text("escreveu enquanto você digitava")).to_be_visible()
    shoot(desk, "unseen-desk")
    assert not talk.messages.filter(text="Combinado então!").exists()

    desk.unroute("**/messages/**")
    desk.get_by_role("button", name="Enviar mesmo assim").click()
    expect(desk.locator("#bubbles .out .text")).to_have_text(["Combinado então!"])
    expect(desk.locator("#bubbles .in .text").last).to_have_text("Esquece, não vou mais.")
    desk.problems.clear()  # the 409, and the requests that were cut off


def test_the_card_shows_where_a_field_came_from_and_takes_corrections(desk):
    talk = story(timezone.now())
    desk.goto(f"/console/{talk.pk}/")
    desk.locator("#card .source").first.click()
    expect(desk.locator(".line.found")).to_be_visible()
    desk.get_by_role("link", name="Editar").click()
    desk.get_by_label("E-mail").fill("marina@")
    desk.get_by_role("button", name="Salvar").click()
    expect(desk.locator("#card .error")).to_be_visible()
    accessible(desk)
    shoot(desk, "card-form-desk")
    desk.get_by_label("E-mail").fill("marina@example.com")
    desk.get_by_role("button", name="Salvar").click()
    expect(desk.locator("#card .by-hand")).to_be_visible()
    talk.lead.refresh_from_db()
    assert talk.lead.email == "marina@example.com"
    desk.problems.clear()  # the 422


def test_why_the_bot_said_this(desk):
    talk = story(timezone.now())
    desk.goto(f"/console/{talk.pk}/")
    desk.get_by_text("Por que respondeu isso").last.click()
    expect(desk.get_by_text("O que entendeu")).to_be_visible()
    shoot(desk, "why-desk")


def test_the_list_counts_and_searches(desk):
    now = timezone.now()
    story(now)
    for name, minutes in (("Paulo Siqueira", 42), ("Juliana Prado", 12), ("Téo Ramos", 1)):
        row = family(name, f"+55459990000{minutes:02d}", mode="waiting")
        Conversation.objects.filter(pk=row.pk).update(
            waiting_since=now - timedelta(minutes=minutes), unread=2
        )
    desk.goto("/console/")
    assert desk.locator(".row-name").all_inner_texts() == [
        "Paulo Siqueira",
        "Juliana Prado",
        "Téo Ramos",
    ]
    expect(desk).to_have_title("(3) Recepção")
    accessible(desk)
    shoot(desk, "list-desk")
    desk.get_by_label("Buscar por nome ou telefone").fill("juli")
    expect(desk.locator(".row-name")).to_have_text(["Juliana Prado"])
    desk.keyboard.press("Tab")


def test_no_click_is_lost_while_the_list_is_being_replaced(desk):
    talk = story(timezone.now())
    desk.goto(f"/console/{talk.pk}/?tab=bot")
    expect(desk.locator("body")).to_have_attribute("data-live", "yes")
    desk.evaluate("setInterval(() => htmx.trigger('#list', 'refresh'), 7)")
    for turn, mode in enumerate(["human", "bot", "closed", "waiting"] * 8):
        box = None
        while box is None:  # measured between two lists
            box = desk.locator(f"#tab-{mode}").bounding_box()
        desk.mouse.move(box["x"] + 10, box["y"] + 10)
        desk.mouse.down()
        desk.wait_for_timeout(turn % 4 * 30)
        desk.mouse.up()
        expect(desk.locator(f"#tab-{mode}")).to_have_attribute("aria-current", "true")
        expect(desk.locator("#conversation")).to_be_visible()
    stopped = ("htmx:sendAbort", "htmx:afterRequest")  # a click takes the place of a refresh
    desk.problems = [each for each in desk.problems if not each.startswith(stopped)]


def test_on_a_phone_one_pane_at_a_time(desk):
    now = timezone.now()
    story(now)
    family("Paulo Siqueira", "+5545999000042", mode="waiting")
    desk.set_viewport_size(PHONE)
    desk.goto("/console/?tab=bot")
    accessible(desk)
    shoot(desk, "list-phone")
    desk.get_by_role("link", name="Marina Albuquerque").click()
    expect(desk.locator("#list")).to_be_hidden()
    shoot(desk, "talk-phone")
    small = desk.evaluate(
        "[...document.querySelectorAll('a:not(.skip), button, summary, input:not([type=hidden])')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)"
        ".map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []
    desk.get_by_role("button", name="Assumir").click()
    expect(desk.get_by_label("Sua mensagem")).to_be_visible()
    desk.get_by_text("Devolver").click()
    accessible(desk)
    shoot(desk, "answering-phone")
    desk.get_by_text("Devolver").click()
    desk.get_by_role("link", name="Ficha da família").click()
    expect(desk.locator("#card")).to_be_visible()
    accessible(desk)
    shoot(desk, "card-phone")
    desk.get_by_role("link", name="Voltar para a conversa").click()
    desk.get_by_role("link", name="Voltar para a lista").click()
    expect(desk.locator("#list")).to_be_visible()


def test_the_login_and_an_empty_console(browser, site, desk):
    shoot(desk, "empty-desk")
    accessible(desk)
    context = browser.new_context(viewport=DESK, base_url=site, **LIKE_STAFF)
    page = context.new_page()
    page.goto("/console/")
    accessible(page)
    shoot(page, "login-desk")
    context.close()
