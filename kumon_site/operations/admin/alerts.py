"""Alerts and who was told: records, read-only. They resolve by themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RadioFilter
from unfold.decorators import display

from conversations.admin import links
from conversations.admin.readonly import ReadOnlyAdmin
from kumon_site.operations.alerts.rules import RULES
from kumon_site.operations.models import Alert, Telling

LEVEL_COLOURS = {"critical": "danger", "warning": "warning", "info": "info"}
BY_NAME = {rule.name: rule for rule in RULES}


class SituationFilter(RadioFilter):
    title = _("situation")
    parameter_name = "situation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("resolved", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "open":
            return queryset.filter(resolved_at=None)
        if self.value() == "resolved":
            return queryset.exclude(resolved_at=None)
        return queryset


class TellingInline(TabularInline):
    model = Telling
    fields = readonly_fields = ("means", "address", "occasion", "told_at", "attempts", "error")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["title", "level_badge", "detail", "opened", "situation", "found"]
    list_display_links = ["title"]
    list_filter = [SituationFilter, ("level", ChoicesCheckboxFilter)]
    list_filter_submit = True
    ordering = ["-opened_at"]
    inlines = [TellingInline]
    fieldsets = [
        (None, {"fields": [("title", "level_badge"), "detail", ("situation", "found")]}),
        (_("When"), {"fields": [("since", "opened_at"), ("seen_at", "resolved_at")]}),
    ]
    readonly_fields = ["title", "level_badge", "situation", "found"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """What has not held long enough is no alert yet."""
        alerts: QuerySet[Alert] = super().get_queryset(request)
        return alerts.exclude(opened_at=None)

    @display(description=_("alert"), ordering="rule")
    def title(self, alert: Alert) -> str:
        rule = BY_NAME.get(alert.rule)
        return str(rule.title) if rule else alert.rule

    @display(description=_("level"), ordering="level", label=LEVEL_COLOURS)
    def level_badge(self, alert: Alert) -> tuple[str, str]:
        return alert.level, alert.get_level_display()

    @display(description=_("opened"), ordering="opened_at")
    def opened(self, alert: Alert) -> SafeString:
        return links.whole(links.moment(alert.opened_at))

    @display(description=_("situation"), label={"open": "danger", "resolved": "success"})
    def situation(self, alert: Alert) -> tuple[str, str]:
        if alert.resolved_at is None:
            return "open", str(_("open"))
        return "resolved", str(_("resolved"))

    @display(description=_("rows"))
    def found(self, alert: Alert) -> SafeString | str:
        """The list in which what was found can be looked at."""
        rule = BY_NAME.get(alert.rule)
        if rule is None or not rule.rows:
            return "–"
        url = f"{reverse(f'admin:{rule.rows}_changelist')}?{urlencode(rule.query)}"
        return format_html('<a class="ops-link" href="{}">{}</a>', url, _("Look"))
