"""What we say first: the unit's rules for it, and each row with what became of it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display

from billing_rules.admin.dated import DatedAdmin
from conversations.admin import links
from conversations.admin.readonly import ReadOnlyAdmin
from conversations.models import Followup, FollowupRules


@admin.register(FollowupRules)
class FollowupRulesAdmin(DatedAdmin):
    list_display = [
        "early_reminder_hours", "late_reminder_hours", "invitation", "thanks", "no_show_message",
        "nudge_hours", "situation", "valid_from",
    ]  # fmt: skip
    only_one = True


@admin.register(Followup)
class FollowupAdmin(ReadOnlyAdmin):
    list_display = ["due", "family", "kind", "result", "about", "console"]
    list_select_related = ["conversation__lead", "visit__lead"]
    list_filter = [
        ("kind", ChoicesCheckboxFilter),
        ("outcome", ChoicesCheckboxFilter),
        ("why", ChoicesCheckboxFilter),
    ]
    list_filter_submit = True
    search_fields = ["conversation__lead__parent_name", "conversation__phone"]
    date_hierarchy = "due_at"
    fieldsets = [
        (None, {"fields": [("family", "kind"), ("due_at", "expires_at"), ("result", "settled_at"),
                           ("about", "message_link")]}),
    ]  # fmt: skip

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        allowed = super().lookup_allowed(lookup, value, request)
        return lookup.startswith(("visit__id", "conversation__id")) or allowed

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> list[str]:
        return ["due"]

    @display(description=_("due at"), ordering="due_at")
    def due(self, row: Followup) -> SafeString:
        return links.whole(links.moment(row.due_at))

    @display(description=_("family"))
    def family(self, row: Followup) -> SafeString | str:
        return links.to_row(row.conversation.lead, row.conversation.title)

    @display(
        description=_("outcome"),
        ordering="outcome",
        label={"": "info", "said": "success", "dropped": "warning"},
    )
    def result(self, row: Followup) -> tuple[str, str]:
        words = str(row.get_outcome_display())
        return row.outcome, f"{words}: {row.get_why_display()}" if row.why else words

    @display(description=_("visit"))
    def about(self, row: Followup) -> SafeString | str:
        return links.to_row(row.visit, links.moment(row.visit.starts_at)) if row.visit else "–"

    @display(description=_("message"))
    def message_link(self, row: Followup) -> SafeString | str:
        return links.to_row(row.message)

    @display(description=_("conversation"))
    def console(self, row: Followup) -> SafeString | str:
        return links.to_console(row.conversation_id)
