from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, F, Func, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing_rules.periods import range_of_one
from leads.models import Lead


def _span(start: str, end: str) -> Func:
    return Func(
        F(start),
        Greatest(F(start), F(end)),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )


class VisitQuerySet(models.QuerySet["Visit"]):
    def active(self) -> Self:
        """Visits that hold a place."""
        return self.filter(status__in=Visit.ACTIVE)

    def ahead(self, now: datetime | Expression) -> Self:
        """Active visits that are not over."""
        return self.active().filter(ends_at__gt=now)

    def between(self, first: datetime, last: datetime) -> Self:
        """Visits that start in [first, last)."""
        return self.filter(starts_at__gte=first, starts_at__lt=last)


class Visit(models.Model):
    """One visit at one time: another time is another row, which `replaces` this one.

    `version` counts its changes, for whoever acts on what a page showed and for Google Calendar.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", _("booked")
        CONFIRMED = "confirmed", _("confirmed")
        ATTENDED = "attended", _("came")
        NO_SHOW = "no_show", _("did not come")
        CANCELLED = "cancelled", _("cancelled")
        RESCHEDULED = "rescheduled", _("moved to another time")

    class By(models.TextChoices):
        PARENT = "parent", _("parent")
        STAFF = "staff", _("staff")
        API = "api", _("API")

    ACTIVE = (Status.BOOKED, Status.CONFIRMED)

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.PROTECT, related_name="visits"
    )
    seat = models.PositiveSmallIntegerField(_("place"), default=0)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.BOOKED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaced_by",
    )
    created_by = models.CharField(_("created by"), max_length=10, choices=By)
    client_key = models.CharField(
        _("key of the request"), max_length=64, unique=True, null=True, blank=True, editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = VisitQuerySet.as_manager()
    history = HistoricalRecords()
    _history_date: datetime  # what django-simple-history dates its row with, if it is set

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at", "status"], name="visit_by_start"),
            models.Index(
                fields=["ends_at"],
                condition=Q(status__in=["booked", "confirmed"]),
                name="visit_active_by_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="visit_ends_after_start",
                violation_error_message=_("The end must come after the beginning."),
            ),
            ExclusionConstraint(
                name="one_visit_per_place",
                expressions=[
                    (range_of_one(F("seat")), RangeOperators.OVERLAPS),
                    (_span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["booked", "confirmed"]),
                violation_error_message=_("This time is already taken."),
            ),
            # A visit occupies its family from when it was booked until it is over, so that one
            # which nobody has marked as attended does not keep the family from booking again.
            ExclusionConstraint(
                name="one_active_visit_per_family",
                expressions=[
                    (range_of_one(F("lead_id")), RangeOperators.OVERLAPS),
                    (_span("created_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["booked", "confirmed"]),
                violation_error_message=_("This family already has a visit ahead."),
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%d/%m/%Y %H:%M} – {self.lead}"

    def is_ahead(self, now: datetime) -> bool:
        """What `VisitQuerySet.ahead` asks of rows."""
        return self.status in self.ACTIVE and self.ends_at > now

    def clean(self) -> None:
        # Named for the field, so that constraints over the range are not asked as well.
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the beginning.")})
