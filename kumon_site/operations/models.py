"""What the operations keep: alerts with whom they were told to, and how the figures went."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> Self:
        return self.filter(resolved_at=None)

    def open(self) -> Self:
        """Those that have held for as long as their rule asks."""
        return self.unresolved().exclude(opened_at=None)


class Alert(models.Model):
    """A rule that holds (alerts/rules.py), from the first time it was seen until it is over."""

    class Level(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        WARNING = "warning", _("Warning")
        INFO = "info", _("Info")

    rule = models.CharField(_("rule"), max_length=40)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    detail = models.CharField(_("what was found"), max_length=300)
    since = models.DateTimeField(_("first seen"))
    opened_at = models.DateTimeField(
        _("opened"), null=True, blank=True, help_text=_("Empty while it has not held long enough")
    )
    seen_at = models.DateTimeField(_("last seen"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=Q(resolved_at=None), name="one_open_alert_per_rule"
            )
        ]

    def __str__(self) -> str:
        return self.rule


class Telling(models.Model):
    """One message about an alert to one address. It is its own queue, as messages are."""

    class Means(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WHATSAPP = "whatsapp", _("WhatsApp")

    class Occasion(models.TextChoices):
        OPENED = "opened", _("opened")
        STILL_OPEN = "still_open", _("still open")
        RESOLVED = "resolved", _("resolved")

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="tellings", verbose_name=_("alert")
    )
    means = models.CharField(_("means"), max_length=8, choices=Means)
    address = models.CharField(_("address"), max_length=254)
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "means", "address", "occasion"], name="each_telling_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="tellings_due")
        ]

    def __str__(self) -> str:
        return f"{self.get_means_display()}: {self.get_occasion_display()}"


class Sample(models.Model):
    """A figure as it was at a minute; what trends and the performance page's history read."""

    name = models.CharField(_("figure"), max_length=60)
    at = models.DateTimeField(_("at"))
    value = models.FloatField(_("value"))

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        ordering = ["name", "at"]
        constraints = [models.UniqueConstraint(fields=["name", "at"], name="one_sample_per_minute")]
        indexes = [models.Index(fields=["at"], name="sample_by_age")]

    def __str__(self) -> str:
        return self.name
