from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import words
from conversations.models.conversation import Conversation


class Message(models.Model):
    """One bubble. An outgoing one is its own queue: it has a `due_at` until its fate is known."""

    class Direction(models.TextChoices):
        IN = "in", _("From the parent")
        OUT = "out", _("To the parent")

    class Author(models.TextChoices):
        PARENT = "parent", _("Parent")
        BOT = "bot", _("Bot")
        STAFF = "staff", _("Team")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        AUDIO = "audio", _("Voice note")
        IMAGE = "image", _("Image")
        VIDEO = "video", _("Video")
        DOCUMENT = "document", _("Document")
        STICKER = "sticker", _("Sticker")
        LOCATION = "location", _("Location")
        CONTACT = "contact", _("Contact card")
        REACTION = "reaction", _("Reaction")
        POLL = "poll", _("Poll")
        UNSUPPORTED = "unsupported", _("Unsupported")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        UNKNOWN = "unknown", _("Unconfirmed")  # sent or not: being looked up, never resent blindly
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Dropped")  # overtaken by staff or by a newer message

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("conversation"),
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    author = models.CharField(_("author"), max_length=6, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TEXT)
    text = models.TextField(_("text"), blank=True)
    details = models.JSONField(
        _("details"), default=dict, blank=True, help_text=_("Media, location, contact or reaction")
    )
    provider_id = models.CharField(_("WhatsApp id"), max_length=200, null=True, blank=True)
    client_uuid = models.UUIDField(_("client's id"), null=True, blank=True)
    quoted_id = models.CharField(_("quoted WhatsApp id"), max_length=200, blank=True)
    rev = models.PositiveBigIntegerField(_("revision"))
    status = models.CharField(_("status"), max_length=9, choices=Status)
    sent_at = models.DateTimeField(_("sent"), help_text=_("By WhatsApp's clock"))
    created_at = models.DateTimeField(
        _("created"),
        default=timezone.now,
        editable=False,
        help_text=_("Received by the webhook, or written by a turn or by staff"),
    )
    stored_at = models.DateTimeField(_("stored"), db_default=Now(), editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    # incoming: which turn has answered it
    answered_by = models.ForeignKey(
        "conversations.Turn",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="answered",
        verbose_name=_("answered by"),
    )
    awaits_answer = models.BooleanField(_("awaits an answer"), default=False)

    # outgoing: which turn wrote it, from what, and how its sending goes
    turn = models.ForeignKey(
        "conversations.Turn",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("turn"),
    )
    segments = models.JSONField(_("provenance"), default=list, blank=True)
    epoch = models.PositiveIntegerField(_("epoch"), default=0)
    due_at = models.DateTimeField(_("sending due at"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    expires_at = models.DateTimeField(
        _("too late from"), null=True, blank=True, help_text=_("Not sent any more from then on")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    resent = models.BooleanField(
        _("sent again"), default=False, help_text=_("Once, after the gateway said it had not left")
    )
    error = models.CharField(_("error"), max_length=200, blank=True)
    accepted_at = models.DateTimeField(_("accepted by the gateway"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["conversation", "rev"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "provider_id"], name="one_message_per_provider_id"
            ),
            models.UniqueConstraint(
                fields=["conversation", "client_uuid"], name="one_message_per_client_uuid"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "rev"], name="message_resume"),
            models.Index(fields=["provider_id"], name="message_by_provider_id"),
            models.Index(fields=["created_at"], name="message_by_time"),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["failed", "unknown"]),
                name="message_not_sent",
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sends_due"),
            models.Index(
                fields=["conversation", "id"],
                condition=Q(due_at__isnull=False),
                name="sends_in_order",
            ),
            models.Index(
                fields=["conversation"], condition=Q(awaits_answer=True), name="message_unanswered"
            ),
            GinIndex(words.vector("text"), name="message_words"),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_display()} {timezone.localtime(self.sent_at):%d/%m %H:%M}"
