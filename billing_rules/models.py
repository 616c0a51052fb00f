from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing_rules.money import format_brl
from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once


class Subject(models.Model):
    """What the unit teaches. Other packages refer to it by `code`."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class MonthlyFee(Dated):
    """R$ a month for one subject and student."""

    subject = models.ForeignKey(
        Subject,
        verbose_name=_("subject"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="monthly_fees",
        help_text=_("Empty: every subject without a fee of its own."),
    )
    amount = models.DecimalField(
        _("amount (R$)"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("monthly fee")
        verbose_name_plural = _("monthly fees")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gte=0), name="monthly_fee_not_negative"),
            never_two_at_once("one_monthly_fee_per_subject", key="subject_id"),
        ]

    def __str__(self) -> str:
        return f"{self.subject or _('every subject')}: {format_brl(self.amount)}"


class EnrolmentFee(Dated):
    """R$ once per student."""

    amount = models.DecimalField(
        _("amount (R$)"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("enrolment fee")
        verbose_name_plural = _("enrolment fees")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gte=0), name="enrolment_fee_not_negative"),
            never_two_at_once("one_enrolment_fee"),
        ]

    def __str__(self) -> str:
        return format_brl(self.amount)


class DiscountRule(Dated):
    """A reduction of monthly fees, in percent or in R$, for what each kind says."""

    class Kind(models.TextChoices):
        SECOND_SUBJECT = "second_subject", _("second subject (each subject after the first)")
        SIBLING = "sibling", _("sibling (each student after the first)")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    percent = models.DecimalField(
        _("percent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    amount = models.DecimalField(
        _("amount (R$)"), max_digits=8, decimal_places=2, null=True, blank=True
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("discount rule")
        verbose_name_plural = _("discount rules")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                # NULL > 0 is unknown, and a check lets the unknown pass
                condition=Q(percent__isnull=False, percent__gt=0, percent__lte=100, amount=None)
                | Q(amount__isnull=False, amount__gt=0, percent=None),
                name="discount_is_percent_or_amount",
                violation_error_message=_("Give a percentage up to 100 or an amount, not both."),
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(valid_until=None), name="one_open_discount_per_kind"
            ),
        ]

    def __str__(self) -> str:
        size = f"{self.percent}%" if self.percent is not None else format_brl(self.amount or 0)
        return f"{self.get_kind_display()}: {size}"
