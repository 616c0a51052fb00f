"""How each answer came to be, and what the gateway posted: records, read-only."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from conversations.admin import links
from conversations.admin.readonly import LongRecordsAdmin
from conversations.intake import replay
from conversations.models import RawEvent, Turn
from conversations.models.turn import UNDERSTOOD_BY
from conversations.whatsapp.payloads.envelope import READERS


class TierFilter(RadioFilter):
    title = _("understood by")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(UNDERSTOOD_BY.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Turn]) -> QuerySet[Turn]:
        known = self.value() in UNDERSTOOD_BY
        return queryset.filter(tier=self.value()) if known else queryset


class EventFilter(RadioFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in sorted(READERS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RawEvent]) -> QuerySet[RawEvent]:
        return queryset.filter(event=self.value()) if self.value() in READERS else queryset


@admin.register(Turn)
class TurnAdmin(LongRecordsAdmin):
    list_display = ["started_at", "family", "understood_by", "took", "console"]
    list_select_related = ["conversation__lead"]
    list_filter = [TierFilter, ("started_at", RangeDateFilter)]
    list_filter_submit = True
    search_fields = ["conversation__lead__parent_name", "conversation__phone"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "family",
                    ("started_at", "took"),
                    ("understood_by", "epoch"),
                    "trace_shown",
                ]
            },
        )
    ]

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup.startswith("conversation__id") or super().lookup_allowed(
            lookup, value, request
        )

    @display(description=_("family"))
    def family(self, turn: Turn) -> SafeString | str:
        return links.to_row(turn.conversation, turn.conversation.title)

    @display(description=_("understood by"))
    def understood_by(self, turn: Turn) -> str:
        return turn.understood_by

    @display(description=_("took"))
    def took(self, turn: Turn) -> str:
        return f"{(turn.finished_at - turn.started_at) / timedelta(milliseconds=1):.0f} ms"

    @display(description=_("console"))
    def console(self, turn: Turn) -> SafeString | str:
        return links.to_console(turn.conversation_id)

    @display(description=_("trace"))
    def trace_shown(self, turn: Turn) -> SafeString:
        return as_code(turn.trace)


class ProcessedFilter(RadioFilter):
    title = _("processing")
    parameter_name = "processed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("not yet")), ("failed", _("with an error")), ("done", _("done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RawEvent]) -> QuerySet[RawEvent]:
        match self.value():
            case "waiting":
                return queryset.filter(processed_at=None)
            case "failed":
                return queryset.exclude(error="")
            case "done":
                return queryset.filter(error="").exclude(processed_at=None)
        return queryset


@admin.register(RawEvent)
class RawEventAdmin(LongRecordsAdmin):
    list_display = ["received_at", "event", "instance", "processing", "error"]
    actions_row = actions_detail = ["apply_again"]
    list_filter = [ProcessedFilter, EventFilter, ("received_at", RangeDateFilter)]
    list_filter_submit = True
    search_fields = ["provider_key"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("event", "instance"), ("received_at", "processed_at"), "provider_key",
                    "error", "body_shown",
                ]
            },
        )
    ]  # fmt: skip

    @display(
        description=_("processing"),
        label={"failed": "danger", "waiting": "warning", "done": "success"},
    )
    def processing(self, event: RawEvent) -> tuple[str, str]:
        if event.error:
            return "failed", str(_("with an error"))
        return ("done", str(_("done"))) if event.processed_at else ("waiting", str(_("not yet")))

    @action(
        description=_("Apply again…"),
        icon="replay",
        permissions=["replay"],
        dialog={
            "title": _("Apply this event again?"),
            "description": _("What it has done already is not done twice."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Apply again"),
        },
    )
    def apply_again(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        if replay(int(object_id), timezone.now()):
            messages.success(request, gettext("Done."))
        else:
            messages.error(request, gettext("It failed again, or there is nothing to do."))
        address = reverse("admin:conversations_rawevent_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": address})

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("conversations.change_rawevent")

    @display(description=_("body"))
    def body_shown(self, event: RawEvent) -> SafeString:
        return as_code(event.body)


def as_code(value: Any) -> SafeString:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return format_html('<pre class="ops-code" tabindex="0">{}</pre>', text)
