"""The list: four tabs with counts, who waits longest first, a search by name or phone."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from conversations.console.access import StaffRequest, person, staff_page
from conversations.console.bubbles import waited
from conversations.llm import tiers
from conversations.models import Conversation
from scheduling.models import Visit

Mode = Conversation.Mode

TABS = {
    Mode.WAITING: _("Waiting"),
    Mode.BOT: _("Bot"),
    Mode.HUMAN: _("With the team"),
    Mode.CLOSED: _("Closed ones"),
}
NOTHING_HERE = {
    Mode.WAITING: _("Nobody is waiting. Well done!"),
    Mode.BOT: _("The bot is not talking to anybody."),
    Mode.HUMAN: _("No conversation is with the team."),
    Mode.CLOSED: _("No closed conversation yet."),
}
PAGE = 60
MOST = 600
LATE_MINUTES = 30  # from here on a waiting parent is a critical alert


@dataclass(frozen=True)
class Row:
    conversation: Conversation
    now: datetime

    @property
    def waited(self) -> str:
        since = self.conversation.waiting_since
        return waited(since, self.now) if since else ""

    @property
    def late(self) -> bool:
        since = self.conversation.waiting_since
        return since is not None and (self.now - since).total_seconds() >= LATE_MINUTES * 60

    @property
    def holder(self) -> str:
        return person(self.conversation.assigned_to)


@staff_page
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The console without an open conversation."""
    return render(request, "console/page.html", listing(request, timezone.now()))


@staff_page
@require_safe
def fragment(request: StaffRequest) -> HttpResponse:
    return render(request, "console/list.html", listing(request, timezone.now()))


def listing(request: StaffRequest, now: datetime, tab: str = Mode.WAITING) -> dict[str, Any]:
    """The list's context, in three queries; one more where models are used. `tab` holds unless the
    address names another."""
    wanted = request.GET.get("tab", tab)
    active = Mode(wanted) if wanted in TABS else Mode.WAITING
    query = request.GET.get("q", "").strip()[:80]
    show = _number(request.GET.get("show")) or PAGE
    found = _found(query)
    counts = {
        row["mode"]: row
        for row in found.order_by().values("mode").annotate(total=Count("pk"), unread=Sum("unread"))
    }
    rows = found.filter(mode=active).select_related("lead", "assigned_to")
    rows = rows.waiting_first()[: min(show, MOST) + 1]  # type: ignore[attr-defined]
    shown = list(rows)
    return {
        "tabs": [
            (mode, label, counts.get(mode, {}).get("total", 0)) for mode, label in TABS.items()
        ],
        "tab": active,
        "q": query,
        "rows": [Row(row, now) for row in shown[:show]],
        "more": show + PAGE if len(shown) > show else None,
        "show": show,
        "empty": NOTHING_HERE[active],
        "attention": _attention(counts),
        "troubles": tiers.troubles(now),
        "unmarked": Visit.objects.active().filter(ends_at__lte=now).count(),
        "open": _number(request.GET.get("open")),
    }


def _total(counts: dict[str, Any], mode: str) -> int:
    return int(counts.get(mode, {}).get("total", 0))


def _attention(counts: dict[str, Any]) -> int:
    """What waits for a person: parents in the queue and what they wrote to the team unread."""
    return _total(counts, Mode.WAITING) + (counts.get(Mode.HUMAN, {}).get("unread") or 0)


def _found(query: str) -> QuerySet[Conversation]:
    if not query:
        return Conversation.objects.all()
    named = (
        Q(push_name__icontains=query)
        | Q(lead__parent_name__icontains=query)
        | Q(phone__icontains=query)
    )
    digits = re.sub(r"\D", "", query)
    if len(digits) >= 3:
        named |= Q(phone__contains=digits)
    return Conversation.objects.filter(named)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
