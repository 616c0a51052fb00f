from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation

# Who understood, as staff read it. Another provider goes by its own name until it stands here.
UNDERSTOOD_BY = {
    "closed": _("reading of the answer to our question"),
    "rules": _("rules, without a model"),
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "failed": _("nobody: it failed"),
}


class Turn(models.Model):
    """One answered burst: what was understood, what was decided, and why it was said."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="turns", verbose_name=_("conversation")
    )
    epoch = models.PositiveIntegerField(_("epoch"))
    due_at = models.DateTimeField(
        _("due"), null=True, blank=True, help_text=_("When the burst was over")
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    tier = models.CharField(_("understood by"), max_length=20)
    trace = models.JSONField(
        _("trace"), default=dict, help_text=_("Commands, knowledge used, acts, rule rows, timings")
    )

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["-started_at"], name="turn_by_time")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.started_at):%d/%m %H:%M:%S}"

    @property
    def understood_by(self) -> str:
        return str(UNDERSTOOD_BY.get(self.tier, self.tier))
