"""What staff send about a visit. Everything is checked again by `scheduling.booking`."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STEPS = ("confirm", "attended", "no_show", "move", "cancel")


class MomentField(forms.CharField):
    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            given = datetime.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(_("Choose a time.")) from None
        return given if given.tzinfo else timezone.make_aware(given)


class TimeForm(forms.Form):
    """When a family comes; `client_key` makes a repeated request the same request."""

    starts_at = MomentField()
    client_key = forms.UUIDField()


class StepForm(forms.Form):
    """One step of a visit, with the version of it that the page showed."""

    step = forms.ChoiceField(choices=[(step, step) for step in STEPS])
    version = forms.IntegerField(min_value=0)
    starts_at = MomentField(required=False)
    reason = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("step") == "move" and not given.get("starts_at"):
            self.add_error("starts_at", _("Choose a time."))
        return given
