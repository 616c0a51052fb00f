"""An alert's life, and who hears of it: once, and never by what is broken."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

from kumon_site.operations import notify
from kumon_site.operations.alerts import watch
from kumon_site.operations.alerts.rule import Rule
from kumon_site.operations.models import Alert, Telling
from tests.stand_ins.evolution import EvolutionStandIn
from tests.stand_ins.faults import Fault

NOW = datetime(2026, 3, 11, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHONE = "+5545999990000"
TITLES = {"fire": "Fire", "smoke": "Smoke", "gateway_disconnected": "Disconnected"}

pytestmark = pytest.mark.django_db


class Fire:
    """Burns while it is told to."""

    def __init__(self, level="critical", name="fire", **more):
        self.burns = True
        self.rule = Rule(
            name, level, TITLES[name], lambda now: "It burns." if self.burns else None, **more
        )

    def at(self, minute, burns=True):
        self.burns = burns
        watch.watch(self.rule, NOW + minute * MINUTE)
        tell_due(NOW + minute * MINUTE)


def tell_due(now):
    while telling := notify.claim_due(now):
        notify.tell(telling, TITLES, now)


@pytest.fixture
def phones(settings):
    settings.ALERT_EMAILS, settings.ALERT_WHATSAPP = ["a@example.com", "b@example.com"], [PHONE]
    with EvolutionStandIn() as evolution:
        settings.EVOLUTION_API_URL, settings.EVOLUTION_API_KEY = evolution.url, evolution.apikey
        settings.EVOLUTION_INSTANCE = evolution.instance
        yield evolution


def subjects():
    return [(message.to[0][0], message.subject.removeprefix("[Kumon] ")) for message in mail.outbox]


def test_it_opens_once_stays_and_resolves_by_itself(phones):
    fire = Fire()
    for minute in range(4):
        fire.at(minute)
    alert = Alert.objects.get()
    assert (alert.opened_at, alert.seen_at) == (NOW, NOW + 3 * MINUTE)
    for minute in range(4, 9):
        fire.at(minute, burns=False)
    alert.refresh_from_db()
    assert alert.resolved_at == NOW + 8 * MINUTE
    assert subjects() == [
        ("a", "Crítico: Fire"), ("b", "Crítico: Fire"),
        ("a", "Resolvido: Fire"), ("b", "Resolvido: Fire"),
    ]  # fmt: skip
    assert len(phones.texts()) == 2
    assert "It burns." in phones.texts()[0]
    assert f"/admin/operations/alert/{alert.pk}/change/" in phones.texts()[0]


def test_what_comes_and_goes_is_one_alert(phones):
    fire = Fire("warning")
    for minute in range(12):
        fire.at(minute, burns=minute % 3 == 0)
    assert Alert.objects.count() == 1
    assert len(mail.outbox) == 2
    assert phones.texts() == []


def test_what_does_not_hold_long_enough_is_no_alert(phones):
    fire = Fire(after=2 * MINUTE)
    fire.at(0)
    fire.at(1)
    fire.at(2, burns=False)
    assert not Alert.objects.exists()
    for minute in range(3, 6):
        fire.at(minute)
    assert Alert.objects.open().get().opened_at == NOW + 5 * MINUTE


def test_the_next_alert_of_a_rule_is_told_an_hour_after_the_last(phones):
    fire = Fire("warning")
    fire.at(0)
    fire.at(6, burns=False)
    fire.at(10)
    assert Alert.objects.count() == 2
    assert len(mail.outbox) == 4  # told, resolved
    fire.at(59)
    assert len(mail.outbox) == 4
    fire.at(60)
    assert len(mail.outbox) == 6


def test_what_nobody_heard_of_is_not_told_when_it_is_over(phones):
    fire = Fire("warning")
    fire.at(0)
    fire.at(6, burns=False)
    fire.at(10)
    fire.at(16, burns=False)
    assert [subject for _, subject in subjects()] == ["Aviso: Fire"] * 2 + ["Resolvido: Fire"] * 2


def test_what_is_critical_and_stays_is_told_once_more(phones):
    fire = Fire()
    for minute in (0, 15, 30, 45):
        fire.at(minute)
    assert [subject for who, subject in subjects() if who == "a"] == [
        "Crítico: Fire", "Crítico, continua aberto: Fire",
    ]  # fmt: skip
    assert len(phones.texts()) == 2


def test_it_is_not_told_by_what_is_broken(phones):
    down = Fire(name="gateway_disconnected", broken=frozenset({Telling.Means.WHATSAPP}))
    down.at(0)
    assert subjects() == [("a", "Crítico: Disconnected"), ("b", "Crítico: Disconnected")]
    fire = Fire()
    fire.at(1)
    assert len(mail.outbox) == 4
    assert phones.texts() == []
    down.at(9, burns=False)
    tell_due(NOW + 9 * MINUTE)
    assert len(phones.texts()) == 1  # the other one, now that WhatsApp is back


def test_a_refused_telling_is_tried_again_and_the_other_means_does_not_wait(phones):
    phones.faults.append(Fault.answer(503, {"code": "LICENSE_REQUIRED"}))
    fire = Fire()
    fire.at(0)
    assert len(mail.outbox) == 2
    waits = Telling.objects.get(told_at=None)
    assert (waits.means, waits.attempts, waits.due_at) == ("whatsapp", 1, NOW + MINUTE)
    fire.at(1)
    assert len(phones.texts()) == 1


def test_a_mail_server_that_is_away_is_tried_again(phones, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    fire = Fire("warning")
    fire.at(0)
    assert {telling.error for telling in Telling.objects.all()} == {"ConnectionRefusedError"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    fire.at(1)
    assert len(mail.outbox) == 2


def test_an_address_that_is_none_keeps_nobody_from_being_told(phones, settings):
    settings.ALERT_EMAILS = ["recepção", "c@example.com"]
    Fire("warning").at(0)
    assert subjects() == [("c", "Aviso: Fire")]
    assert Telling.objects.get(told_at=None).error == "ValueError"


def test_each_is_claimed_when_its_turn_comes(phones):
    """However slow the one before it was."""
    watch.watch(Fire("warning").rule, NOW)
    first, late = notify.claim_due(NOW), NOW + notify.LEASE
    second = notify.claim_due(late - MINUTE)
    assert (first.address, second.address) == ("a@example.com", "b@example.com")
    assert notify.claim_due(late - MINUTE) is None
    again = notify.claim_due(late)
    assert again.pk == first.pk
    notify.tell(again, TITLES, late)
    notify.tell(first, TITLES, late + MINUTE)  # whoever lost the claim
    assert Telling.objects.get(pk=first.pk).told_at == late


@pytest.mark.parametrize(
    ("public", "origins", "begins"),
    [
        ("https://a.example/", ["https://b.example"], "https://a.example/admin/"),
        ("", ["https://b.example"], "https://b.example/admin/"),
        ("", [], "http://127.0.0.1:"),
    ],
)
def test_where_the_alert_stands(phones, settings, public, origins, begins):
    settings.PUBLIC_URL, settings.CSRF_TRUSTED_ORIGINS = public, origins
    Fire("warning").at(0)
    assert begins in mail.outbox[0].body


def test_nobody_named_nobody_told():
    fire = Fire()
    fire.at(0)
    assert Alert.objects.open().exists()
    assert not Telling.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_alert_and_tell_it_once(phones):
    fire = Fire()
    start = threading.Barrier(4)

    def work():
        start.wait()
        fire.at(0)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Alert.objects.count() == 1
    assert len(mail.outbox) == 2
    assert len(phones.texts()) == 1
