"""The calendar board in a real browser: book, move by hand and by form, cancel, mark, print."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from leads.models import Lead, Student
from scheduling import booking
from scheduling.models import Closure, ExtraOpening, Visit
from tests.families import PEOPLE, seed_rules

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium():
    # Playwright keeps a loop running in this thread; the database is used from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium, live_server, admin_client):
    """Anything the browser complains of fails the test, but for the answer of a refused step."""
    context = chromium.new_context(base_url=live_server.url, locale="pt-BR",
                                   viewport={"width": 1280, "height": 800})  # fmt: skip
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
    assert [one for one in complaints if "409" not in one] == []


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def unit(now, transactional_db):
    seed_rules(now)


@pytest.fixture
def days(unit, now):
    """Free starts of two days of the next whole week, by day."""
    monday = timezone.localdate(now) + timedelta(days=7 - timezone.localdate(now).weekday())
    free = booking.load_calendar(now).free(monday, monday + timedelta(days=6))
    by_day = {}
    for at in free:
        by_day.setdefault(at.date(), []).append(at)
    return [by_day[day] for day in sorted(by_day)][:2]


@pytest.fixture
def visit(days, now):
    lead = Lead.objects.create(phone="+5545999990000", parent_name="Ana Prado")
    Student.objects.create(
        lead=lead, name="Pedro", age=9, school_grade="4º ano", subjects=["math", "portuguese"]
    )
    return booking.book(lead, days[0][2], now=now, by="parent")


def shot(page, name):
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        for size, width in {"desktop": 1280, "phone": 390}.items():
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_timeout(200)
            page.screenshot(path=Path(folder) / f"board-{name}-{size}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})


def open_week(page, at):
    page.goto(f"/admin/scheduling/visit/board/?week={at.date().isoformat()}")
    expect(page.locator(".board")).to_be_visible()


def accessible(page):
    results = Axe().run(page, context=".board-page")
    return [
        (found["id"], found["nodes"][0]["html"])
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def slot(page, at):
    return page.locator(f'[data-at="{at.isoformat()}"]')


def test_a_new_family_is_booked_from_a_free_time(page, days):
    at = days[0][3]
    open_week(page, at)
    slot(page, at).get_by_role("link").click()
    shot(page, "new")
    page.get_by_label("Nome do responsável").fill("Bruno Lima")
    page.get_by_label("Telefone").fill("45 98888-7777")
    page.get_by_role("button", name="Marcar a visita").click()
    expect(page.get_by_text("A visita está marcada.")).to_be_visible()
    booked = Visit.objects.get()
    assert (booked.starts_at, booked.created_by) == (at, "staff")
    assert (booked.lead.parent_name, booked.lead.phone) == ("Bruno Lima", "+5545988887777")
    assert booked.lead.stage == "booked"


def test_a_known_family_is_found_and_booked(page, days):
    lead = Lead.objects.create(phone="+5545977776666", parent_name="Carla Dias")
    at = days[1][0]
    open_week(page, at)
    slot(page, at).get_by_role("link").click()
    page.get_by_label("Família que já escreveu").fill("carla")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_role("button", name="Carla Dias").click()
    expect(page.locator(".board-panel")).to_contain_text("Carla Dias")
    assert Visit.objects.get().lead == lead


def test_moved_by_dragging(page, days, visit):
    at = days[1][1]
    open_week(page, at)
    page.locator("[data-move]").drag_to(slot(page, at))
    expect(page.get_by_text("Feito.")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.status, visit.replaced_by.starts_at) == ("rescheduled", at)


def test_moved_confirmed_and_cancelled_without_a_mouse_on_a_phone(page, days, visit):
    page.set_viewport_size(PHONE)
    at = days[1][1]
    open_week(page, at)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".board-visit").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_text("Feito.")).to_be_visible()
    page.get_by_label("Remarcar para").select_option(at.isoformat())
    page.get_by_role("button", name="Remarcar", exact=True).click()
    expect(page.locator(".board-moment")).to_contain_text(f"{at:%H:%M}")
    page.get_by_label("Motivo do cancelamento").fill("viagem")
    page.get_by_role("button", name="Cancelar a visita").click()
    expect(page.get_by_text("Feito.")).to_be_visible()
    new = Visit.objects.get(replaces=visit)
    assert (new.status, new.reason, new.starts_at) == ("cancelled", "viagem", at)


def test_a_page_that_is_out_of_date_says_so_and_loses_nothing(page, days, visit, now):
    open_week(page, visit.starts_at)
    page.locator(".board-visit").click()
    page.get_by_label("Motivo do cancelamento").fill("a mãe ligou")
    booking.reschedule(visit, days[1][0], now=now, by="parent")
    page.get_by_role("button", name="Cancelar a visita").click()
    expect(page.get_by_role("alert")).to_contain_text("mudou")
    expect(page.get_by_label("Motivo do cancelamento")).to_have_value("a mãe ligou")
    assert Visit.objects.get(replaces=visit).status == "booked"
    page.get_by_role("button", name="Cancelar a visita").click()
    expect(page.get_by_text("Feito.")).to_be_visible()
    assert Visit.objects.get(replaces=visit).status == "cancelled"


def test_who_came_is_one_tap(page, visit, now):
    Visit.objects.update(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=2),
                         created_at=now - timedelta(days=2))  # fmt: skip
    page.goto("/admin/scheduling/visit/board/")
    page.get_by_role("button", name="Compareceu").click()
    expect(page.get_by_text("Feito.")).to_be_visible()
    visit.refresh_from_db()
    assert visit.status == "attended"
    expect(page.get_by_text("Estas famílias vieram?")).not_to_be_visible()


def test_a_full_week_with_closures_and_openings(page, days, now):
    first = days[0][0]
    for number, at in enumerate([*days[0][:5], *days[1][3:7]]):
        parent, child, age, grade, subjects = PEOPLE[number % 6]
        lead = Lead.objects.create(parent_name=parent, phone=f"+554599999000{number}")
        Student.objects.create(
            lead=lead, name=child, age=age, school_grade=grade, subjects=subjects
        )
        one = booking.book(lead, at, now=now, by="parent")
        if number % 3 == 1:
            booking.confirm(one, now=now, by="parent")
    wednesday = days[1][0].replace(hour=0, minute=0) + timedelta(days=1)
    Closure.objects.create(
        name="Reunião da equipe", starts_at=wednesday, ends_at=wednesday + timedelta(days=1)
    )
    saturday = first.replace(hour=9, minute=0) + timedelta(days=5 - first.weekday())
    ExtraOpening.objects.create(
        name="Sábado de visitas", starts_at=saturday, ends_at=saturday + timedelta(hours=3)
    )
    open_week(page, first)
    shot(page, "week")
    assert accessible(page) == []
    expect(page.get_by_text("Reunião da equipe")).to_be_visible()
    expect(page.get_by_text("Sábado de visitas")).to_be_visible()
    page.locator(".board-visit").first.click()
    shot(page, "panel")
    assert accessible(page) == []
    page.goto(f"/admin/scheduling/visit/board/?day={first.date().isoformat()}")
    shot(page, "day")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_day_on_paper(page, visit):
    page.goto(f"/admin/scheduling/visit/day/{visit.starts_at.date().isoformat()}/")
    row = page.locator("tbody tr")
    for words in ("(45) 99999-0000", "Pedro", "9 anos", "4º ano", "Matemática, Português"):
        expect(row).to_contain_text(words)
    shot(page, "paper")
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder, "day.pdf").write_bytes(page.pdf())
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Imprimir")).not_to_be_visible()
