from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing_rules.periods import Dated, DatedQuerySet


class TextOverride(Dated):
    """The unit's own version of a text for parents; without one the file's version holds."""

    name = models.CharField(
        _("text"), max_length=80, help_text=_("The file's name in templates/whatsapp, without .txt")
    )
    wordings = models.TextField(
        _("wordings"), help_text=_("One or more versions, separated by a line with only ---")
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("text of the unit")
        verbose_name_plural = _("texts of the unit")
        ordering = ["name", "-valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(valid_until__isnull=True),
                name="one_open_text_override_per_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name
