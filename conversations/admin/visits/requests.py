"""The board's requests: look, book, take a step, print the day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar, cast
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from billing_rules.models import Subject
from conversations import invitations, visits
from conversations.admin.visits import board
from conversations.admin.visits.forms import BookForm
from conversations.models import CalendarFeed
from conversations.visits.forms import StepForm
from leads.models import FieldEvidence, Lead
from leads.qualification import set_field
from scheduling.booking import load_calendar
from scheduling.models import Visit

MOST_FOUND = 8
BOARD = "admin:scheduling_visit_board"
private = method_decorator(cache_control(no_store=True, private=True))


def on_board(visit: Visit, kind: str = "week") -> str:
    """Where the board shows a visit with its panel open."""
    day = timezone.localdate(visit.starts_at).isoformat()
    return f"{reverse(BOARD)}?{urlencode({kind: day, 'visit': visit.pk})}"


class PhoneKnown(Exception):
    """A family with this phone was made since the form was checked."""


class BoardPages:
    """Mixed into the admin of visits: its look, its permissions, its site."""

    admin_site: Any
    opts: ClassVar[Any]
    has_view_permission: Callable[..., bool]
    has_add_permission: Callable[..., bool]
    has_change_permission: Callable[..., bool]

    def board_urls(self) -> list[URLPattern]:
        pages = {
            "board": ("board/", self.board),
            "book": ("board/book/", self.book),
            "step": ("<int:pk>/step/", self.step),
            "feed": ("board/feed/", self.feed),
            "day": ("day/<str:day>/", self.day_list),
        }
        return [
            path(where, self.admin_site.admin_view(view), name=f"scheduling_visit_{name}")
            for name, (where, view) in pages.items()
        ]

    @private
    @method_decorator(require_safe)
    def board(self, request: HttpRequest) -> HttpResponse:
        """`?day=` or `?week=` (any day of it); `?visit=` or `?at=` opens a panel beside it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request)

    @private
    @method_decorator(require_POST)
    def book(self, request: HttpRequest) -> HttpResponse:
        """A visit at a free time, for a known family or a new one; the form again if refused."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BookForm(request.POST)
        valid, given, now = form.is_valid(), form.cleaned_data, timezone.now()
        if made := _made(given):
            return _back(request, visit=made)  # sent twice
        if not valid:
            return self._page(request, status=422, booking=form)
        try:
            with transaction.atomic():
                lead = given["lead"] or _new_family(given, now)
                made = visits.book(lead, given["at"], now=now, client_key=str(given["client_key"]))
        except PhoneKnown:
            if made := _made(given):
                return _back(request, visit=made)  # sent twice at once
            return self._page(request, status=409, booking=BookForm(request.POST))
        except visits.REFUSED as refused:
            form.add_error(None, visits.words(refused))
            return self._page(request, status=409, booking=form)
        messages.success(request, _("The visit is booked."))
        return _back(request, visit=made)

    @private
    @method_decorator(require_POST)
    def step(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm, mark, move or cancel; the page again, with what was typed, if refused."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        visit = get_object_or_404(Visit, pk=pk)
        form = StepForm(request.POST)
        if not form.is_valid():
            return self._page(request, status=422, stepping=form, visit=visit)
        try:
            visit = visits.take(visit, form.cleaned_data, timezone.now())
        except visits.REFUSED as refused:
            form.add_error(None, visits.words(refused))
            return self._page(request, status=409, stepping=form, visit=visits.latest(visit))
        messages.success(request, _("Done."))
        gone = visit.status == Visit.Status.CANCELLED or "unmarked" in request.POST
        return _back(request, visit=None if gone else visit)

    @private
    @method_decorator(require_safe)
    def day_list(self, request: HttpRequest, day: str) -> HttpResponse:
        """The day's visits on paper."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = _day(day)
        visits_of_day = board.of_day(on, timezone.now()).days[0].visits
        context = {"day": on, "visits": visits_of_day, "subjects": _subjects()}
        return TemplateResponse(request, "admin/scheduling/visit/day.html", context)

    @private
    @method_decorator(require_POST)
    def feed(self, request: HttpRequest) -> HttpResponse:
        """A new address for one's own calendar program, shown this once; `end=1` ends it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if "end" in request.POST:
            invitations.unsubscribe(cast(User, request.user))
            messages.success(request, _("Done."))
            return _back(request, visit=None)
        path = invitations.subscribe(cast(User, request.user), timezone.now())
        return self._page(request, feed_address=request.build_absolute_uri(path))

    def _page(self, request: HttpRequest, status: int = 200, **panel: Any) -> HttpResponse:
        now = timezone.now()
        asked = request.POST or request.GET
        single = "day" in asked
        on = _day(asked.get("day") or asked.get("week") or "", timezone.localdate(now))
        page = board.of_day(on, now) if single else board.of_week(on, now)
        span = board.DAY if single else 7 * board.DAY
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar of visits"),
            "opts": self.opts,
            "board": page,
            "single": single,
            "on": on,
            "today": timezone.localdate(now),
            "now": now,
            "earlier": on - span,
            "later": on + span,
            "place": urlencode({"day" if single else "week": on.isoformat()}),
            "unmarked": list(board.unmarked(now)[:20]),
            "subjects": _subjects(),
            "subscribed": CalendarFeed.objects.filter(user_id=request.user.pk or 0).exists(),
            "feed_address": panel.get("feed_address"),
            "may_book": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            **_panel(asked, now, panel),
        }
        return TemplateResponse(
            request, "admin/scheduling/visit/board.html", context, status=status
        )


def _panel(asked: Any, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the board: one visit with its steps, or a free time to be booked."""
    visit = given.get("visit") or _chosen(asked.get("visit", ""))
    if visit is not None:
        return {
            "visit": visit,
            "stepping": given.get("stepping"),
            "active": visit.status in Visit.ACTIVE,
            "ahead": visit.status in Visit.ACTIVE and visit.ends_at > now,
            "begun": visit.starts_at <= now,
            "free": _free_moments(now),
            "reminders": visit.followups.order_by("due_at"),
        }
    form = given.get("booking")
    if form is None and asked.get("at"):
        form = BookForm(initial={"at": asked["at"], "client_key": uuid4()})
    if form is None:
        return {}
    at = form["at"].value()
    query = asked.get("q", "").strip()
    return {"booking": form, "at": _moment(at), "q": query, "found": _found(query) if query else []}


def _made(given: dict[str, Any]) -> Visit | None:
    """The visit that the same request has made already for this family."""
    family = {"lead": given["lead"]} if given.get("lead") else {"lead__phone": given.get("phone")}
    if None in (given.get("client_key"), *family.values()):
        return None
    return Visit.objects.filter(client_key=str(given["client_key"]), **family).first()


def _new_family(given: dict[str, Any], now: datetime) -> Lead:
    try:
        with transaction.atomic():
            lead = Lead.objects.create(phone=given["phone"], created_at=now)
    except IntegrityError as error:
        raise PhoneKnown from error
    status = FieldEvidence.Status.STAFF
    for name in ("phone", "parent_name"):
        value = given["phone"] if name == "phone" else given["name"]
        set_field(lead, name, value, status=status, message_id=None, now=now)
    return lead


def _found(query: str) -> QuerySet[Lead]:
    named = Q(parent_name__icontains=query) | Q(students__name__icontains=query)
    digits = "".join(char for char in query if char.isdigit())
    if len(digits) >= 4:
        named |= Q(phone__contains=digits)
    return Lead.objects.filter(named).distinct().prefetch_related("students")[:MOST_FOUND]


def _free_moments(now: datetime) -> list[datetime]:
    calendar = load_calendar(now)
    first = timezone.localdate(now)
    return calendar.free(first, first + calendar.rules.horizon_days * board.DAY)


def _subjects() -> dict[str, str]:
    return dict(Subject.objects.values_list("code", "name"))


def _chosen(pk: str) -> Visit | None:
    if not pk.isdecimal() or len(pk) > 18:
        return None
    rows = Visit.objects.select_related("lead__conversation").prefetch_related("lead__students")
    return rows.filter(pk=int(pk)).first()


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not board.FIRST_DAY <= at.date() <= board.LAST_DAY:
        return None
    return at if at.tzinfo else timezone.make_aware(at)


def _day(text: str, otherwise: date | None = None) -> date:
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return otherwise or timezone.localdate()
    return min(max(asked, board.FIRST_DAY), board.LAST_DAY)


def _back(request: HttpRequest, *, visit: Visit | None) -> HttpResponse:
    """To the board as it was, at the visit's own day or week, with its panel open."""
    kind = "day" if "day" in request.POST else "week"
    query = urlencode({kind: request.POST.get(kind, "")})
    there = on_board(visit, kind) if visit is not None else f"{reverse(BOARD)}?{query}"
    return HttpResponseRedirect(there, status=303)
