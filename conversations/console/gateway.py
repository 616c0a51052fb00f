"""The unit's WhatsApp as staff see it: alive or not, and the code that pairs it again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conversations import watch
from conversations.console.access import StaffRequest, staff_page

PAIR = "conversations.pair_gateway"


@staff_page
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The code only for those who may pair: whoever scans it has the unit's number."""
    seen = watch.look(timezone.now())
    may_pair = request.user.has_perm(PAIR)
    context = {"watch": seen, "code": seen.code if may_pair else None, "may_pair": may_pair}
    name = "console/gateway_state.html" if request.htmx else "console/gateway.html"
    return render(request, name, context)
