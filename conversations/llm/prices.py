"""What models cost and until when they exist: dated rows, seeded once and then staff's to keep."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from conversations.models import ExchangeRate, LLMProvider, ModelPrice

SOON = timedelta(days=30)

OPENAI, ANTHROPIC = LLMProvider.OPENAI, LLMProvider.ANTHROPIC
# The providers' price lists of November 2026: US$ for a million tokens of new input, of input from
# the cache, of input written to it (five minutes), of output.
TEXT: dict[str, tuple[LLMProvider, str, str, str, str]] = {
    "gpt-6-luna": (OPENAI, "0.10", "0.01", "0.125", "0.50"),
    "gpt-6.1-terra": (OPENAI, "1.00", "0.05", "1.25", "5.00"),
    "gpt-6-sol": (OPENAI, "2.00", "0.20", "2.50", "10.00"),
    "gpt-5.6-luna": (OPENAI, "0.20", "0.02", "0.25", "1.20"),
    "claude-haiku-5-5": (ANTHROPIC, "0.10", "0.01", "0.125", "0.50"),
    "claude-haiku-4-5": (ANTHROPIC, "1.00", "0.10", "1.25", "5.00"),
}
# US$ for a minute of audio, and the day on which the provider switches the model off.
AUDIO: dict[str, tuple[str, date | None]] = {
    "gpt-transcribe": ("0.0045", None),
    "gpt-4o-mini-transcribe": ("0.003", date(2027, 2, 26)),
}


def seed(since: datetime) -> None:
    """First prices and the first exchange rate, each only where there is none yet."""
    known = set(ModelPrice.objects.values_list("model", flat=True))
    rows = [
        ModelPrice(
            valid_from=since,
            model=model,
            provider=provider,
            **dict(zip(("input", "cached", "written", "output"), map(Decimal, cost), strict=True)),
        )
        for model, (provider, *cost) in TEXT.items()
    ]
    rows += [
        ModelPrice(
            valid_from=since, model=model, provider=OPENAI, minute=Decimal(minute), shutdown_on=day
        )
        for model, (minute, day) in AUDIO.items()
    ]
    ModelPrice.objects.bulk_create(row for row in rows if row.model not in known)
    if not ExchangeRate.objects.exists():
        ExchangeRate.objects.create(valid_from=since, brl=settings.USD_BRL)


def wanted() -> list[str]:
    """The models that this copy of the product would call."""
    models = []
    if settings.OPENAI_API_KEY:
        models += [settings.OPENAI_MODEL, settings.OPENAI_TRANSCRIPTION_MODEL]
    if settings.ANTHROPIC_API_KEY:
        models.append(settings.ANTHROPIC_MODEL)
    return models


def unknown(now: datetime) -> list[str]:
    """Models that are wanted and have no price at `now`."""
    priced = set(ModelPrice.objects.at(now).values_list("model", flat=True))
    return [model for model in wanted() if model not in priced]


def ending(now: datetime) -> list[ModelPrice]:
    """Prices of wanted models that are switched off within thirty days, or are already."""
    until = timezone.localdate(now) + SOON
    return list(
        ModelPrice.objects.at(now)
        .filter(model__in=wanted(), shutdown_on__lt=until)
        .order_by("shutdown_on", "model")
    )
