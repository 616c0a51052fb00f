from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from billing_rules.admin.dated import NOTHING_TO_SAVE
from conversations.admin import links
from conversations.admin.visits.forms import CancelForm, MoveForm, VisitForm
from conversations.admin.visits.periods import WhenFilter
from scheduling import booking
from scheduling.models import Visit

STATUS_COLOURS = {
    "booked": "warning", "confirmed": "success", "attended": "primary",
    "no_show": "danger", "cancelled": "", "rescheduled": "",
}  # fmt: skip


def _dialog(title: Any, submit: Any, form: type[BaseDialogForm] = BaseDialogForm) -> Any:
    return {"title": title, "description": "", "form_class": form, "form_submit_text": submit}


@admin.register(Visit)
class VisitAdmin(SimpleHistoryAdmin, ModelAdmin):
    form = VisitForm
    list_display = ["when", "family", "phone", "children", "status_badge", "created_by", "console"]
    list_display_links = ["when"]
    list_select_related = ["lead__conversation"]
    list_filter = [WhenFilter, ("status", ChoicesCheckboxFilter)]
    list_filter_submit = True
    list_per_page = 50
    search_fields = ["lead__parent_name", "lead__phone", "lead__students__name"]
    search_help_text = _("Name of the parent or student, or phone")
    date_hierarchy = "starts_at"
    autocomplete_fields = ["lead"]
    actions = None
    actions_row = ["confirm", "attended", "no_show", "move", "cancel"]
    actions_detail = ["confirm", "attended", "no_show", "move", "cancel"]
    add_fieldsets = [(None, {"fields": ["lead", "free"]})]
    fieldsets = [
        (None, {"fields": [("when", "status"), ("family", "phone"), "children", "reason"]}),
        (_("Record"), {"fields": [("created_by", "created_at"), ("replaces", "updated_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        visits: QuerySet[Visit] = super().get_queryset(request)
        return visits.select_related("lead__conversation").prefetch_related("lead__students")

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """A day or what comes is read from its beginning, everything from the newest."""
        return ["starts_at"] if request.GET.get("when") else ["-starts_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Visit | None = None) -> list[str]:
        """A visit changes by its steps only."""
        if obj is None:
            return []
        return [
            "when", "status", "family", "phone", "children", "reason", "created_by",
            "created_at", "replaces", "updated_at",
        ]  # fmt: skip

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        if kw.get("obj") is not None:
            context.update(NOTHING_TO_SAVE)
        return super().render_change_form(request, context, *args, **kw)

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup.startswith("lead__id") or super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Visit | None = None) -> bool:
        return False

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @display(description=_("time"), ordering="starts_at")
    def when(self, visit: Visit) -> SafeString:
        return links.whole(links.moment(visit.starts_at))

    @display(description=_("family"), ordering="lead__parent_name")
    def family(self, visit: Visit) -> SafeString | str:
        return links.to_row(visit.lead, visit.lead.parent_name or links.phone(visit.lead.phone))

    @display(description=_("phone"))
    def phone(self, visit: Visit) -> SafeString:
        return links.whole(links.phone(visit.lead.phone))

    @display(description=_("students"))
    def children(self, visit: Visit) -> str:
        return ", ".join(str(student) for student in visit.lead.students.all()) or "–"

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_badge(self, visit: Visit) -> tuple[str, str]:
        return visit.status, visit.get_status_display()

    @display(description=_("conversation"))
    def console(self, visit: Visit) -> SafeString | str:
        talk = links.of_conversation(visit.lead)
        return links.to_console(talk and talk.pk)

    def save_model(self, request: HttpRequest, obj: Visit, form: Any, change: bool) -> None:
        """Only new visits are saved here; `response_add` answers when the place was lost."""
        if change:
            return
        try:
            made = booking.book(
                form.cleaned_data["lead"],
                form.cleaned_data["free"],
                now=timezone.now(),
                by=Visit.By.STAFF,
            )
        except (booking.SlotTaken, booking.SlotClosed, booking.AlreadyBooked) as refused:
            messages.error(request, _words(refused))
            return
        obj.__dict__.update(made.__dict__)

    def log_addition(self, request: HttpRequest, obj: Visit, message: Any) -> Any:
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Visit, *args: Any) -> HttpResponse:
        if obj.pk is None:
            return HttpResponseRedirect(reverse("admin:scheduling_visit_add"))
        response: HttpResponse = super().response_add(request, obj, *args)
        return response

    @action(
        description=_("Confirm"),
        icon="event_available",
        permissions=["change"],
        dialog=_dialog(_("Confirm this visit?"), _("Confirm")),
    )
    def confirm(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._step(request, object_id, booking.confirm)

    @action(
        description=_("Came"),
        icon="how_to_reg",
        permissions=["change"],
        dialog=_dialog(_("The family came to this visit?"), _("Came")),
    )
    def attended(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._step(request, object_id, booking.mark, "attended")

    @action(
        description=_("Did not come"),
        icon="person_off",
        permissions=["change"],
        dialog=_dialog(_("The family did not come to this visit?"), _("Did not come")),
    )
    def no_show(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._step(request, object_id, booking.mark, "no_show")

    @action(
        description=_("Move…"),
        icon="event_repeat",
        permissions=["change"],
        dialog=_dialog(_("Move this visit to another time"), _("Move"), MoveForm),
    )
    def move(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._step(request, object_id, booking.reschedule, form.cleaned_data["starts_at"])

    @action(
        description=_("Cancel visit…"),
        icon="event_busy",
        permissions=["change"],
        dialog=_dialog(_("Cancel this visit?"), _("Yes, cancel the visit"), CancelForm),
    )
    def cancel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._step(request, object_id, booking.cancel, form.cleaned_data["reason"])

    def _step(
        self, request: HttpRequest, pk: str, step: Callable[..., Any], *args: Any
    ) -> HttpResponse:
        """Take one step of booking and show the list again, whatever came of it."""
        try:
            step(Visit.objects.get(pk=pk), *args, now=timezone.now(), by=Visit.By.STAFF)
        except Visit.DoesNotExist:
            messages.error(request, gettext("This visit does not exist any more."))
        except (booking.NotActive, booking.SlotTaken, booking.SlotClosed) as refused:
            messages.error(request, _words(refused))
        else:
            messages.success(request, gettext("Done."))
        back = request.headers.get("HX-Current-URL") or reverse("admin:scheduling_visit_changelist")
        return HttpResponse(headers={"HX-Redirect": _own_path(back)})


def _own_path(url: str) -> str:
    """The path of a URL of ours: a header never sends staff to another site."""
    parts = urlsplit(url)
    path = parts.path if parts.path.startswith("/admin/") else reverse("admin:index")
    return f"{path}?{parts.query}" if parts.query else path


def _words(refused: Exception) -> str:
    match refused:
        case booking.SlotTaken():
            return gettext("This time is already taken.")
        case booking.SlotClosed():
            return gettext("The unit receives nobody at this time.")
        case booking.AlreadyBooked():
            return gettext("This family already has a visit ahead.")
    return gettext("The visit is no longer in a state that allows this.")
