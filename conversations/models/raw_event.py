from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RawEvent(models.Model):
    """What WhatsApp's gateway posted, as it came, without its secrets."""

    instance = models.CharField(_("instance"), max_length=80)
    event = models.CharField(_("event"), max_length=60)
    provider_key = models.CharField(
        _("provider key"), max_length=255, help_text=_("Equal for redeliveries of one event")
    )
    body = models.JSONField(_("body"))
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(
        _("due at"), null=True, blank=True, help_text=_("Until it has been tried")
    )
    error = models.CharField(_("error"), max_length=200, blank=True)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)

    class Meta:
        verbose_name = _("raw event")
        verbose_name_plural = _("raw events")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "event", "provider_key"], name="one_row_per_raw_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(due_at__isnull=False), name="raw_events_due"
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(processed_at__isnull=True),
                name="raw_events_unprocessed",
            ),
            models.Index(
                fields=["provider_key"],
                opclasses=["varchar_pattern_ops"],  # found by how it begins
                condition=models.Q(processed_at__isnull=True),
                name="raw_events_early",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {timezone.localtime(self.received_at):%d/%m %H:%M:%S}"
