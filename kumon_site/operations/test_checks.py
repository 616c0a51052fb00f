import pytest
from django.core.management import call_command

from kumon_site.operations import checks

KEY = "Zq3-a_long_and_random_key_that_nobody_has_seen_before_0123456789"
SAFE = {
    "DEBUG": False,
    "UNREADABLE": {},
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": ["reception.example", "127.0.0.1", "localhost"],
    "CSRF_TRUSTED_ORIGINS": ["https://reception.example"],
    "SECURE_SSL_REDIRECT": True,
    "EMBEDDED_POSTGRES": False,
    "EMBEDDED_REDIS": False,
    "EVOLUTION_API_URL": "https://evolution.example",
    "EVOLUTION_API_KEY": "key-of-the-gateway",
    "EVOLUTION_INSTANCE": "unit",
    "EVOLUTION_WEBHOOK_TOKEN": "a-token-long-enough",
    "METRICS_TOKEN": "",
    "ALERT_EMAILS": ["staff@reception.example"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SIMULATOR": False,
    "SIMULATED_GATEWAY": False,
}
LOOPBACK = ["127.0.0.1", "localhost"]


@pytest.fixture
def found(settings):
    def found(**changes):
        for name, value in (SAFE | changes).items():
            setattr(settings, name, value)
        messages = checks.environment()
        assert all(each.hint and each.msg.endswith(".") for each in messages)
        return [each.id for each in messages]

    return found


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"UNREADABLE": {"PORT": "PORT=abc cannot be read."}}, ["kumon.E001"]),
        ({"EVOLUTION_API_KEY": ""}, ["kumon.E010"]),
        ({"EVOLUTION_INSTANCE": ""}, ["kumon.E011"]),
        ({"EVOLUTION_API_URL": ""}, ["kumon.E012"]),
        ({"SECRET_KEY": ""}, ["kumon.E020"]),
        ({"SECRET_KEY": "short"}, ["kumon.E020"]),
        ({"SECRET_KEY": "a" * 60}, ["kumon.E020"]),
        ({"SECRET_KEY": f"django-insecure-{KEY}"}, ["kumon.E020"]),
        ({"ALLOWED_HOSTS": LOOPBACK}, ["kumon.E021"]),
        ({"ALLOWED_HOSTS": ["*", *LOOPBACK]}, ["kumon.E021"]),
        ({"CSRF_TRUSTED_ORIGINS": []}, ["kumon.E022"]),
        ({"CSRF_TRUSTED_ORIGINS": ["http://reception.example"]}, ["kumon.E022"]),
        ({"EVOLUTION_WEBHOOK_TOKEN": ""}, ["kumon.E023"]),
        ({"EVOLUTION_WEBHOOK_TOKEN": "short"}, ["kumon.E023"]),
        ({"METRICS_TOKEN": "short"}, ["kumon.E024"]),
        ({"METRICS_TOKEN": "long-enough-to-hold"}, []),
        ({"ALERT_EMAILS": []}, ["kumon.I034"]),
        ({"ALERT_EMAILS": ["a@x.com;b@y.com", "c@z.com", "staff"]}, ["kumon.E014"] * 2),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["kumon.I035"]),
        ({"SIMULATOR": True}, ["kumon.E025"]),
        ({"SIMULATOR": True, "SIMULATED_GATEWAY": True}, ["kumon.W030"]),
        ({"EMBEDDED_POSTGRES": True}, ["kumon.W031"]),
        ({"EMBEDDED_REDIS": True}, ["kumon.W032"]),
        ({"SECURE_SSL_REDIRECT": False}, ["kumon.W033"]),
        (
            {"SECURE_SSL_REDIRECT": False, "CSRF_TRUSTED_ORIGINS": ["http://10.0.0.5"]},
            ["kumon.W033"],
        ),
    ],
)
def test_production(found, changes, ids):
    assert found(**changes) == ids


def test_a_laptop_may_be_unsafe(found):
    assert found(DEBUG=True, SECRET_KEY="short", ALLOWED_HOSTS=["*"], EMBEDDED_REDIS=True) == []


def test_several_problems_are_told_together(found):
    assert found(EVOLUTION_API_KEY="", SECRET_KEY="", METRICS_TOKEN="x") == [
        "kumon.E010",
        "kumon.E020",
        "kumon.E024",
    ]


def test_a_process_ends_with_the_sentences(found, settings):
    found(SECRET_KEY="short")
    with pytest.raises(SystemExit, match=r"kumon\.E020.*\n.*HINT"):
        checks.refuse_unsafe()
    found(EMBEDDED_REDIS=True)
    checks.refuse_unsafe()  # a warning stops nothing


@pytest.mark.django_db
def test_a_model_without_a_price_is_refused_where_the_database_is(settings):
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "key", "gpt-0-nobody"
    settings.OPENAI_TRANSCRIPTION_MODEL, settings.ANTHROPIC_API_KEY = "gpt-transcribe", ""
    call_command("seed_unit")
    assert checks.models() == []
    (found,) = checks.models(databases=["default"])
    assert found.id == "kumon.E013"
    assert "gpt-0-nobody" in found.msg
    assert "OPENAI_MODEL" in found.hint
