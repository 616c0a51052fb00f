"""The page `/simulator/`: several parents' phones side by side."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from conversations.models import SimulatedBubble, SimulatedParent, SimulatorFaults
from conversations.simulator import payloads, phones
from conversations.simulator.forms import FaultsForm, MessageForm, ParentForm

SHOWN_PHONES = 12
SHOWN_BUBBLES = 200
ATTACHMENTS = {
    "audio": _("Voice note"),
    "image": _("Image"),
    "sticker": _("Sticker"),
    "location": _("Location"),
    "contact": _("Contact card"),
}


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "simulator/page.html", _page_context())


@require_POST
def add_parent(request: HttpRequest) -> HttpResponse:
    form = ParentForm(request.POST)
    if not form.is_valid():
        return render(request, "simulator/page.html", _page_context() | {"form": form}, status=422)
    given = form.cleaned_data
    parent = phones.add(given["name"], given["number"], by_lid=given["by_lid"])
    return redirect(f"{reverse('simulator:page')}#phone-{parent.pk}")


@require_POST
def remove_parent(request: HttpRequest, parent_id: int) -> HttpResponse:
    _parent(parent_id).delete()
    return redirect("simulator:page")


@require_GET
def chat(request: HttpRequest, parent_id: int) -> HttpResponse:
    return render(request, "simulator/chat.html", _chat_context(_parent(parent_id)))


@require_POST
def send(request: HttpRequest, parent_id: int) -> HttpResponse:
    """A text of the parent's, an edit of one, or an answer typed on the unit's own phone."""
    parent, form = _parent(parent_id), MessageForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    given, now = form.cleaned_data, timezone.now()
    if given["edited"]:
        phones.edit(_own_text(parent, given["edited"]), given["text"], now)
        return HttpResponse(status=204)
    phones.say(
        parent,
        {"conversation": given["text"]},
        now,
        quoted=parent.bubbles.filter(pk=given["quoted"]).first() if given["quoted"] else None,
        author=phones.Author.UNIT_PHONE if given["by_unit"] else phones.Author.PARENT,
    )
    return HttpResponse(status=204)


@require_POST
def attach(request: HttpRequest, parent_id: int, kind: str) -> HttpResponse:
    if kind not in ATTACHMENTS:
        raise Http404
    phones.say(_parent(parent_id), payloads.attachment(kind), timezone.now())
    return HttpResponse(status=204)


@require_POST
def read(request: HttpRequest, parent_id: int) -> HttpResponse:
    phones.read(_parent(parent_id))
    return HttpResponse(status=204)


@require_GET
def context(request: HttpRequest, parent_id: int) -> HttpResponse:
    """What stands above the text field: a quote, the text being edited, or the unit's phone."""
    parent = _parent(parent_id)
    shown: dict[str, Any] = {"parent": parent}
    if "edit" in request.GET:
        shown["edited"] = _own_text(parent, request.GET["edit"])
    elif "quote" in request.GET:
        shown["quoted"] = _bubble(parent, request.GET["quote"])
    return render(request, "simulator/context.html", shown)


@require_POST
def react(request: HttpRequest, parent_id: int, bubble_id: int) -> HttpResponse:
    phones.react(_bubble(_parent(parent_id), bubble_id), "👍", timezone.now())
    return HttpResponse(status=204)


@require_POST
def delete(request: HttpRequest, parent_id: int, bubble_id: int) -> HttpResponse:
    bubble = get_object_or_404(
        SimulatedBubble, pk=bubble_id, parent=parent_id, author=phones.Author.PARENT
    )
    phones.delete(bubble, timezone.now())
    return HttpResponse(status=204)


@require_POST
def set_faults(request: HttpRequest) -> HttpResponse:
    form = FaultsForm(request.POST, instance=SimulatorFaults.current())
    form.save()
    return render(request, "simulator/faults.html", {"faults": form})


def _page_context() -> dict[str, Any]:
    parents = list(SimulatedParent.objects.all()[:SHOWN_PHONES])
    return {
        "phones": [_chat_context(parent) for parent in parents],
        "form": ParentForm(),
        "faults": FaultsForm(instance=SimulatorFaults.current()),
        "attachments": ATTACHMENTS.items(),
        "elsewhere": reverse("simulator:page") not in settings.EVOLUTION_API_URL,
    }


def _chat_context(parent: SimulatedParent) -> dict[str, Any]:
    newest = parent.bubbles.select_related("quoted").order_by("-id")[:SHOWN_BUBBLES]
    bubbles = list(reversed(newest))
    return {
        "parent": parent,
        "bubbles": bubbles,
        "typing": parent.sees_typing(timezone.now()),
        "unread": any(
            bubble.author == phones.Author.GATEWAY and bubble.status != phones.Status.READ
            for bubble in bubbles
        ),
    }


def _parent(parent_id: int) -> SimulatedParent:
    return get_object_or_404(SimulatedParent, pk=parent_id)


def _bubble(parent: SimulatedParent, bubble_id: int | str) -> SimulatedBubble:
    if not str(bubble_id).isdecimal():
        raise Http404
    return get_object_or_404(SimulatedBubble, pk=bubble_id, parent=parent, deleted_at=None)


def _own_text(parent: SimulatedParent, bubble_id: int | str) -> SimulatedBubble:
    """A text of the parent's own, which alone can be edited."""
    bubble = _bubble(parent, bubble_id)
    if not bubble.editable:
        raise Http404
    return bubble
