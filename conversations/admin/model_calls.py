"""What models were asked, what it cost, and by which prices."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from billing_rules.admin.dated import DatedAdmin, StateFilter
from conversations.admin import links
from conversations.admin.readonly import ReadOnlyAdmin
from conversations.llm import ledger
from conversations.models import ExchangeRate, ModelCall, ModelPrice

BAD = (
    *("refused", "cut", "broken", "timeout", "dropped", "unreachable", "limited", "denied"),
    *("rejected", "failed", "ungrounded"),
)


def reais(amount: Any, places: int = 4) -> str:
    return f"R$ {number_format(amount or 0, places)}"


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "family", "model", "result", "tokens", "money", "took"]
    list_filter = ["provider", "outcome", "purpose", "started_at"]
    list_select_related = ["conversation__lead"]
    date_hierarchy = "started_at"
    show_full_result_count = False
    list_before_template = "admin/conversations/model_call_totals.html"
    fieldsets = [
        (None, {"fields": ["family", "turn", ("provider", "model"), ("purpose", "outcome")]}),
        (_("Time"), {"fields": [("started_at", "latency_ms")]}),
        (
            _("Tokens"),
            {
                "fields": [
                    ("input_tokens", "cached_tokens", "written_tokens"),
                    ("output_tokens", "reasoning_tokens", "audio_seconds"),
                    "prompt",
                ]
            },
        ),
        (_("Cost"), {"fields": [("reserved", "cost"), ("price", "rate")]}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", None) or {}
        if "cl" in found:
            sums = (
                found["cl"]
                .queryset.order_by()
                .aggregate(
                    calls=Count("pk"),
                    brl=Sum("cost"),
                    input=Sum("input_tokens"),
                    cached=Sum("cached_tokens"),
                    output=Sum("output_tokens"),
                )
            )
            today = ledger.spent_today(timezone.now())
            found["totals"] = sums | {"brl": reais(sums["brl"]), "today": reais(today)}
        return response

    @display(description=_("family"))
    def family(self, call: ModelCall) -> SafeString | str:
        if call.conversation is None:
            return "–"
        return links.to_row(call.conversation, call.conversation.title)

    @display(
        description=_("outcome"),
        ordering="outcome",
        label={"answered": "success", "running": "info"} | dict.fromkeys(BAD, "warning"),
    )
    def result(self, call: ModelCall) -> tuple[str, str]:
        return call.outcome, call.get_outcome_display()

    @display(description=_("tokens (in / cached / out)"))
    def tokens(self, call: ModelCall) -> str:
        counts = (call.input_tokens, call.cached_tokens, call.output_tokens)
        return " / ".join(number_format(one, force_grouping=True) for one in counts)

    @display(description=_("cost (R$)"), ordering="cost")
    def money(self, call: ModelCall) -> str:
        return reais(call.cost, 6)

    @display(description=_("took"), ordering="latency_ms")
    def took(self, call: ModelCall) -> str:
        return "–" if call.latency_ms is None else f"{call.latency_ms} ms"


@admin.register(ModelPrice)
class ModelPriceAdmin(DatedAdmin):
    list_display = [
        *("model", "provider", "input", "cached", "output", "minute"),
        *("shutdown_on", "situation"),
    ]
    list_filter = [StateFilter, "provider"]
    search_fields = ["model"]
    same_when_replaced = ("model", "provider")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(DatedAdmin):
    list_display = ["brl", "situation", "valid_from", "valid_until"]
    only_one = True
