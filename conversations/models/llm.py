from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once
from conversations.models.conversation import Conversation
from conversations.models.turn import Turn

NOT_NEGATIVE = [MinValueValidator(0)]
DOLLARS: dict[str, Any] = {
    "max_digits": 10,
    "decimal_places": 6,
    "default": Decimal(0),
    "validators": NOT_NEGATIVE,
}
PER = Decimal(1_000_000)  # tokens that a price is for


class LLMProvider(models.TextChoices):
    OPENAI = "openai", "OpenAI"
    ANTHROPIC = "anthropic", "Anthropic"


class ModelPrice(Dated):
    """What a model costs for a time, in US$ for a million tokens; one that hears, by the minute."""

    provider = models.CharField(_("provider"), max_length=12, choices=LLMProvider)
    model = models.CharField(_("model"), max_length=80)
    input = models.DecimalField(_("input"), **DOLLARS)
    cached = models.DecimalField(_("cached input"), **DOLLARS)
    written = models.DecimalField(_("written to the cache"), **DOLLARS)
    output = models.DecimalField(_("output"), **DOLLARS)
    minute = models.DecimalField(_("minute of audio"), **DOLLARS)
    shutdown_on = models.DateField(
        _("shut down on"),
        null=True,
        blank=True,
        help_text=_("When the provider switches the model off; empty while none is announced."),
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("model price")
        verbose_name_plural = _("model prices")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["model"], condition=Q(valid_until=None), name="one_open_price_per_model"
            ),
            models.CheckConstraint(
                condition=Q(input__gte=0, cached__gte=0, written__gte=0, output__gte=0)
                & Q(minute__gte=0),
                name="model_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.model


class ExchangeRate(Dated):
    """R$ for one US$."""

    brl = models.DecimalField(
        _("R$ for US$ 1"), max_digits=8, decimal_places=4, validators=NOT_NEGATIVE
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(brl__gt=0), name="exchange_rate_positive"),
            never_two_at_once("one_exchange_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.brl:f}".replace(".", ",")


class ModelCall(models.Model):
    """One call of a model: the ledger.

    `cost` is the worst case while the call runs, so what is spent and what is reserved are one sum.
    It becomes what the provider counted, or stays where nobody can know (a killed process, no
    answer in time): those are taken for spent.
    """

    class Purpose(models.TextChoices):
        UNDERSTAND = "understand", _("Understand")
        TRANSCRIBE = "transcribe", _("Voice note")

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        ANSWERED = "answered", _("Answered")
        UNGROUNDED = "ungrounded", _("Nothing of it held")
        REFUSED = "refused", _("Refused by the model")
        CUT = "cut", _("Cut short")
        BROKEN = "broken", _("Not in the agreed form")
        TIMEOUT = "timeout", _("Too slow")
        DROPPED = "dropped", _("Connection lost")
        UNREACHABLE = "unreachable", _("Unreachable")
        LIMITED = "limited", _("Too many requests")
        DENIED = "denied", _("Key not accepted")
        REJECTED = "rejected", _("Request not accepted")
        FAILED = "failed", _("Provider's error")

    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose, default=Purpose.UNDERSTAND
    )
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="model_calls",
        verbose_name=_("conversation"),
    )
    turn = models.ForeignKey(
        Turn,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="model_calls",
        verbose_name=_("turn"),
        help_text=_("Empty when a newer message or the team came in between"),
    )
    provider = models.CharField(_("provider"), max_length=12, choices=LLMProvider)
    model = models.CharField(_("model"), max_length=80)
    prompt = models.CharField(_("prompt"), max_length=12, blank=True, help_text=_("Its hash"))
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=Outcome, default=Outcome.RUNNING
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    latency_ms = models.PositiveIntegerField(_("took (ms)"), null=True, blank=True)
    input_tokens = models.PositiveIntegerField(
        _("input tokens"), default=0, help_text=_("All of them: new, cached and written")
    )
    cached_tokens = models.PositiveIntegerField(_("from the cache"), default=0)
    written_tokens = models.PositiveIntegerField(_("written to the cache"), default=0)
    output_tokens = models.PositiveIntegerField(
        _("output tokens"), default=0, help_text=_("Reasoning included")
    )
    reasoning_tokens = models.PositiveIntegerField(_("reasoning"), default=0)
    audio_seconds = models.PositiveIntegerField(_("audio (s)"), default=0)
    price = models.ForeignKey(ModelPrice, on_delete=models.PROTECT, verbose_name=_("price"))
    rate = models.ForeignKey(
        ExchangeRate, on_delete=models.PROTECT, verbose_name=_("exchange rate")
    )
    reserved = models.DecimalField(_("reserved (R$)"), max_digits=12, decimal_places=6)
    cost = models.DecimalField(_("cost (R$)"), max_digits=12, decimal_places=6)

    class Meta:
        verbose_name = _("model call")
        verbose_name_plural = _("model calls")
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["started_at"], name="model_calls_of_a_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(cost__gte=0, reserved__gte=0), name="model_call_cost_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {timezone.localtime(self.started_at):%d/%m %H:%M:%S}"
