from django.db import models
from django.utils.translation import gettext_lazy as _


class UnansweredQuestion(models.Model):
    """What parents asked and no entry answers: a proposal for the knowledge base.

    Kept without the family: only the words, names and numbers left out.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("became an entry")
        DISMISSED = "dismissed", _("dismissed")

    gist = models.CharField(_("gist"), max_length=300, unique=True, editable=False)
    wording = models.CharField(_("question"), max_length=200)
    asked = models.PositiveIntegerField(_("times asked"), default=1)
    first_asked_at = models.DateTimeField(_("first asked"))
    last_asked_at = models.DateTimeField(_("last asked"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)

    class Meta:
        verbose_name = _("unanswered question")
        verbose_name_plural = _("unanswered questions")
        ordering = ["-asked", "-last_asked_at"]

    def __str__(self) -> str:
        return self.wording
