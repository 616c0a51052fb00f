"""The tour of the README, on a whole running copy: a family on the simulated phone, staff in a
second browser, the API. `make pictures` keeps what it sees in docs/pictures."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.running import BASE_DIR, Copy, wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = Path(os.environ.get("PICTURES", "test-results/tour"))
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PASSWORD = "uma-senha-bem-longa"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


@pytest.fixture
def copy(tmp_path):
    """A running copy of the product, from an empty folder."""
    copy = Copy(tmp_path / "data")
    copy.up(STAFF_PASSWORD=PASSWORD, QUIET_SECONDS="0.4")
    wait_until(copy.ready)
    yield copy
    copy.process.terminate()
    copy.process.wait(60)


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(browser, copy, path, size=DESK, context=None):
    context = context or browser.new_context(locale="pt-BR")
    page = context.new_page()
    page.set_viewport_size(size)
    page.goto(f"http://127.0.0.1:{copy.port}{path}")
    return page


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def talk(phone, text, answer):
    """Writes as the parent and waits for the bubble that holds `answer`."""
    phone.locator("textarea").fill(text)
    phone.locator("textarea").press("Enter")
    bubbles = phone.locator(".bubble.unit:not(.typing) .text")
    expect(bubbles.last).to_contain_text(answer)
    return bubbles.last.inner_text()


def token(copy):
    environment = os.environ | {"DATA_DIR": str(copy.folder), "PORT": str(copy.port)}
    for url in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(url, None)
    command = [sys.executable, "manage.py", "drf_create_token", "admin"]
    said = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    return said.stdout.split()[2]


def lead_of(copy, key, phone):
    url = f"http://127.0.0.1:{copy.port}/api/v1/leads/?phone=%2B{phone}"
    request = urllib.request.Request(url, headers={"Authorization": f"Token {key}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["results"][0]


def test_the_tour(copy, browser):
    simulator = visit(browser, copy, "/simulator/")
    simulator.locator("input[name=name]").fill("Marina Dias")
    simulator.locator("input[name=number]").fill("(45) 99999-0001")
    with simulator.expect_websocket():  # the page's scripts run: before, Enter is a new line
        simulator.locator("input[name=number]").press("Enter")
    phone = simulator.locator("article.phone", has_text="Marina Dias")

    talk(phone, "oi, quanto custa?", "R$ 375,00")
    talk(phone, "Marina Dias", "Prazer, Marina")
    talk(phone, "é pro meu filho Pedro, ele tem 9 anos", "manhã ou")
    talk(phone, "onde vocês ficam?", "Av. Paraná")
    talk(phone, "na verdade ele tem 8 anos", "8 anos")
    offers = talk(phone, "de tarde", "1)")
    picked = offers.split("2) ")[1].split("\n")[0]
    assert picked in talk(phone, "2", "Av. Paraná")
    talk(phone, "3º ano", "matérias")
    talk(phone, "matemática e português", "e-mail")
    talk(phone, "marina.dias@gmail.com", picked)
    picture(simulator, "simulator-desktop")

    key = token(copy)
    lead = lead_of(copy, key, "5545999990001")
    assert lead["missing"] == []
    assert lead["students"][0]["age"] == 8
    assert lead["visit"]["status"] == "booked"

    talk(phone, "quero falar com uma pessoa", "(51) 99692-1999")
    staff = browser.new_context(locale="pt-BR")
    console = visit(browser, copy, "/console/", context=staff)
    console.get_by_label("Usuário").fill("admin")
    console.get_by_label("Senha").fill(PASSWORD)
    console.get_by_role("button", name="Entrar").click()
    expect(console.locator("body")).to_have_attribute("data-live", "yes")
    console.get_by_role("link", name="Marina Dias").click()
    console.get_by_role("button", name="Assumir").click()
    console.get_by_label("Sua mensagem").fill("Oi, Marina! Aqui é a Bia, da unidade.")
    console.get_by_label("Sua mensagem").press("Enter")
    expect(console.get_by_label("Sua mensagem")).to_have_value("")
    expect(phone.locator(".bubble.unit .text").last).to_contain_text(
        "aqui é a Bia", ignore_case=True
    )
    phone.locator("textarea").fill("Que bom, obrigada!")
    phone.locator("textarea").press("Enter")
    expect(console.locator("#bubbles .text").last).to_have_text("Que bom, obrigada!")
    expect(console.locator(".fresh")).to_have_css("opacity", "1")
    console.get_by_role("link", name="Com a equipe").click()
    expect(console.get_by_role("link", name="Marina Dias")).to_be_visible()
    picture(console, "console-desktop")

    picture(visit(browser, copy, "/admin/", context=staff), "admin-home")
    small = visit(browser, copy, console.url.split(str(copy.port))[1], PHONE, staff)
    picture(small, "console-phone")
    picture(visit(browser, copy, "/simulator/", PHONE), "simulator-phone")
