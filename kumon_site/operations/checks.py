"""What is missing or contradictory in the environment, told before anything starts."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from conversations.llm import prices

TAG = "kumon"
SHORTEST_KEY = 50
SHORTEST_TOKEN = 16
INSECURE_KEYS = ("django-insecure-", "unwritten-local-key")

Found = Iterator[checks.CheckMessage]


def refuse_unsafe() -> None:
    """Ends a process of the product that a management command has not checked."""
    errors = [each for each in checks.run_checks(tags=[TAG]) if each.is_serious()]
    if errors:
        sys.exit("\n".join(str(each) for each in errors))


@checks.register(TAG)
def environment(**kwargs: Any) -> Sequence[checks.CheckMessage]:
    """Every problem of the settings at once, so that they are mended in one go."""
    found = [*_unreadable(), *_gateway(), *_addresses()]
    if not settings.DEBUG:
        for problems in PRODUCTION:
            found += problems()
    return found


@checks.register(TAG, checks.Tags.database)
def models(databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """Models whose calls nobody could charge to the budget; asked where the database is."""
    try:
        unknown = prices.unknown(timezone.now()) if databases else []
    except (OperationalError, ProgrammingError):  # not there yet, or not migrated
        return []
    return [
        checks.Error(
            f"The model {model} has no price, so its calls could not be held to the budget.",
            hint="Correct OPENAI_MODEL, OPENAI_TRANSCRIPTION_MODEL or ANTHROPIC_MODEL, or start "
            "without that provider's key and add the price in the admin (Preços de modelos).",
            id="kumon.E013",
        )
        for model in unknown
    ]


def _unreadable() -> Found:
    for name, sentence in settings.UNREADABLE.items():
        yield checks.Error(sentence, hint=f"Correct or remove {name}.", id="kumon.E001")


def _gateway() -> Found:
    if settings.EVOLUTION_API_URL and not settings.EVOLUTION_API_KEY:
        yield checks.Error(
            "EVOLUTION_API_URL is given without EVOLUTION_API_KEY, so nothing could be sent.",
            hint="Give the instance's apikey, or remove the URL to use the simulated phone.",
            id="kumon.E010",
        )
    if not settings.EVOLUTION_INSTANCE:
        yield checks.Error(
            "EVOLUTION_INSTANCE is empty, so no message could be addressed.",
            hint="Give the instance's name in Evolution API.",
            id="kumon.E011",
        )
    if not settings.EVOLUTION_API_URL and "EVOLUTION_API_URL" not in settings.UNREADABLE:
        yield checks.Error(
            "There is neither WhatsApp's gateway nor the simulated phone: nobody can be answered.",
            hint="Give EVOLUTION_API_URL and EVOLUTION_API_KEY, or SIMULATOR=1.",
            id="kumon.E012",
        )


def _addresses() -> Found:
    for address in settings.ALERT_EMAILS:
        try:
            validate_email(address)
        except ValidationError:
            yield checks.Error(
                f"ALERT_EMAILS names “{address}”, to which no e-mail can be sent.",
                hint="Give plain addresses with commas between them: a@example.com,b@example.com",
                id="kumon.E014",
            )


def _secret_key() -> Found:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if len(key) < SHORTEST_KEY or len(set(key)) < 5 or key.startswith(INSECURE_KEYS):
        yield checks.Error(
            "SECRET_KEY is missing, short or well known: logins could be forged.",
            hint=f"Give {SHORTEST_KEY} random characters: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="kumon.E020",
        )


def _hosts() -> Found:
    hosts = set(settings.ALLOWED_HOSTS) - set(settings.LOOPBACK_HOSTS)
    if not hosts or "*" in hosts:
        yield checks.Error(
            "ALLOWED_HOSTS must name the site's own hosts, and not *.",
            hint="For example ALLOWED_HOSTS=recepcao.example.com.br",
            id="kumon.E021",
        )


def _origins() -> Found:
    scheme = "https://" if settings.SECURE_SSL_REDIRECT else ("https://", "http://")
    if not any(origin.startswith(scheme) for origin in settings.CSRF_TRUSTED_ORIGINS):
        yield checks.Error(
            "CSRF_TRUSTED_ORIGINS names no https:// origin, so the console would be refused.",
            hint="For example CSRF_TRUSTED_ORIGINS=https://recepcao.example.com.br",
            id="kumon.E022",
        )


def _webhook_token() -> Found:
    if len(settings.EVOLUTION_WEBHOOK_TOKEN) < SHORTEST_TOKEN:
        yield checks.Error(
            "EVOLUTION_WEBHOOK_TOKEN is missing or short: anybody could write as a family.",
            hint=f"Give at least {SHORTEST_TOKEN} random characters, and the same to Evolution "
            "API as the webhook's header X-Webhook-Token.",
            id="kumon.E023",
        )


def _metrics_token() -> Found:
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield checks.Error(
            "METRICS_TOKEN is short enough to be guessed.",
            hint=f"Give at least {SHORTEST_TOKEN} random characters, or none: then only "
            "neighbours on a private network may read /metrics.",
            id="kumon.E024",
        )


def _simulator() -> Found:
    if settings.SIMULATED_GATEWAY:
        yield checks.Warning(
            "The simulated phone stands in WhatsApp's place: no family is reached.",
            hint="Give EVOLUTION_API_URL and EVOLUTION_API_KEY, unless this is a demonstration.",
            id="kumon.W030",
        )
    elif settings.SIMULATOR:
        yield checks.Error(
            "SIMULATOR is on beside the real gateway: invented families would mix with real ones.",
            hint="Remove SIMULATOR.",
            id="kumon.E025",
        )


def _servers() -> Found:
    embedded = {"DATABASE_URL": settings.EMBEDDED_POSTGRES, "REDIS_URL": settings.EMBEDDED_REDIS}
    for number, (name, here) in enumerate(embedded.items(), start=31):
        if here:
            yield checks.Warning(
                f"{name} is missing, so the embedded server in {settings.DATA_DIR} is used.",
                hint="It serves one machine, and nobody backs it up: give a real server's URL.",
                id=f"kumon.W0{number}",
            )


def _alerts() -> Found:
    if not settings.ALERT_EMAILS:
        yield checks.Info(
            "ALERT_EMAILS is empty: nobody is told when families are not answered.",
            hint="Give the addresses of those who look after the reception.",
            id="kumon.I034",
        )
    elif settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield checks.Info(
            "EMAIL_URL is missing, so alerts' e-mails only go to the log.",
            hint="For example EMAIL_URL=smtp+tls://user:password@mail.example.com:587",
            id="kumon.I035",
        )


def _transport() -> Found:
    if not settings.SECURE_SSL_REDIRECT:
        yield checks.Warning(
            "SECURE_SSL_REDIRECT is off: passwords and families' data travel in the open.",
            hint="Remove it behind a proxy that ends TLS and sends X-Forwarded-Proto.",
            id="kumon.W033",
        )


PRODUCTION: tuple[Callable[[], Found], ...] = (
    _secret_key,
    _hosts,
    _origins,
    _webhook_token,
    _metrics_token,
    _simulator,
    _servers,
    _alerts,
    _transport,
)
