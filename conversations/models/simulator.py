"""The simulated phones' memory: what WhatsApp's servers and Evolution would keep."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads import phones

KINDS = {
    "audioMessage": _("Voice note"),
    "imageMessage": _("Image"),
    "stickerMessage": _("Sticker"),
    "locationMessage": _("Location"),
    "contactMessage": _("Contact card"),
}


class SimulatedParent(models.Model):
    """A parent with a phone. `jid` is the only address that the product ever learns."""

    name = models.CharField(_("display name"), max_length=60, blank=True)
    jid = models.CharField(_("WhatsApp address"), max_length=80, unique=True)
    composing_until = models.DateTimeField(_("receptionist types until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("simulated parent")
        verbose_name_plural = _("simulated parents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name or self.phone_display or self.address

    @property
    def address(self) -> str:
        return self.jid.partition("@")[0]

    @property
    def phone_display(self) -> str:
        """The number as people read it, with the ninth digit that WhatsApp leaves out."""
        phone = phones.canonical(self.jid)
        return phones.display(phone) if phone else ""

    @property
    def by_lid(self) -> bool:
        """WhatsApp hides this parent's phone behind a LID."""
        return self.jid.endswith("@lid")

    def sees_typing(self, now: datetime) -> bool:
        return self.composing_until is not None and self.composing_until > now


class SimulatedBubble(models.Model):
    """One bubble of a simulated chat, under the id that WhatsApp would have given it."""

    class Author(models.TextChoices):
        PARENT = "parent", _("Parent")
        GATEWAY = "gateway", _("Unit, by the gateway")
        UNIT_PHONE = "unit_phone", _("Unit, by its own phone")

    class Status(models.TextChoices):
        """Evolution's own words for how far a message got."""

        PENDING = "PENDING", _("Pending")
        SERVER_ACK = "SERVER_ACK", _("Sent")
        DELIVERY_ACK = "DELIVERY_ACK", _("Delivered")
        READ = "READ", _("Read")

    parent = models.ForeignKey(
        SimulatedParent,
        on_delete=models.CASCADE,
        related_name="bubbles",
        verbose_name=_("parent"),
    )
    provider_id = models.CharField(_("WhatsApp id"), max_length=40, unique=True)
    author = models.CharField(_("author"), max_length=10, choices=Author)
    message = models.JSONField(_("content"), help_text=_("As Evolution writes it"))
    quoted = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quoted"),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PENDING)
    reaction = models.CharField(_("parent's reaction"), max_length=16, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    class Meta:
        verbose_name = _("simulated bubble")
        verbose_name_plural = _("simulated bubbles")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_author_display()} {timezone.localtime(self.sent_at):%d/%m %H:%M}"

    @property
    def from_unit(self) -> bool:
        return self.author != self.Author.PARENT

    @property
    def kind(self) -> str:
        """The protobuf name of the content: "conversation", "audioMessage", …"""
        return str(next(iter(self.message)))

    @property
    def text(self) -> str:
        """The words in it: a text, or a picture's caption."""
        content = self.message[self.kind]
        return str(content if isinstance(content, str) else content.get("caption", ""))

    @property
    def label(self) -> str:
        """What a bubble without words is called."""
        return str(KINDS.get(self.kind, ""))

    @property
    def editable(self) -> bool:
        return not self.from_unit and self.kind == "conversation" and self.deleted_at is None


class SimulatorFaults(models.Model):
    """What the simulated gateway does wrong, for all phones; there is one row at most."""

    down = models.BooleanField(_("gateway answers 502"), default=False)
    disconnected = models.BooleanField(_("WhatsApp is disconnected"), default=False)
    slow = models.BooleanField(_("gateway answers after five seconds"), default=False)
    without_key = models.BooleanField(_("201 without a message id"), default=False)
    duplicates = models.BooleanField(_("every webhook comes twice"), default=False)

    class Meta:
        verbose_name = _("simulator's faults")
        verbose_name_plural = _("simulator's faults")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "SimulatorFaults":
        return cls.objects.first() or cls(pk=1)
