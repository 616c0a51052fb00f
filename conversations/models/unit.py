from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once


class Unit(Dated):
    """Who the unit is and how its reception behaves, for a time (product.md section 1)."""

    name = models.CharField(_("name"), max_length=80)
    assistant_name = models.CharField(_("assistant's name"), max_length=40)
    address = models.CharField(_("address"), max_length=200)
    contact_phone = models.CharField(
        _("contact for handoff"), max_length=20, help_text=_("E.164, for example +5551996921999")
    )
    session_minutes = models.PositiveIntegerField(
        _("session, minutes"), default=120, help_text=_("After this silence a dialogue starts anew")
    )
    messages_per_hour = models.PositiveIntegerField(
        _("messages per hour"), default=50, validators=[MinValueValidator(1)]
    )
    stale_minutes = models.PositiveIntegerField(
        _("too old to answer, minutes"),
        default=10,
        help_text=_("An older message is kept and shown, but not answered"),
    )
    phone_takes_over = models.BooleanField(
        _("typing on the phone takes over"),
        default=True,
        help_text=_("Whoever types on the unit's own WhatsApp answers from then on"),
    )
    automatic_texts = models.TextField(
        _("texts the app sends by itself"),
        blank=True,
        help_text=_(
            "Greeting and away messages of the WhatsApp Business app: the first line of each, one "
            "a line. They are not taken for a person's."
        ),
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("unit")
        ordering = ["-valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            never_two_at_once("one_unit"),
        ]

    def __str__(self) -> str:
        return self.name
