"""The terminal's phone, with the site and the work command as in `make run`."""

import io
import threading

import pytest
from django.core.management import CommandError, call_command

from conversations.management.commands.work import Work
from conversations.simulator import webhooks
from tests.site import served


@pytest.fixture
def product(settings, transactional_db):
    """The site and a `work` beside it, on this machine."""
    call_command("seed_unit", verbosity=0)
    settings.QUIET_SECONDS = 0
    work = Work(2)
    thread = threading.Thread(target=work.run)
    with served() as settings.PORT:
        settings.EVOLUTION_API_URL = f"http://127.0.0.1:{settings.PORT}/simulator/evolution"
        thread.start()
        yield
        work.stop()
        thread.join()
        for timer in [each for each in threading.enumerate() if isinstance(each, threading.Timer)]:
            timer.join(timeout=5)
    webhooks._client.cache_clear()


def talk(monkeypatch, lines, **options):
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    said = io.StringIO()
    call_command("talk", stdout=said, **options)
    return said.getvalue()


def test_each_line_of_a_pipe_is_answered(product, monkeypatch):
    said = talk(monkeypatch, "Oi, sou a Maria\nquanto custa matemática?\n")
    assert said.index("Kumon Vila A") < said.index("R$ 375,00")


def test_a_second_talk_shows_only_what_is_new(product, monkeypatch):
    talk(monkeypatch, "Oi, sou a Maria\n")
    assert "Aqui é a" not in talk(monkeypatch, "quanto custa?\n")


def test_it_says_what_is_missing(settings, monkeypatch):
    settings.PORT = 9  # nobody listens there
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9/simulator/evolution"
    with pytest.raises(CommandError, match="start `make run` first"):
        talk(monkeypatch, "oi\n")
    settings.EVOLUTION_API_URL = "https://evolution.example.com"
    with pytest.raises(CommandError, match="EVOLUTION_API_URL is set"):
        talk(monkeypatch, "oi\n")


def test_a_number_that_is_none_is_refused(product, monkeypatch):
    with pytest.raises(CommandError, match="45"):
        talk(monkeypatch, "oi\n", phone="12")
