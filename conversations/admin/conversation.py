"""Conversations and handoffs as rows; talking itself is done in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RadioFilter
from unfold.decorators import display

from conversations.admin import links
from conversations.admin.readonly import ReadOnlyAdmin
from conversations.models import Conversation, Handoff, Message, Turn
from conversations.models.reasons import REASONS
from conversations.models.reasons import shown as reason_shown

MODE_COLOURS = {"bot": "info", "waiting": "danger", "human": "warning", "closed": ""}


class ReasonFilter(RadioFilter):
    title = _("handoff reason")
    parameter_name = "reason"
    column = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(REASONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = self.value() in REASONS
        return queryset.filter(**{self.column: self.value()}) if known else queryset


class OpenReasonFilter(ReasonFilter):
    column = "handoff_reason"


class HandoffInline(TabularInline):
    model = Handoff
    fields = readonly_fields = ("why", "summary", "started_at", "finished_at", "finished_by")
    extra = 0
    can_delete = False

    @display(description=_("reason"))
    def why(self, handoff: Handoff) -> str:
        return handoff.why

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["name", "mode_badge", "last", "waiting", "assigned_to", "last_at", "console"]
    list_display_links = ["name"]
    list_select_related = ["lead", "assigned_to"]
    list_filter = [("mode", ChoicesCheckboxFilter), OpenReasonFilter]
    list_filter_submit = True
    list_per_page = 50
    search_fields = ["lead__parent_name", "push_name", "phone", "lead__phone"]
    search_help_text = _("Name or phone")
    date_hierarchy = "last_message_at"
    inlines = [HandoffInline]
    fieldsets = [
        (None, {"fields": [("name", "phone_shown"), ("mode", "assigned_to"), "rows_of_family"]}),
        (_("Handoff"), {"fields": [("why", "waiting_since")]}),
        (
            _("Last messages"),
            {"fields": [("last_message_at", "last_inbound_at"), ("last_text", "unread")]},
        ),
        (
            _("Inner workings"),
            {
                "classes": ["collapse"],
                "fields": [
                    ("instance", "reply_to", "lid"), ("epoch", "rev"),
                    ("due_at", "burst_started_at", "claimed_until"),
                    ("dialogue_at", "limited_until"), "dialogue",
                ],
            },
        ),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        talks: QuerySet[Conversation] = super().get_queryset(request)
        return talks.select_related("lead", "assigned_to")

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """The longest waiting first when only those are looked at."""
        return ["waiting_since"] if _only_waiting(request) else ["-last_message_at"]

    @display(description=_("family"), ordering="lead__parent_name")
    def name(self, talk: Conversation) -> str:
        return talk.lead.parent_name or talk.push_name or links.phone(talk.phone)

    @display(description=_("phone"), ordering="phone")
    def phone_shown(self, talk: Conversation) -> SafeString:
        return links.whole(links.phone(talk.phone or talk.lead.phone))

    @display(description=_("mode"), ordering="mode", label=MODE_COLOURS)
    def mode_badge(self, talk: Conversation) -> tuple[str, str]:
        return talk.mode, talk.get_mode_display()

    @display(description=_("handoff reason"))
    def why(self, talk: Conversation) -> str:
        return reason_shown(talk.handoff_reason) or "–"

    @display(description=_("last text"))
    def last(self, talk: Conversation) -> str:
        return _short(talk.last_text, 48)

    @display(description=_("last message"), ordering="last_message_at")
    def last_at(self, talk: Conversation) -> SafeString:
        return links.whole(links.moment(talk.last_message_at))

    @display(description=_("waiting for"), ordering="waiting_since")
    def waiting(self, talk: Conversation) -> str:
        return timesince(talk.waiting_since, timezone.now(), depth=1) if talk.waiting_since else "–"

    @display(description=_("console"))
    def console(self, talk: Conversation) -> SafeString | str:
        return links.to_console(talk.pk)

    @display(description=_("see also"))
    def rows_of_family(self, talk: Conversation) -> SafeString:
        query = f"conversation__id__exact={talk.pk}"
        return links.together(
            links.to_console(talk.pk),
            links.to_row(talk.lead, str(_("Lead"))),
            links.to_rows(Message, query, str(_("Messages"))),
            links.to_rows(Turn, query, str(_("Turns"))),
        )


class OpenFilter(RadioFilter):
    title = _("situation")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Handoff]) -> QuerySet[Handoff]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(finished_at__isnull=self.value() == "yes")


@admin.register(Handoff)
class HandoffAdmin(ReadOnlyAdmin):
    list_display = ["family", "why", "started_at", "situation", "finished_by", "console"]
    list_select_related = ["conversation__lead", "finished_by"]
    list_filter = [OpenFilter, ReasonFilter]
    fields = readonly_fields = (
        "conversation", "why", "summary", "started_at", "finished_at", "finished_by"
    )  # fmt: skip
    search_fields = ["conversation__lead__parent_name", "conversation__phone", "summary"]
    date_hierarchy = "started_at"

    @display(description=_("family"))
    def family(self, handoff: Handoff) -> str:
        return handoff.conversation.title

    @display(description=_("reason"), ordering="reason")
    def why(self, handoff: Handoff) -> str:
        return handoff.why

    @display(description=_("situation"), label={"open": "danger", "finished": "success"})
    def situation(self, handoff: Handoff) -> tuple[str, str]:
        if handoff.finished_at is None:
            return "open", str(_("open"))
        return "finished", str(_("done"))

    @display(description=_("console"))
    def console(self, handoff: Handoff) -> SafeString | str:
        return links.to_console(handoff.conversation_id)


def _only_waiting(request: HttpRequest) -> bool:
    return request.GET.getlist("mode__exact") == [Conversation.Mode.WAITING]


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
