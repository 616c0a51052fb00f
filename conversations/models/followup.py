from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing_rules.periods import Dated, DatedQuerySet, never_two_at_once
from conversations.models.conversation import Conversation
from conversations.models.message import Message
from scheduling.models import Visit

WINDOW_HOURS = 24  # WhatsApp lets a business write freely this long after a person's last message


class FollowupRules(Dated):
    """What the unit says first, and when, for a time."""

    early_reminder_hours = models.PositiveSmallIntegerField(
        _("first reminder, hours before"),
        default=24,
        validators=[MaxValueValidator(168)],
        help_text=_("Only for visits booked earlier than that. 0: none"),
    )
    late_reminder_hours = models.PositiveSmallIntegerField(
        _("second reminder, hours before"),
        default=2,
        validators=[MaxValueValidator(24)],
        help_text=_("Only for visits booked earlier than that. 0: none"),
    )
    invitation = models.BooleanField(
        _("send the visit's calendar file"),
        default=True,
        help_text=_("A link, once the talk in which the visit was booked is over"),
    )
    thanks = models.BooleanField(_("thank after a visit"), default=True)
    no_show_message = models.BooleanField(_("offer another time when nobody came"), default=True)
    nudge_hours = models.PositiveSmallIntegerField(
        _("ask once again after silence, hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(WINDOW_HOURS - 1)],
        help_text=_("Only families who left a question of ours open, once. Empty: never"),
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("rules for messages we start")
        verbose_name_plural = _("rules for messages we start")
        constraints = [
            *Dated.Meta.constraints,
            never_two_at_once("one_row_of_followup_rules"),
        ]

    def __str__(self) -> str:
        return f"{self.early_reminder_hours} h, {self.late_reminder_hours} h"

    @property
    def early_lead(self) -> timedelta:
        return timedelta(hours=self.early_reminder_hours)

    @property
    def late_lead(self) -> timedelta:
        return timedelta(hours=self.late_reminder_hours)


class Followup(models.Model):
    """One thing we say first. It waits until `due_at`, is claimed by one process, and is settled:
    said, or dropped with its reason."""

    class Kind(models.TextChoices):
        EARLY = "early", _("first reminder")
        LATE = "late", _("second reminder")
        INVITATION = "invite", _("calendar file of the visit")
        THANKS = "thanks", _("thanks after the visit")
        NO_SHOW = "no_show", _("another time after a no-show")
        NUDGE = "nudge", _("asked once again")

    class Outcome(models.TextChoices):
        WAITING = "", _("not yet")
        SAID = "said", _("sent to the family")
        DROPPED = "dropped", _("not sent")

    class Why(models.TextChoices):
        NONE = "", "–"
        LATE = "late", _("it would have come too late")
        TEAM = "team", _("the conversation is with the team")
        OPTED_OUT = "opted_out", _("the family asked not to be written to")
        OVERTAKEN = "overtaken", _("something else happened meanwhile")
        BUSY = "busy", _("the family is writing")
        QUIET = "quiet", _("not at this hour")
        UNBACKED = "unbacked", _("the text was refused")

    BEFORE_THE_VISIT = (Kind.EARLY, Kind.LATE, Kind.INVITATION)

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="followups",
        verbose_name=_("conversation"),
    )
    visit = models.ForeignKey(
        Visit,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="followups",
        verbose_name=_("visit"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    due_at = models.DateTimeField(_("due at"))
    expires_at = models.DateTimeField(_("too late from"))
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING, blank=True
    )
    why = models.CharField(_("why not"), max_length=10, choices=Why, default=Why.NONE, blank=True)
    message = models.OneToOneField(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="followup",
        verbose_name=_("message"),
    )

    class Meta:
        verbose_name = _("message we start")
        verbose_name_plural = _("messages we start")
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind"], name="one_followup_of_a_kind"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(kind="nudge"),
                name="one_nudge_for_a_family",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("due_at")), name="followup_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | Q(settled_at__isnull=False),
                name="followup_settled_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(kind="nudge", visit=None) | Q(visit__isnull=False),
                name="followup_is_of_a_visit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(settled_at__isnull=True), name="followups_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.due_at):%d/%m %H:%M}"
