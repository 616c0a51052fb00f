"""What is known of the unit's calendar at Google: each visit's event, and the last look at all."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.visits import Visit


class VisitEventQuerySet(models.QuerySet["VisitEvent"]):
    def stale(self) -> Self:
        """Events that differ from their visit as it is now, questions to staff left out.

        A visit that was erased leaves its event behind, which then goes as well.
        """
        changed = Q(visit=None) | ~Q(pushed_version=F("visit__version"))
        standing = ~Q(visit__status__in=Visit.ACTIVE) | Q(question="")
        return self.filter(changed & (Q(visit=None) | standing))

    def due(self, now: datetime) -> Self:
        return self.stale().filter(due_at__lte=now)

    def questions(self) -> Self:
        """Changes by a person in Google that staff have not decided on."""
        return self.exclude(question="")


class VisitEvent(models.Model):
    """A visit's event in Google Calendar: what stands there as far as we know, and what is asked.

    Google is brought to the visit's present state until `pushed_version` is the visit's version.
    """

    class Question(models.TextChoices):
        MOVED = "moved", _("moved in Google Calendar")
        DELETED = "deleted", _("deleted in Google Calendar")

    visit = models.OneToOneField(
        Visit,
        verbose_name=_("visit"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="event",
    )
    event_id = models.CharField(_("id in Google Calendar"), max_length=64, unique=True)
    etag = models.CharField(  # empty: it may not exist there
        _("version in Google Calendar"), max_length=200, blank=True
    )
    pushed_version = models.PositiveIntegerField(_("version of the visit there"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=60, blank=True)
    question = models.CharField(
        _("change in Google Calendar"), max_length=10, choices=Question, blank=True
    )
    asked_at = models.DateTimeField(_("noticed at"), null=True)
    there_starts_at = models.DateTimeField(_("starts at, in Google Calendar"), null=True)
    there_ends_at = models.DateTimeField(_("ends at, in Google Calendar"), null=True)

    objects = VisitEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event in Google Calendar")
        verbose_name_plural = _("events in Google Calendar")
        ordering = ["-visit__starts_at", "-id"]
        indexes = [
            models.Index(fields=["asked_at"], condition=~Q(question=""), name="event_questions")
        ]

    def __str__(self) -> str:
        return str(self.visit or self.event_id)


class CalendarSync(models.Model):
    """The one row about Google Calendar as a whole; whoever holds its lease speaks to Google."""

    ONLY = 1

    calendar_id = models.CharField(max_length=255, blank=True)  # the one that the rest is about
    sync_token = models.TextField(blank=True)  # empty: everything is read anew
    complete_at = models.DateTimeField(null=True)  # when everything was last read
    succeeded_at = models.DateTimeField(null=True)  # when both sides last agreed
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # Google asked to be left alone until then
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("Google Calendar")
        verbose_name_plural = _("Google Calendar")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_about_google_calendar")
        ]

    def __str__(self) -> str:
        return self.calendar_id
