from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateTimeRangeField,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once, range_of_one
from leads.models import Lead


class VisitRules(Dated):
    """How visits are booked, for the whole unit."""

    minutes = models.PositiveSmallIntegerField(
        _("minutes of a visit"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
    )
    capacity = models.PositiveSmallIntegerField(
        _("visits at the same time"), default=1, validators=[MinValueValidator(1)]
    )
    notice_minutes = models.PositiveIntegerField(_("minutes of notice"), default=60)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead"), default=30)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("visit rules")
        verbose_name_plural = _("visit rules")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=480, capacity__gte=1),
                name="visit_rules_are_possible",
            ),
            never_two_at_once("one_row_of_visit_rules"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min × {self.capacity}"


class OpeningHours(Dated):
    """One stretch of one weekday in which visits are received; `closes` is already closed."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens", "-valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(weekday__lte=6, closes__gt=F("opens")),
                name="opening_hours_are_possible",
                violation_error_message=_("It must close after it opens."),
            ),
            models.UniqueConstraint(
                fields=["weekday", "opens"],
                condition=Q(valid_until=None),
                name="one_open_row_of_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Closure(models.Model):
    """A time in which nobody is received. Holidays are filled in; staff switch them off or add."""

    class Kind(models.TextChoices):
        NATIONAL = "national", _("national holiday")
        STATE = "state", _("state holiday")
        MUNICIPAL = "municipal", _("municipal holiday")
        STAFF = "staff", _("entered by staff")

    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), help_text=_("This moment is open again."))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAFF)
    source = models.CharField(
        _("source"), max_length=30, blank=True, editable=False, help_text=_("Empty: staff.")
    )
    active = models.BooleanField(
        _("closed"), default=True, help_text=_("Unmark to stay open on this holiday.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["ends_at"], name="closure_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="closure_ends_after_start",
                violation_error_message=_("The end must come after the beginning."),
            ),
            models.UniqueConstraint(
                fields=["source", "starts_at"],
                condition=~Q(source=""),
                name="one_closure_per_source_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({timezone.localtime(self.starts_at):%d/%m/%Y})"


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

    def ahead(self, now: datetime) -> Self:
        """Active visits that are not over."""
        return self.active().filter(ends_at__gt=now)

    def between(self, first: datetime, last: datetime) -> Self:
        """Visits that start in [first, last)."""
        return self.filter(starts_at__gte=first, starts_at__lt=last)


class Visit(models.Model):
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

    def clean(self) -> None:
        # Named for the field, so that constraints over the range are not asked as well.
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the beginning.")})
