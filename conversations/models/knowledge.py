from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing_rules.periods import Dated, DatedQuerySet


class KnowledgeEntry(Dated):
    """An answer that the unit gives, with the ways parents ask for it."""

    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("answer"),
        help_text=_("No prices, hours, dates or phones: those come from the unit's rules"),
    )
    questions = ArrayField(
        models.CharField(max_length=200), verbose_name=_("ways to ask"), default=list, blank=True
    )

    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("knowledge entry")
        verbose_name_plural = _("knowledge base")
        ordering = ["title"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(valid_until__isnull=True),
                name="one_open_knowledge_entry_per_key",
            ),
        ]

    def __str__(self) -> str:
        return self.title
