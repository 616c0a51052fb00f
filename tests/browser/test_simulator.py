"""The simulated phones in a real browser, on the real web server; the test plays the reception."""

import os
import shutil
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from conversations.whatsapp.evolution import EvolutionGateway
from tests.site import served

CHROMIUM = os.environ.get("CHROMIUM", "") or shutil.which("chromium")
PHONE = "+5545999990001"
TOO_SMALL = """() => [...document.querySelectorAll(
    'button, summary, textarea, input, a, .check'
  )]
  .filter((each) => each.type !== 'checkbox' && each.type !== 'hidden' && each.checkVisibility())
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([html]) => html)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed"),
]


@pytest.fixture
def site(settings, transactional_db):
    """The site under uvicorn, as in `make run`; its address."""
    settings.DEBUG = True  # as on a laptop
    with served() as settings.PORT:
        settings.EVOLUTION_API_URL = f"http://127.0.0.1:{settings.PORT}/simulator/evolution"
        yield f"http://127.0.0.1:{settings.PORT}"
        for timer in [each for each in threading.enumerate() if isinstance(each, threading.Timer)]:
            timer.join(timeout=3)


@pytest.fixture
def browser(site):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, site):
    """Opens the simulator at a size; whatever the browser complains about fails the test."""
    complaints = []

    def opened(width=1280, height=800, **context):
        page = browser.new_page(viewport={"width": width, "height": height}, **context)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        with page.expect_websocket():
            page.goto(f"{site}/simulator/")
        return page

    yield opened
    assert complaints == []


def add_family(page, name, number):
    if not page.locator("input[name=name]").is_visible():
        page.locator(".tools summary").first.click()
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=number]").fill(number)
    with page.expect_websocket():
        page.locator("input[name=number]").press("Enter")
    return page.locator("article.phone", has_text=name)


def write(phone, *texts):
    field = phone.locator("textarea")
    for text in texts:
        field.fill(text)
        field.press("Enter")


def test_a_talk_goes_both_ways_without_a_reload(open_page):
    page = open_page()
    phone = add_family(page, "Maria Souza", "(45) 99999-0001")
    write(phone, "Oi", "sou a Maria", "quanto custa? <b>")
    own = phone.locator(".bubble.own .text")
    expect(own).to_have_text(["Oi", "sou a Maria", "quanto custa? <b>"])
    expect(phone.locator('.tick use[href$="#DELIVERY_ACK"]')).to_have_count(3)  # the site has them
    reception = EvolutionGateway()
    reception.send_presence(PHONE, 600)
    reception.send_text(PHONE, "Olá, Maria!\n\n1) quinta-feira, 26/11, às 15h")
    expect(phone.locator(".bubble.unit:not(.typing) .text").last).to_contain_text("às 15h")
    expect(phone.locator("textarea")).to_be_focused()


def test_typing_shows_while_the_reception_composes(open_page):
    page = open_page()
    phone = add_family(page, "Maria Souza", "(45) 99999-0001")
    seen = threading.Event()

    def compose():  # a busy site may miss one: nobody waits for its answer
        while not seen.wait(1):
            EvolutionGateway().send_presence(PHONE, 3000)

    threading.Thread(target=compose, daemon=True).start()
    expect(phone.locator(".typing")).to_be_visible()
    seen.set()
    expect(phone.locator(".typing")).to_be_hidden()


def test_quote_edit_react_delete_attach_and_the_units_phone(open_page):
    page = open_page()
    phone = add_family(page, "Maria Souza", "(45) 99999-0001")
    write(phone, "quinta as 15")
    bubble = phone.locator(".bubble.own").first
    bubble.hover()
    bubble.locator("button").nth(0).click()
    expect(phone.locator(".above")).to_contain_text("quinta as 15")
    write(phone, "essa")
    expect(phone.locator(".bubble.own blockquote")).to_have_text("quinta as 15")
    expect(phone.locator(".above")).to_have_count(0)

    expect(phone.locator('.tick use[href$="#DELIVERY_ACK"]')).to_have_count(2)  # nothing moves now
    bubble.focus()
    bubble.locator("button").nth(2).press("Enter")
    expect(phone.locator("textarea")).to_have_value("quinta as 15")
    write(phone, "quinta às 15h")
    expect(bubble.locator(".text")).to_have_text("quinta às 15h")

    bubble.hover()
    bubble.locator("button").nth(1).click()
    expect(bubble.locator(".reaction")).to_have_text("👍")
    bubble.hover()
    bubble.locator("button").nth(3).click()
    expect(bubble.locator(".gone")).to_be_visible()

    phone.locator(".composer summary").click()
    phone.locator(".composer .item").first.click()
    expect(phone.locator(".audioMessage")).to_be_visible()
    phone.locator(".owner summary").click()
    phone.locator(".owner .item").first.click()
    expect(phone.locator(".above")).to_be_visible()
    write(phone, "Já te ligo")
    expect(phone.locator(".bubble.unit .by")).to_be_visible()


def test_one_phone_at_a_time_on_a_phone(open_page):
    page = open_page(390, 844)
    add_family(page, "Maria Souza", "(45) 99999-0001")
    add_family(page, "Carlos", "(11) 98765-4321")
    carlos = page.locator("article.phone", has_text="Carlos")
    maria = page.locator("article.phone", has_text="Maria Souza")
    page.locator(".chip", has_text="Carlos").click()
    expect(carlos).to_be_in_viewport(ratio=0.9)
    expect(maria).not_to_be_in_viewport(ratio=0.1)
    EvolutionGateway().send_text(PHONE, "Olá!")
    expect(page.locator(".chip[data-unread]")).to_have_text("Maria Souza")
    page.locator(".chip", has_text="Maria").click()
    expect(maria).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_it_can_be_read_and_touched(open_page, scheme, width, height):
    page = open_page(width, height, color_scheme=scheme)
    phone = add_family(page, "Maria Souza", "(45) 99999-0001")
    write(phone, "Oi")
    EvolutionGateway().send_text(PHONE, "Olá, Maria!")
    expect(phone.locator(".bubble.unit")).to_be_visible()
    for summary in (None, page.locator(".tools summary").nth(1), phone.locator(".owner summary")):
        if summary:
            summary.click()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.response["violations"] == [], found.generate_report()
        assert page.evaluate(TOO_SMALL) == []
        page.keyboard.press("Escape")
