"""The visit in the lead card: booked, moved, confirmed, marked, cancelled; the family enrolled."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import visits
from conversations.console.access import StaffRequest, staff_page
from conversations.console.card import card, visit_of
from conversations.console.conversation import of, page_context
from conversations.models import Conversation
from conversations.visits.forms import StepForm, TimeForm
from scheduling.booking import load_calendar


@staff_page
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """The form to book, move or cancel; POST takes one step of `StepForm`, or `step=book`.

    409 with how things stand now, and with what was typed, if the step was refused.
    """
    conversation, now = _of(request, pk), timezone.now()
    if request.method != "POST":
        return _form(request, conversation, now)
    if request.POST.get("step") == "book":
        return _book(request, conversation, now)
    form = StepForm(request.POST)
    current = visit_of(conversation.lead, now)
    if not form.is_valid() or current is None:
        return _form(request, conversation, now, 422, problem=_("Please look again and choose."))
    wanted = conversation.lead.visits.filter(pk=_number(request.POST.get("visit", ""))).first()
    try:
        visits.take(wanted or current, form.cleaned_data, now)
    except visits.REFUSED as refused:
        return _form(request, conversation, now, 409, problem=visits.words(refused))
    return _done(request, pk, now)


@staff_page
@require_POST
def enrol(request: StaffRequest, pk: int) -> HttpResponse:
    visits.enrol(_of(request, pk).lead)
    return _done(request, pk, timezone.now())


def _book(request: StaffRequest, conversation: Conversation, now: datetime) -> HttpResponse:
    form = TimeForm(request.POST)
    if not form.is_valid():
        return _form(request, conversation, now, 422, problem=_("Choose a time."))
    at, key = form.cleaned_data["starts_at"], str(form.cleaned_data["client_key"])
    try:
        visits.book(conversation.lead, at, now=now, client_key=key)
    except visits.REFUSED as refused:
        return _form(request, conversation, now, 409, problem=visits.words(refused))
    return _done(request, conversation.pk, now)


def _of(request: StaffRequest, pk: int) -> Conversation:
    if not request.user.has_perm("scheduling.change_visit"):
        raise PermissionDenied
    return of(pk)


def _form(
    request: StaffRequest,
    conversation: Conversation,
    now: datetime,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "conversation": conversation,
        "visit_form": True,
        "current": visit_of(conversation.lead, now),
        "now": now,
        "free": _free(now),
        "problem": problem,
        "typed": request.POST,
        "client_key": uuid4(),
    }
    if request.htmx:
        return render(request, "console/card_visit.html", context, status=status)
    context = page_context(request, conversation, now, pane="card") | context
    return render(request, "console/page.html", context, status=status)


def _free(now: datetime) -> list[tuple[datetime, list[datetime]]]:
    """Free starts, by day."""
    calendar = load_calendar(now)
    today = timezone.localdate(now)
    free = calendar.free(today, today + timedelta(days=calendar.rules.horizon_days))
    by_day = [list(of_day) for _day, of_day in groupby(free, key=datetime.date)]
    return [(of_day[0], of_day) for of_day in by_day]


def _done(request: StaffRequest, pk: int, now: datetime) -> HttpResponse:
    if not request.htmx:
        return redirect(f"{reverse('console:conversation', args=[pk])}?pane=card")
    conversation = of(pk)
    context = {"conversation": conversation, **card(conversation, now)}
    return render(request, "console/card.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
