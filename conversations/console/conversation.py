"""One conversation: the page, what changed since a revision, older bubbles, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from conversations import live
from conversations.console import bubbles, edit, explanation
from conversations.console.access import StaffRequest, person, staff_page
from conversations.console.card import card
from conversations.console.listing import listing
from conversations.models import Conversation, Message

Mode = Conversation.Mode


@dataclass(frozen=True)
class Stance:
    """Who answers this conversation, seen by one staff user."""

    conversation: Conversation
    user: User

    @property
    def state(self) -> str:
        """Changes whenever the buttons or the composer must change."""
        return f"{self.conversation.mode}:{self.conversation.assigned_to_id or ''}"

    @property
    def mine(self) -> bool:
        staffed = self.conversation.mode == Mode.HUMAN
        return staffed and self.conversation.assigned_to_id == self.user.pk

    @property
    def holder(self) -> str:
        if self.conversation.mode != Mode.HUMAN:
            return ""
        return person(self.conversation.assigned_to)

    @property
    def may_take(self) -> bool:
        return not self.mine and not self.holder

    @property
    def may_end(self) -> bool:
        return self.mine or self.conversation.mode == Mode.WAITING


def of(pk: int) -> Conversation:
    """The conversation with its lead, or 404."""
    return get_object_or_404(Conversation.objects.select_related("lead", "assigned_to"), pk=pk)


def composer(conversation: Conversation, user: User, **extra: Any) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "stance": Stance(conversation, user),
        "client_uuid": uuid4(),
        "seen_rev": conversation.rev,
        **extra,
    }


def page_context(
    request: StaffRequest, conversation: Conversation, now: datetime, **extra: Any
) -> dict[str, Any]:
    """Everything the page shows; the conversation was read before its messages, so that what is
    newer than its rev is at most fetched again, never missed."""
    message = request.GET.get("message", "")
    limit = bubbles.PAGE
    if message.isdecimal() and len(message) < 19:
        limit = max(limit, bubbles.since(conversation.pk, int(message)))
    shown = bubbles.last(conversation.pk, limit=limit)
    return {
        **listing(request, now, tab=conversation.mode),
        **composer(conversation, request.user),
        **card(conversation, now),
        "open": conversation.pk,
        "bubbles": shown,
        "older": shown[0].message.pk if len(shown) >= bubbles.PAGE else None,
        "pane": "card" if request.GET.get("pane") == "card" else "talk",
        **extra,
    }


@staff_page
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return render(request, "console/page.html", page_context(request, of(pk), timezone.now()))


@staff_page
@require_safe
def changes(request: StaffRequest, pk: int) -> HttpResponse:
    """Bubbles above `?after=<rev>`, and the bar and composer if `?state=` is no longer so."""
    conversation = of(pk)
    after = request.GET.get("after", "0")
    found, unfinished = bubbles.changed(pk, int(after) if after.isdecimal() else 0)
    context = composer(conversation, request.user)
    context |= {
        "bubbles": found,
        "rev": unfinished or conversation.rev,
        "more": unfinished is not None,
        "turned": request.GET.get("state") != context["stance"].state,
    }
    return render(request, "console/changes.html", context)


@staff_page
@require_safe
def older(request: StaffRequest, pk: int) -> HttpResponse:
    """One page of bubbles before `?before=<message id>`."""
    before = request.GET.get("before", "0")
    found = bubbles.last(pk, before=int(before) if before.isdecimal() else 0)
    oldest = found[0].message.pk if len(found) >= bubbles.PAGE else None
    context = {"conversation": of(pk), "bubbles": found, "older": oldest}
    return render(request, "console/bubbles.html", context)


@staff_page
@require_POST
def seen(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody of the team has the newest bubbles before their eyes."""
    conversation = of(pk)
    if Conversation.objects.filter(pk=pk, unread__gt=0).update(unread=0):
        live.tell(pk, conversation.rev)
    return HttpResponse(status=204)


@staff_page
@require_safe
def why(request: StaffRequest, pk: int, message_id: int) -> HttpResponse:
    """Why the bot said this, from its turn's trace and the text's provenance."""
    message = get_object_or_404(
        Message.objects.select_related("turn"), pk=message_id, conversation=pk, turn__isnull=False
    )
    return render(request, "console/why.html", {"parts": explanation.of(message)})


@staff_page
@require_safe
def lead_card(request: StaffRequest, pk: int) -> HttpResponse:
    return _card(request, of(pk))


@staff_page
def lead_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """The card as a form; 422 with what is wrong, the card again when it is saved."""
    conversation = of(pk)
    lead_form, students = edit.forms_of(conversation.lead, request.POST or None)
    posted = request.method == "POST"
    if posted and _all_valid(lead_form, *students):
        edit.save(conversation, lead_form, students, timezone.now())
        if request.htmx:
            return _card(request, of(pk))
        return redirect(f"{reverse('console:conversation', args=[pk])}?pane=card")
    context = {"lead_form": lead_form, "student_forms": students}
    status = 422 if posted else 200
    if request.htmx:
        context["conversation"] = conversation
        return render(request, "console/card_form.html", context, status=status)
    context = page_context(request, conversation, timezone.now(), pane="card", **context)
    return render(request, "console/page.html", context, status=status)


def _all_valid(*forms: Form) -> bool:
    return all([form.is_valid() for form in forms])  # noqa: C419  every form shows its errors


def _card(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    context = {"conversation": conversation, **card(conversation, timezone.now())}
    return render(request, "console/card.html", context)
