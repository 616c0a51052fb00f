"""The admin of visits: their list, and the record of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display

from billing_rules.admin.dated import NOTHING_TO_SAVE
from conversations.admin import links
from conversations.admin.visits.periods import WhenFilter
from conversations.admin.visits.requests import BOARD, BoardPages, on_board
from scheduling.models import Visit

STATUS_COLOURS = {
    "booked": "warning", "confirmed": "success", "attended": "primary",
    "no_show": "danger", "cancelled": "", "rescheduled": "",
}  # fmt: skip


@admin.register(Visit)
class VisitAdmin(BoardPages, SimpleHistoryAdmin, ModelAdmin):
    """The list and the record of visits. They are made and changed on the board."""

    list_display = ["when", "family", "phone", "children", "status_badge", "created_by", "console"]
    list_display_links = ["when"]
    list_select_related = ["lead__conversation"]
    list_filter = [WhenFilter, ("status", ChoicesCheckboxFilter)]
    list_filter_submit = True
    list_per_page = 50
    search_fields = ["lead__parent_name", "lead__phone", "lead__students__name"]
    search_help_text = _("Name of the parent or student, or phone")
    date_hierarchy = "starts_at"
    actions = None
    actions_list = ["open_board"]
    actions_detail = ["show_on_board"]
    fieldsets = [
        (None, {"fields": [("when", "status"), ("family", "phone"), "children", "reason"]}),
        (_("Record"), {"fields": [("created_by", "created_at"), ("replaces", "updated_at")]}),
    ]
    readonly_fields = [
        "when", "status", "family", "phone", "children", "reason", "created_by",
        "created_at", "replaces", "updated_at",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        return [*self.board_urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        visits: QuerySet[Visit] = super().get_queryset(request)
        return visits.select_related("lead__conversation").prefetch_related("lead__students")

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """A day or what comes is read from its beginning, everything from the newest."""
        return ["starts_at"] if request.GET.get("when") else ["-starts_at"]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        context.update(NOTHING_TO_SAVE)
        return super().render_change_form(request, context, *args, **kw)

    def save_model(self, request: HttpRequest, obj: Visit, form: Any, change: bool) -> None:
        """A visit changes by its steps only."""

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse(BOARD))

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup.startswith("lead__id") or super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Visit | None = None) -> bool:
        return False

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @display(description=_("time"), ordering="starts_at")
    def when(self, visit: Visit) -> SafeString:
        return links.whole(links.moment(visit.starts_at))

    @display(description=_("family"), ordering="lead__parent_name")
    def family(self, visit: Visit) -> SafeString | str:
        return links.to_row(visit.lead, visit.lead.parent_name or links.phone(visit.lead.phone))

    @display(description=_("phone"))
    def phone(self, visit: Visit) -> SafeString:
        return links.whole(links.phone(visit.lead.phone))

    @display(description=_("students"))
    def children(self, visit: Visit) -> str:
        return ", ".join(str(student) for student in visit.lead.students.all()) or "–"

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_badge(self, visit: Visit) -> tuple[str, str]:
        return visit.status, visit.get_status_display()

    @display(description=_("conversation"))
    def console(self, visit: Visit) -> SafeString | str:
        talk = links.of_conversation(visit.lead)
        return links.to_console(talk and talk.pk)

    @action(description=_("Calendar of visits"), icon="calendar_month", permissions=["view"])
    def open_board(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(BOARD))

    @action(description=_("Show on the board"), icon="calendar_month", permissions=["view"])
    def show_on_board(self, request: HttpRequest, object_id: str) -> HttpResponse:
        visit = self.get_object(request, object_id)
        if visit is None:
            return HttpResponseRedirect(reverse(BOARD))
        return HttpResponseRedirect(on_board(visit))
