"""When visits can be: rules, weekly hours, what is closed, what is open besides."""

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once

LONGEST_BUFFER = 240  # minutes


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
    before_minutes = models.PositiveSmallIntegerField(
        _("free minutes before a visit"), default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    after_minutes = models.PositiveSmallIntegerField(
        _("free minutes after a visit"), default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    quiet_from = models.TimeField(
        _("quiet from"),
        default=time(20),
        help_text=_("In quiet hours no family is written to unasked. Equal times: never quiet."),
    )
    quiet_until = models.TimeField(  # two hours before the first visit of a day at nine
        _("quiet until"), default=time(7)
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("visit rules")
        verbose_name_plural = _("visit rules")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    minutes__gte=5,
                    minutes__lte=480,
                    capacity__gte=1,
                    before_minutes__lte=LONGEST_BUFFER,
                    after_minutes__lte=LONGEST_BUFFER,
                ),
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
    """A time in which nobody is received, before anything that opens.

    Holidays are filled in and busy times come from Google Calendar; staff switch them on and off
    (`active`) and add their own.
    """

    class Kind(models.TextChoices):
        NATIONAL = "national", _("national holiday")
        STATE = "state", _("state holiday")
        MUNICIPAL = "municipal", _("municipal holiday")
        OPTIONAL = "optional", _("optional day")
        STAFF = "staff", _("entered by staff")
        GOOGLE = "google", _("busy in Google Calendar")

    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), help_text=_("This moment is open again."))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAFF)
    source = models.CharField(
        _("source"), max_length=30, blank=True, editable=False, help_text=_("Empty: staff.")
    )
    external_id = models.CharField(  # Google's id of the event
        _("id at the source"), max_length=1024, blank=True, editable=False
    )
    active = models.BooleanField(
        _("closed"), default=True, help_text=_("Unmark to stay open in this time.")
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
                condition=~Q(source="") & Q(external_id=""),
                name="one_closure_per_source_and_day",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name="one_closure_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({timezone.localtime(self.starts_at):%d/%m/%Y})"

    @property
    def public_name(self) -> str:
        """What families may be told: nothing of what stands in somebody's calendar."""
        return "" if self.kind == self.Kind.GOOGLE else self.name


class ExtraOpening(models.Model):
    """A time in which visits are received beside the weekly hours; a closure closes it too."""

    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), help_text=_("At this moment it is closed."))
    name = models.CharField(_("name"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("extra opening")
        verbose_name_plural = _("extra openings")
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["ends_at"], name="extra_opening_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="extra_opening_ends_after_start",
                violation_error_message=_("The end must come after the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({timezone.localtime(self.starts_at):%d/%m/%Y})"
