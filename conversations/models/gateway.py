from django.db import models
from django.utils.translation import gettext_lazy as _


class GatewayState(models.Model):
    """What the gateway last said about its connection to WhatsApp, by instance."""

    instance = models.CharField(_("instance"), max_length=80, unique=True)
    state = models.CharField(
        _("state"), max_length=20, blank=True, help_text=_("open, connecting, close or refused")
    )
    reason = models.IntegerField(_("reason"), null=True, blank=True)
    changed_at = models.DateTimeField(_("since"), null=True, blank=True)
    # Whoever sees the code may pair the unit's number with a phone: kept only while it is valid.
    code_image = models.TextField(_("QR code"), blank=True)
    pairing_code = models.CharField(_("pairing code"), max_length=40, blank=True)
    code_at = models.DateTimeField(_("code shown"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway's state")
        verbose_name_plural = _("gateway's states")
        permissions = [("pair_gateway", "Can see the code that pairs WhatsApp")]

    def __str__(self) -> str:
        return f"{self.instance}: {self.state}"
