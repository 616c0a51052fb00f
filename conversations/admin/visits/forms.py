"""Booking from the board. Everything is checked again by `scheduling.booking`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.visits.forms import MomentField
from leads.models import Lead
from leads.phones import canonical


class BookForm(forms.Form):
    """A visit of a family that is known (`lead`), or of a new one (`name`, `phone`)."""

    at = MomentField()
    client_key = forms.UUIDField()
    lead = forms.ModelChoiceField(Lead.objects.all(), required=False)
    name = forms.CharField(max_length=120, required=False)
    phone = forms.CharField(max_length=30, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("lead"):
            return given
        if not given.get("name"):
            self.add_error("name", _("Write the parent's name."))
        number = canonical(given.get("phone") or "")
        if number is None:
            self.add_error("phone", _("This is not a phone. Example: (45) 99999-0000."))
        elif owner := Lead.objects.filter(phone=number).first():
            self.add_error(
                "phone", _("This phone belongs to %(name)s: choose that family.") % {"name": owner}
            )
        given["phone"] = number
        return given
