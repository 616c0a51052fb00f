from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from billing_rules.admin.dated import DatedAdmin, DatedForm
from conversations.admin import links
from conversations.models import Unit
from leads.phones import canonical


class UnitForm(DatedForm):
    def clean_contact_phone(self) -> str:
        typed: str = self.cleaned_data["contact_phone"]
        number = canonical(typed)
        if number is None:
            self.add_error("contact_phone", _("This is not a phone. Example: (45) 99999-0000."))
        return number or typed


@admin.register(Unit)
class UnitAdmin(DatedAdmin):
    form = UnitForm
    list_display = ["name", "address", "contact", "assistant_name", "situation", "valid_from"]
    only_one = True

    @display(description=_("contact for handoff"))
    def contact(self, unit: Unit) -> SafeString:
        return links.whole(links.phone(unit.contact_phone))
