"""Calendar files for whoever has the address: public pages that say nothing to anybody else."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_ratelimit.core import is_ratelimited

from conversations import invitations
from conversations.agent.wording import first_name
from conversations.models import Unit
from scheduling import ics
from scheduling.models import Visit

GUESSES = "60/m"  # for one address of the network, any token
FETCHES = "60/h"  # for one token; calendar programs ask every few hours
BEHIND, AHEAD = timedelta(days=30), timedelta(days=60)


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The family's visit as it is now; 404 for a forged address, 410 once the visit is over."""
    if _too_often(request, token):
        return HttpResponse(status=429)
    thread, now = invitations.invited(token), timezone.now()
    if thread is None:
        return HttpResponse(status=404)
    if ics.expires(thread) <= now:
        return HttpResponse(status=410)
    unit = Unit.objects.at(now).get()
    one = ics.event(thread, summary=f"Visita ao {unit.name}", location=unit.address)
    method = "CANCEL" if thread.cancelled else "PUBLISH"
    return _file(ics.document([one], method=method), "visita.ics")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """All visits around now, for the calendar of one of the staff."""
    if _too_often(request, token):
        return HttpResponse(status=429)
    now = timezone.now()
    if invitations.subscriber(token) is None:
        return HttpResponse(status=404)
    unit = Unit.objects.at(now).get()
    span = Visit.objects.between(now - BEHIND, now + AHEAD)
    families = Visit.objects.filter(lead__in=span.values("lead"))
    current = {
        thread.first: thread
        for thread in ics.threads(families.select_related("lead")).values()
        if now - BEHIND <= thread.now.starts_at < now + AHEAD
    }
    events = [
        ics.event(thread, summary=_summary(thread.now), location=unit.address)
        for thread in sorted(current.values(), key=lambda one: one.now.starts_at)
        if not thread.cancelled
    ]
    also = {"x-wr-calname": f"Visitas – {unit.name}", "refresh-interval;value=duration": "PT1H"}
    return _file(ics.document(events, method="PUBLISH", also=also), "visitas.ics")


def _summary(visit: Visit) -> str:
    """Nothing of a child: it goes to calendars outside of the unit."""
    name = first_name(visit.lead.parent_name)
    return f"Visita: {name}" if name else "Visita"


def _too_often(request: HttpRequest, token: str) -> bool:
    """Counted per process (RATELIMIT_USE_CACHE), so that calendars do not need Redis."""
    return any([
        is_ratelimited(request, group="calendar-guess", key="ip", rate=GUESSES, increment=True),
        is_ratelimited(
            request,
            group="calendar-fetch",
            key=lambda *_args: invitations.digest(token),
            rate=FETCHES,
            increment=True,
        ),
    ])  # fmt: skip


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
            "X-Robots-Tag": "noindex, nofollow",
            "Referrer-Policy": "no-referrer",
        },
    )
