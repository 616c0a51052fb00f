"""The admin's home: what needs somebody now, then the week. A number opens the rows it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from conversations.admin import links
from conversations.admin.calendar import this_week
from conversations.admin.families import STAGE_COLOURS
from conversations.admin.messages import needing
from conversations.admin.visits.periods import periods
from conversations.admin.visits.record import STATUS_COLOURS
from conversations.admin.visits.requests import on_board
from conversations.llm import tiers
from conversations.models import Conversation, reasons
from kumon_site.operations.models import Alert
from leads.models import Lead
from scheduling.calendars.base import is_configured
from scheduling.models import Visit, VisitEvent

LONGEST_LIST = 8

_WEEK_STATUSES = (*Visit.ACTIVE, Visit.Status.ATTENDED, Visit.Status.NO_SHOW)


@dataclass(frozen=True)
class Figure:
    label: Any
    icon: str
    count: int
    url: str
    urgent: bool = False  # any count but zero asks for somebody


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK: a fixed number of queries, however much there is."""
    now = timezone.now()
    return {
        **context,
        "title": _("What needs you now"),
        "troubles": tiers.troubles(now),
        "needs": needs(now),
        "waiting": [_waiting(talk, now) for talk in waiting(now)[:LONGEST_LIST]],
        "today": [_visit(visit) for visit in visits_today(now)[:LONGEST_LIST]],
        "week": week(now),
        "funnel": funnel(),
    }


def waiting(now: datetime) -> QuerySet[Conversation]:
    """Families who wait for a person, the longest first."""
    talks = Conversation.objects.filter(mode=Conversation.Mode.WAITING)
    return talks.select_related("lead").waiting_first()


def visits_today(now: datetime) -> QuerySet[Visit]:
    rows = Visit.objects.filter(periods(now)["today"], status__in=_WEEK_STATUSES)
    return rows.select_related("lead__conversation").prefetch_related("lead__students")


def needs(now: datetime) -> list[Figure]:
    unconfirmed = Visit.objects.filter(periods(now)["coming"], status=Visit.Status.BOOKED)
    unmarked = Visit.objects.filter(periods(now)["unmarked"])
    return [
        _figure(_("Waiting for the team"), "front_hand", waiting(now),
                {"mode__exact": "waiting"}, urgent=True),
        _figure(_("Visits today"), "today", visits_today(now),
                {"when": "today", "status__exact": _WEEK_STATUSES}),
        _figure(_("Unconfirmed visits"), "event_upcoming", unconfirmed,
                {"when": "coming", "status__exact": "booked"}),
        _figure(_("Visits without an outcome"), "help", unmarked, {"when": "unmarked"}),
        _figure(_("Open alerts"), "notification_important", Alert.objects.open(),
                {"situation": "open"}, urgent=True),
        _figure(_("Failed sends"), "sms_failed", needing("failed", now),
                {"needs": "failed"}, urgent=True),
        _figure(_("Unanswered messages"), "mark_chat_unread", needing("unanswered", now),
                {"needs": "unanswered"}, urgent=True),
        *_changed_in_google(),
    ]  # fmt: skip


def _changed_in_google() -> list[Figure]:
    if not is_configured():
        return []
    asked = VisitEvent.objects.questions()
    title = _("Visits changed in Google Calendar")
    return [_figure(title, "edit_calendar", asked, {"situation": "open"}, urgent=True)]


def week(now: datetime) -> list[Figure]:
    monday, _next = this_week(now)
    new = Lead.objects.filter(created_at__gte=monday)
    visits = Visit.objects.filter(periods(now)["week"], status__in=_WEEK_STATUSES)
    booked = new.filter(visits__isnull=False).distinct()
    return [
        _figure(_("New leads"), "person_add", new, {"since": "week"}),
        _figure(_("Qualified"), "checklist", new.qualified(),
                {"since": "week", "qualified": "yes"}),
        _figure(_("Booked a visit"), "event_available", booked,
                {"since": "week", "booked": "yes"}),
        _figure(_("Visits of the week"), "calendar_month", visits,
                {"when": "week", "status__exact": _WEEK_STATUSES}),
    ]  # fmt: skip


def funnel() -> list[dict[str, Any]]:
    """Every stage with its families, and its share of the largest, in percent."""
    counts = Lead.objects.aggregate(
        **{stage: Count("pk", filter=Q(stage=stage)) for stage in Lead.Stage.values}
    )
    largest = max(counts.values()) or 1
    return [
        {
            "label": Lead.Stage(stage).label,
            "count": count,
            "share": round(100 * count / largest),
            "url": _list(Lead, {"stage__exact": stage}),
            "colour": STAGE_COLOURS[stage],
        }
        for stage, count in counts.items()
    ]


def _figure(
    label: Any, icon: str, rows: QuerySet[Any], query: Mapping[str, Any], *, urgent: bool = False
) -> Figure:
    count = rows.count()
    return Figure(label, icon, count, _list(rows.model, query), urgent and count > 0)


def _list(model: type[Model], query: Mapping[str, Any]) -> str:
    """The admin's list under these filters; a tuple is several values of one filter."""
    options = model._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{url}?{urlencode(query, doseq=True)}"


def _waiting(talk: Conversation, now: datetime) -> dict[str, Any]:
    return {
        "name": talk.lead.parent_name or talk.push_name or links.phone(talk.phone),
        "why": reasons.shown(talk.handoff_reason),
        "last": talk.last_text,
        "since": timesince(talk.waiting_since, now, depth=1) if talk.waiting_since else "",
        "url": links.console_url(talk.pk),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    talk = links.of_conversation(visit.lead)
    return {
        "time": f"{timezone.localtime(visit.starts_at):%H:%M}",
        "family": visit.lead.parent_name or links.phone(visit.lead.phone),
        "students": ", ".join(str(student) for student in visit.lead.students.all()),
        "status": visit.get_status_display(),
        "colour": STATUS_COLOURS[visit.status],
        "url": on_board(visit, "day"),
        "console": links.console_url(talk.pk) if talk else "",
    }
