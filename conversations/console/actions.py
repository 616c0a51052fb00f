"""What staff do to a conversation: take it over, answer, give it back, end it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import handoff, outbox
from conversations.console.access import StaffRequest, staff_page
from conversations.console.conversation import Stance, composer, of, page_context
from conversations.models import Conversation

LONGEST_TEXT = 4096  # WhatsApp cuts what is longer


@staff_page
@require_POST
def take_over(request: StaffRequest, pk: int) -> HttpResponse:
    won = handoff.take_over(of(pk).pk, request.user, timezone.now())
    return _outcome(request, pk, won)


@staff_page
@require_POST
def give_back(request: StaffRequest, pk: int) -> HttpResponse:
    """`answer_last=1`: the bot answers what the parent wrote last; else it waits for the parent."""
    answer_last = request.POST.get("answer_last") == "1"
    done = handoff.give_back(of(pk).pk, request.user, timezone.now(), answer_last=answer_last)
    return _outcome(request, pk, done)


@staff_page
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    return _outcome(request, pk, handoff.close(of(pk).pk, request.user, timezone.now()))


@staff_page
@require_POST
def retry(request: StaffRequest, pk: int, message_id: int) -> HttpResponse:
    """Sends a failed message of this conversation again."""
    conversation = of(pk)
    if conversation.messages.filter(pk=message_id).exists():
        outbox.retry(message_id, timezone.now())
    return _to_page(pk)


@staff_page
@require_POST
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """A text by its writer's `client_uuid`; 409 keeps the text when it could not be said now."""
    conversation = of(pk)
    text = request.POST.get("text", "").strip()
    if not text or len(text) > LONGEST_TEXT:
        problem = _("Write something first.") if not text else _("WhatsApp takes 4,096 characters.")
        return _composer(request, conversation, 422, problem=problem)
    try:
        client_uuid = UUID(request.POST.get("client_uuid", ""))
        seen_rev = _seen_rev(request)
    except ValueError:
        return _composer(request, conversation, 422, problem=_("Please send it again."))
    try:
        outbox.queue_staff_text(
            pk, request.user, text, client_uuid, timezone.now(), seen_rev=seen_rev
        )
    except outbox.UnseenMessages:
        return _composer(request, of(pk), 409, client_uuid=client_uuid, unseen=True)
    except outbox.NotYours:
        return _composer(request, of(pk), 409, problem=_not_yours(request, of(pk)))
    return _composer(request, of(pk), 200) if request.htmx else _to_page(pk)


def _seen_rev(request: StaffRequest) -> int | None:
    """The last rev the writer saw; None for "send anyway"."""
    return None if request.POST.get("anyway") else int(request.POST.get("seen_rev", ""))


def _composer(
    request: StaffRequest, conversation: Conversation, status: int, **extra: object
) -> HttpResponse:
    draft = request.POST.get("text", "") if status != 200 else ""
    extra = {"draft": draft, "focus": True, **extra}
    if not request.htmx:
        context = page_context(request, conversation, timezone.now(), **extra)
        return render(request, "console/page.html", context, status=status)
    context = composer(conversation, request.user, **extra)
    response = render(request, "console/composer.html", context, status=status)
    response["HX-Trigger"] = "console-changed"
    return response


def _outcome(request: StaffRequest, pk: int, done: bool) -> HttpResponse:
    if not done:
        messages.warning(request, _not_yours(request, of(pk)))
    return _to_page(pk)


def _not_yours(request: StaffRequest, conversation: Conversation) -> str:
    stance = Stance(conversation, request.user)
    if stance.holder and not stance.mine:
        return _("%(name)s is already with this conversation.") % {"name": stance.holder}
    if conversation.mode == Conversation.Mode.BOT:
        return _("The bot has this conversation. Take it over to write.")
    return _("This conversation has changed meanwhile. Please look again.")


def _to_page(pk: int) -> HttpResponse:
    response = redirect("console:conversation", pk)
    response.status_code = 303
    return response
