"""When visits can be: hours, closures, rules. Visits themselves are shown beside conversations."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import display

from billing_rules.admin.dated import DatedAdmin, StateFilter
from scheduling.models import Closure, OpeningHours, VisitRules


@admin.register(VisitRules)
class VisitRulesAdmin(DatedAdmin):
    list_display = [
        "minutes", "capacity", "notice_minutes", "horizon_days", "situation", "valid_from",
    ]  # fmt: skip
    only_one = True


@admin.register(OpeningHours)
class OpeningHoursAdmin(DatedAdmin):
    list_display = ["day", "opens", "closes", "situation", "valid_from", "valid_until"]
    list_filter = [StateFilter, "weekday"]

    @display(description=_("weekday"), ordering="weekday")
    def day(self, row: OpeningHours) -> str:
        return row.get_weekday_display()


class ComingFilter(RadioFilter):
    title = _("period")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("coming", _("coming")), ("past", _("past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Closure]) -> QuerySet[Closure]:
        now = timezone.now()
        if self.value() == "coming":
            return queryset.filter(ends_at__gt=now)
        return queryset.filter(ends_at__lte=now) if self.value() == "past" else queryset


@admin.register(Closure)
class ClosureAdmin(SimpleHistoryAdmin, ModelAdmin):
    list_display = ["name", "kind_badge", "starts_at", "ends_at", "active"]
    list_filter = [ComingFilter, "kind", "active"]
    search_fields = ["name"]
    date_hierarchy = "starts_at"
    actions = None

    @display(
        description=_("kind"),
        ordering="kind",
        label={"staff": "warning", "national": "info", "state": "info", "municipal": "info"},
    )
    def kind_badge(self, row: Closure) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Closure | None = None) -> list[str]:
        """A holiday is switched on and off; the rest of it comes from the calendar of holidays."""
        return ["name", "kind", "starts_at", "ends_at"] if obj and obj.source else ["kind"]

    def has_delete_permission(self, request: HttpRequest, obj: Closure | None = None) -> bool:
        if obj and obj.source:
            return False  # it would come back with the next filling
        return bool(super().has_delete_permission(request, obj))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        if obj and obj.source and request.method == "GET":
            messages.info(
                request,
                gettext("A public holiday: unmark “closed” to receive families on this day."),
            )
        return super().render_change_form(request, context, *args, **kw)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
