from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from billing_rules.admin.dated import DatedAdmin, StateFilter
from billing_rules.admin.simulator import QuoteSimulator
from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee, Subject
from billing_rules.money import format_brl, parse_brl

SIMULATOR = "billing_rules_quote_simulator"


class MoneyField(forms.DecimalField):
    """An amount as staff type it: 375, 375,00 or R$ 1.234,56."""

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str) and value.strip():
            amount = parse_brl(value)
            if amount is None:
                raise ValidationError(_("Write the amount as 375,00."))
            return amount
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return format_brl(value) if isinstance(value, Decimal) else value


class PriceAdmin(DatedAdmin):
    actions_list = ["simulate"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "amount":
            return db_field.formfield(form_class=MoneyField, widget=UnfoldAdminTextInputWidget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @action(description=_("Quote simulator"), icon="calculate", url_path="simulate")
    def simulate(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{SIMULATOR}"))

    @display(description=_("amount"), ordering="amount")
    def money(self, row: MonthlyFee | EnrolmentFee | DiscountRule) -> str:
        return format_brl(row.amount) if row.amount is not None else "–"


@admin.register(Subject)
class SubjectAdmin(ModelAdmin):
    list_display = ["name", "code", "position", "active"]
    list_editable = ["position", "active"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Subject | None = None) -> list[str]:
        return ["code"] if obj else []  # leads refer to it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"code": ("name",)}


@admin.register(MonthlyFee)
class MonthlyFeeAdmin(PriceAdmin):
    list_display = ["subject_or_all", "money", "situation", "valid_from", "valid_until"]
    list_filter = [StateFilter, "subject"]
    list_select_related = ["subject"]

    @display(description=_("subject"), ordering="subject__name")
    def subject_or_all(self, row: MonthlyFee) -> str:
        return str(row.subject or _("every subject"))

    def get_custom_urls(self) -> tuple[Any, ...]:
        return (("quote/", SIMULATOR, QuoteSimulator.as_view(model_admin=self)),)


@admin.register(EnrolmentFee)
class EnrolmentFeeAdmin(PriceAdmin):
    list_display = ["money", "situation", "valid_from", "valid_until"]
    only_one = True


@admin.register(DiscountRule)
class DiscountRuleAdmin(PriceAdmin):
    list_display = ["kind", "size", "situation", "valid_from", "valid_until"]
    list_filter = [StateFilter, "kind"]

    @display(description=_("discount"))
    def size(self, row: DiscountRule) -> str:
        return f"{row.percent:n}%" if row.percent is not None else format_brl(row.amount or 0)
