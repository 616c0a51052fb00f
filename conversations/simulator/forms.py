"""What the page's forms accept."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.models import SimulatorFaults
from leads import phones

MESSAGE_LENGTH = 4096


class ParentForm(forms.Form):
    name = forms.CharField(label=_("Display name"), max_length=60)
    number = forms.CharField(label=_("Mobile number"), max_length=30, required=False)
    by_lid = forms.BooleanField(label=_("Hide the number (LID only)"), required=False)

    def clean_number(self) -> str:
        """Digits with the country's; empty when none was given."""
        number = str(self.cleaned_data["number"])
        if not number.strip():
            return ""
        phone = phones.canonical(number)
        if phone is None:
            raise forms.ValidationError(_("This is no phone number. Example: (45) 99999-0001"))
        return re.sub(r"\D", "", phone)

    def clean(self) -> None:
        given = self.cleaned_data
        if not given.get("by_lid") and not given.get("number") and "number" not in self.errors:
            self.add_error("number", _("Give a number, or hide it"))


class MessageForm(forms.Form):
    text = forms.CharField(max_length=MESSAGE_LENGTH, strip=True)
    quoted = forms.IntegerField(required=False)
    edited = forms.IntegerField(required=False)
    by_unit = forms.BooleanField(required=False)


FaultsForm = forms.modelform_factory(
    SimulatorFaults, fields=["down", "disconnected", "slow", "without_key", "duplicates"]
)
