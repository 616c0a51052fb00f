"""Rules, weekly hours, closures and extra openings."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RadioFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from billing_rules.admin.dated import DatedAdmin, StateFilter
from scheduling import closures
from scheduling.admin import spans
from scheduling.models import Closure, ExtraOpening, OpeningHours, Visit, VisitRules


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

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        if self.value() == "coming":
            return queryset.filter(ends_at__gt=now)
        return queryset.filter(ends_at__lte=now) if self.value() == "past" else queryset


class SpanAdmin(SimpleHistoryAdmin, ModelAdmin):
    """A stretch of time of its own."""

    list_filter: Any = [ComingFilter]
    search_fields = ["name"]
    date_hierarchy = "starts_at"
    actions = None

    @display(description=_("when"), ordering="starts_at")
    def when(self, row: Closure | ExtraOpening) -> str:
        return spans.words(row.starts_at, row.ends_at)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(ExtraOpening)
class ExtraOpeningAdmin(SpanAdmin):
    list_display = ["name", "when"]


@admin.register(Closure)
class ClosureAdmin(SpanAdmin):
    list_display = ["name", "kind_badge", "when", "active"]
    list_editable = ["active"]
    list_filter = [ComingFilter, ("kind", ChoicesCheckboxFilter), "active"]
    list_filter_submit = True
    actions_list = ["fill_holidays"]

    @display(
        description=_("kind"),
        ordering="kind",
        label={
            "staff": "warning", "national": "info", "state": "info", "municipal": "info",
            "optional": "", "google": "primary",
        },
    )  # fmt: skip
    def kind_badge(self, row: Closure) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Closure | None = None) -> list[str]:
        """What was filled in is switched on and off; the rest of it comes from its source."""
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
                gettext("“Closed” says whether the unit closes in this time: mark or unmark it."),
            )
        return super().render_change_form(request, context, *args, **kw)

    def save_model(self, request: HttpRequest, obj: Closure, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        inside = Visit.objects.ahead(timezone.now()).filter(
            starts_at__lt=obj.ends_at, ends_at__gt=obj.starts_at
        )
        if obj.active and (count := inside.count()):
            messages.warning(request, ngettext(
                "“%(name)s”: %(count)d visit is booked in this time, and stays booked.",
                "“%(name)s”: %(count)d visits are booked in this time, and stay booked.",
                count,
            ) % {"name": obj.name, "count": count})  # fmt: skip

    @action(
        description=_("Fill holidays…"),
        icon="event_upcoming",
        permissions=["add"],
        dialog={
            "title": _("Fill in this year's and next year's holidays?"),
            "description": _("Optional and municipal days come unmarked; nothing that exists "
                             "is changed."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Fill in"),
        },
    )  # fmt: skip
    def fill_holidays(self, request: HttpRequest, form: Any) -> HttpResponse:
        made = closures.fill_holidays(timezone.now())
        messages.success(request, ngettext(
            "%(count)d closure was added.", "%(count)d closures were added.", made
        ) % {"count": made})  # fmt: skip
        return HttpResponse(headers={"HX-Redirect": reverse("admin:scheduling_closure_changelist")})
