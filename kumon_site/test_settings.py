"""The environment as an operator gets it wrong: sentences, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent
SAFE = {
    "DEBUG": "0",
    "SECRET_KEY": "Zq3-a_long_and_random_key_that_nobody_has_seen_before_0123456789",
    "ALLOWED_HOSTS": "reception.example",
    "CSRF_TRUSTED_ORIGINS": "https://reception.example",
    "DATABASE_URL": "postgresql://reception@database.example/reception",
    "REDIS_URL": "redis://redis.example/0",
    "EVOLUTION_API_URL": "https://evolution.example",
    "EVOLUTION_API_KEY": "key-of-the-gateway",
    "EVOLUTION_WEBHOOK_TOKEN": "a-token-long-enough",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")

    def run(environment, *command):
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, *(command or ("manage.py", "check"))],
            cwd=BASE_DIR,
            env=clean | {"DATA_DIR": str(folder)} | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def test_a_laptop_needs_no_setting(run):
    done = run({})
    assert (done.returncode, done.stderr) == (0, "")


def test_a_complete_production_has_nothing_to_say(run):
    done = run(SAFE, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_everything_wrong_at_once_is_told_at_once_and_without_a_traceback(run):
    wrong = {
        "DEBUG": "perhaps",
        "PORT": "abc",
        "QUIET_SECONDS": "-1",
        "TIME_ZONE": "Mars/Base",
        "DATABASE_URL": "mysql://me:secret@host/x",
        "REDIS_URL": "localhost:6379",
        "EVOLUTION_API_URL": "evolution",
    }
    done = run(wrong)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "secret@" not in done.stderr
    assert done.stderr.count("kumon.E001") == done.stderr.count("HINT:") == len(wrong)


def test_an_empty_production_names_every_missing_setting(run):
    done = run({"DEBUG": "0"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for each in ("E012", "E020", "E021", "E022", "E023", "W031", "W032"):
        assert f"kumon.{each}" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "up"),
        ("manage.py", "work"),
        ("-m", "uvicorn", "kumon_site.asgi:application", "--port", "0"),
        ("-m", "celery", "-A", "kumon_site", "--skip-checks", "worker", "--pool", "solo"),
        ("-m", "celery", "-A", "kumon_site", "--skip-checks", "beat", "--pidfile", ""),
    ],
)
def test_no_process_starts_on_unsafe_values(run, command):
    done = run(SAFE | {"SECRET_KEY": "short", "C_FORCE_ROOT": "1"}, *command)
    assert done.returncode != 0
    assert "kumon.E020" in done.stderr
    assert "Traceback" not in done.stderr


PROBE = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client()
answers = {path: client.get(path, **json.loads(sys.argv[1])).status_code for path in sys.argv[2:]}
print(json.dumps(answers))
"""


def statuses(run, environment, headers, *paths):
    environment = environment | {"DJANGO_SETTINGS_MODULE": "kumon_site.settings"}
    done = run(environment, "-W", "ignore", "-c", PROBE, json.dumps(headers), *paths)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]).values())


PROBES = ("/health/live", "/api/v1/health/live/", "/metrics")


def test_probes_are_not_sent_to_https(run):
    headers = {"HTTP_HOST": "reception.example", "REMOTE_ADDR": "8.8.8.8"}
    answers = statuses(run, SAFE, headers, "/admin/login/", *PROBES)
    assert answers == [301, 200, 200, 403]


def test_behind_a_proxy_that_ended_tls_pages_open(run):
    headers = {"HTTP_HOST": "reception.example", "HTTP_X_FORWARDED_PROTO": "https"}
    assert statuses(run, SAFE, headers, "/api/v1/leads/") == [401]


def test_production_without_tls_can_be_used(run):
    plain = SAFE | {"SECURE_SSL_REDIRECT": "0", "CSRF_TRUSTED_ORIGINS": "http://10.0.0.5:8000"}
    assert statuses(run, plain, {"HTTP_HOST": "reception.example"}, "/api/v1/leads/") == [401]
    program = (
        "import kumon_site.settings as s; print(s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)"
    )
    assert run(plain, "-c", program).stdout.split() == ["False", "0"]
    assert run(SAFE, "-c", program).stdout.split() == ["True", "31536000"]


def test_a_probe_on_the_machine_itself_is_never_a_wrong_host(run):
    assert statuses(run, SAFE, {"HTTP_HOST": "127.0.0.1:8000"}, "/health/live") == [200]
