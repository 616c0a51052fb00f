from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conversations.models import reasons


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def waiting_first(self) -> Self:
        return self.order_by(F("waiting_since").asc(nulls_last=True), "-last_message_at")


class Conversation(models.Model):
    """One family's chat with the unit's number. It is a queue too: `due_at` says a turn waits."""

    class Mode(models.TextChoices):
        BOT = "bot", _("Bot")
        WAITING = "waiting", _("Waiting")
        HUMAN = "human", _("With the team")
        CLOSED = "closed", _("Closed")

    LAST_TEXT = 120  # characters of the newest bubble that the list shows

    lead = models.OneToOneField(
        "leads.Lead", on_delete=models.PROTECT, related_name="conversation", verbose_name=_("lead")
    )
    instance = models.CharField(_("instance"), max_length=80)
    phone = models.CharField(_("phone"), max_length=20, null=True, blank=True)
    lid = models.CharField(_("WhatsApp LID"), max_length=80, null=True, blank=True)
    reply_to = models.CharField(
        _("reply address"), max_length=80, help_text=_("The jid WhatsApp used; replies go there")
    )
    push_name = models.CharField(_("display name"), max_length=120, blank=True)

    mode = models.CharField(_("mode"), max_length=8, choices=Mode, default=Mode.BOT)
    epoch = models.PositiveIntegerField(_("epoch"), default=0)
    rev = models.PositiveBigIntegerField(_("revision"), default=0)

    due_at = models.DateTimeField(_("turn due at"), null=True, blank=True)
    burst_started_at = models.DateTimeField(_("burst began at"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    unattended = models.BooleanField(
        _("not yet shown as read"), default=False, help_text=_("Blue ticks and typing are due")
    )
    attempts = models.PositiveSmallIntegerField(
        _("failed attempts"), default=0, help_text=_("To answer what waits now")
    )

    dialogue = models.JSONField(_("dialogue"), default=dict, blank=True)
    dialogue_at = models.DateTimeField(_("dialogue's last step"), null=True, blank=True)

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    handoff_reason = models.CharField(_("handoff reason"), max_length=40, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    limited_until = models.DateTimeField(_("limited until"), null=True, blank=True)

    unread = models.PositiveIntegerField(_("unread"), default=0)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    last_inbound_at = models.DateTimeField(_("last message of the parent"), null=True, blank=True)
    last_text = models.CharField(_("last text"), max_length=LAST_TEXT, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_message_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "phone"], name="one_conversation_per_phone"
            ),
            models.UniqueConstraint(fields=["instance", "lid"], name="one_conversation_per_lid"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="turns_due"),
            models.Index(fields=["id"], condition=Q(unattended=True), name="unattended"),
            models.Index(fields=["mode", "-last_message_at"], name="conversation_list"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What staff call this conversation: the parent's name, the display name, or the number."""
        return str(self.lead.parent_name or self.push_name or self.phone or _("Unknown number"))

    def touch(self) -> int:
        """The next revision, for a change made under this row's lock; the caller saves."""
        self.rev += 1
        return self.rev

    def answers_by_bot(self) -> bool:
        return self.mode in (self.Mode.BOT, self.Mode.CLOSED)

    def session_expired(self, now: datetime, minutes: int) -> bool:
        """Silence longer than the unit's session: the dialogue starts anew, the family is known."""
        return (
            self.dialogue_at is not None and (now - self.dialogue_at).total_seconds() > minutes * 60
        )


class Handoff(models.Model):
    """A ticket for staff: why a person is needed and what was said so far."""

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="handoffs",
        verbose_name=_("conversation"),
    )
    reason = models.CharField(_("reason"), max_length=40)
    summary = models.TextField(_("summary"), blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("finished by"),
    )

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(finished_at__isnull=True),
                name="one_open_handoff",
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation}: {self.why}"

    @property
    def why(self) -> str:
        return reasons.shown(self.reason)
