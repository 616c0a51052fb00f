"""The admin's sidebar: what staff may see, by what they come for."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_SECTIONS: list[tuple[Any, list[tuple[Any, str, str]]]] = [
    (_("Attendance"), [
        (_("Conversations"), "chat", "conversations.conversation"),
        (_("Leads"), "family_restroom", "leads.lead"),
        (_("Handoffs"), "support_agent", "conversations.handoff"),
        (_("Messages"), "sms", "conversations.message"),
        (_("Messages we start"), "notifications_active", "conversations.followup"),
    ]),
    (_("Agenda"), [
        (_("Opening hours"), "schedule", "scheduling.openinghours"),
        (_("Closures"), "event_busy", "scheduling.closure"),
        (_("Extra openings"), "event_available", "scheduling.extraopening"),
        (_("Visit rules"), "rule", "scheduling.visitrules"),
        (_("Google Calendar"), "sync", "scheduling.visitevent"),
        (_("Rules for messages we start"), "schedule_send", "conversations.followuprules"),
    ]),
    (_("Rules and prices"), [
        (_("Monthly fees"), "payments", "billing_rules.monthlyfee"),
        (_("Enrolment fee"), "receipt_long", "billing_rules.enrolmentfee"),
        (_("Discounts"), "percent", "billing_rules.discountrule"),
        (_("Subjects"), "menu_book", "billing_rules.subject"),
    ]),
    (_("Content"), [
        (_("Knowledge base"), "school", "conversations.knowledgeentry"),
        (_("Unanswered questions"), "contact_support", "conversations.unansweredquestion"),
        (_("Texts"), "edit_note", "conversations.textoverride"),
    ]),
    (_("The unit"), [(_("Unit"), "storefront", "conversations.unit")]),
    (_("People and access"), [
        (_("Users"), "person", "auth.user"),
        (_("Roles"), "groups", "auth.group"),
        (_("API tokens"), "key", "authtoken.tokenproxy"),
        (_("Login attempts"), "lock", "axes.accessattempt"),
    ]),
    (_("System"), [
        (_("Alerts"), "notification_important", "operations.alert"),
        (_("Turns"), "account_tree", "conversations.turn"),
        (_("Model calls"), "neurology", "conversations.modelcall"),
        (_("Model prices"), "sell", "conversations.modelprice"),
        (_("Exchange rate"), "currency_exchange", "conversations.exchangerate"),
        (_("Raw events"), "webhook", "conversations.rawevent"),
        (_("Schedules"), "timer", "django_celery_beat.periodictask"),
    ]),
]  # fmt: skip


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """For unfold's SIDEBAR: groups with at least one item that the user may view."""
    groups = [
        {"title": title, "separator": True, "collapsible": False, "items": items}
        for title, models in _SECTIONS
        if (items := [_item(*model) for model in models if _may_view(model[2])(request)])
    ]
    return [{"title": "", "separator": False, "items": _doors(request)}, *groups]


def _doors(request: HttpRequest) -> list[dict[str, Any]]:
    """Pages that are no model's list."""
    doors = [
        (_("Home"), "home", reverse("admin:index"), True),
        (_("Live console"), "forum", "/console/", True),
        (_("Calendar of visits"), "calendar_month", reverse("admin:scheduling_visit_board"),
         _may_view("scheduling.visit")(request)),
        ("WhatsApp", "qr_code_2", "/console/whatsapp/", True),
        (_("Performance"), "speed", reverse("performance"),
         request.user.has_perm("operations.view_sample")),
    ]  # fmt: skip
    items: list[dict[str, Any]] = [
        {"title": title, "icon": icon, "link": link} for title, icon, link, shown in doors if shown
    ]
    items[0]["active"] = _is_home  # its address begins every other page's of the admin
    return items


def _is_home(request: HttpRequest) -> bool:
    return request.path == reverse("admin:index")


def _item(title: Any, icon: str, label: str) -> dict[str, Any]:
    app, model = label.split(".")
    return {"title": title, "icon": icon, "link": reverse(f"admin:{app}_{model}_changelist")}


def _may_view(label: str) -> Callable[[HttpRequest], bool]:
    app, model = label.split(".")

    def allowed(request: HttpRequest) -> bool:
        has = request.user.has_perm
        return has(f"{app}.view_{model}") or has(f"{app}.change_{model}")

    return allowed
