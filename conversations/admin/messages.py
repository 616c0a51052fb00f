"""Every bubble, read-only: what was sent stays as it was sent."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RadioFilter, RangeDateFilter
from unfold.decorators import display

from conversations.admin import links
from conversations.admin.readonly import LongRecordsAdmin
from conversations.models import Conversation, Message, words

FAILED_SINCE = timedelta(days=7)
FOUND = 1000  # messages of one search; whoever looks for more is better served by a second word
UNANSWERED_AFTER = timedelta(minutes=2)  # a turn takes seconds; this long means that it is stuck

STATUS_COLOURS = {
    "received": "", "queued": "warning", "sending": "warning", "unknown": "warning",
    "sent": "info", "delivered": "info", "read": "success", "failed": "danger", "dropped": "",
}  # fmt: skip


def needing(what: str, now: datetime) -> QuerySet[Message]:
    """Messages somebody must look at: `failed` to leave, sent or not (`unknown`), `unanswered`."""
    return Message.objects.filter(_needs(now)[what])


def _needs(now: datetime) -> dict[str, Q]:
    return {
        "failed": Q(status=Message.Status.FAILED, created_at__gte=now - FAILED_SINCE),
        "unknown": Q(status=Message.Status.UNKNOWN, created_at__gte=now - FAILED_SINCE),
        "unanswered": Q(awaits_answer=True, created_at__lt=now - UNANSWERED_AFTER)
        & ~Q(conversation__mode__in=[Conversation.Mode.WAITING, Conversation.Mode.HUMAN]),
    }


class NeedsFilter(RadioFilter):
    title = _("needs a look")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("failed", _("failed to leave")),
            ("unknown", _("sent or not, unknown")),
            ("unanswered", _("unanswered")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        wanted = _needs(timezone.now()).get(str(self.value()))
        return queryset if wanted is None else queryset.filter(wanted)


@admin.register(Message)
class MessageAdmin(LongRecordsAdmin):
    list_display = ["when", "family", "author_badge", "said", "status_badge", "error", "console"]
    list_display_links = ["when"]
    list_select_related = ["conversation__lead"]
    list_filter = [
        NeedsFilter,
        ("status", ChoicesDropdownFilter),
        ("author", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", RangeDateFilter),
    ]
    list_filter_submit = True
    search_fields = ["conversation__lead__parent_name", "conversation__phone"]
    search_help_text = _("Words of the message, name or phone; the newest are found")
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": ["family", ("author", "staff"), ("kind", "status"), "text", "error"]}),
        (_("When"), {"fields": [("sent_at", "created_at"), ("edited_at", "deleted_at")]}),
        (_("Why"), {"fields": [("turn_row", "answered_row"), "segments"]}),
        (
            _("Inner workings"),
            {
                "classes": ["collapse"],
                "fields": [
                    "details", ("provider_id", "quoted_id", "client_uuid"), ("rev", "epoch"),
                    ("awaits_answer", "attempts"), ("due_at", "claimed_until"),
                ],
            },
        ),
    ]  # fmt: skip

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup.startswith("conversation__id") or super().lookup_allowed(
            lookup, value, request
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """The newest FOUND by each of two indices, of words and of conversations; one condition
        on both would have PostgreSQL read every message."""
        if not search_term.strip():
            return queryset, False
        families = Conversation.objects.filter(
            Q(lead__parent_name__icontains=search_term) | Q(phone__icontains=search_term)
        )
        newest = Message.objects.order_by("-pk").values_list("pk", flat=True)
        found = [
            *newest.filter(conversation__in=list(families.values_list("pk", flat=True)))[:FOUND]
        ]
        if begin := words.beginning_with(search_term):
            found += newest.alias(words=words.vector("text")).filter(words=begin)[:FOUND]
        return queryset.filter(pk__in=found), False

    @display(description=_("stored"), ordering="created_at")
    def when(self, message: Message) -> str:
        return f"{timezone.localtime(message.created_at):%d/%m %H:%M:%S}"

    @display(description=_("family"))
    def family(self, message: Message) -> SafeString | str:
        talk = message.conversation
        return links.to_row(
            talk, talk.lead.parent_name or talk.push_name or links.phone(talk.phone)
        )

    @display(
        description=_("author"),
        ordering="author",
        label={"parent": "", "bot": "primary", "staff": "warning"},
    )
    def author_badge(self, message: Message) -> tuple[str, str]:
        return message.author, message.get_author_display()

    @display(description=_("text"))
    def said(self, message: Message) -> str:
        text = message.text or f"[{message.get_kind_display()}]"
        return text if len(text) <= 90 else f"{text[:89]}…"

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_badge(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @display(description=_("console"))
    def console(self, message: Message) -> SafeString | str:
        return links.to_console(message.conversation_id)

    @display(description=_("written by turn"))
    def turn_row(self, message: Message) -> SafeString | str:
        return links.to_row(message.turn)

    @display(description=_("answered by turn"))
    def answered_row(self, message: Message) -> SafeString | str:
        return links.to_row(message.answered_by)
