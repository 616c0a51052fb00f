"""Changes that people made to visits in Google Calendar, for staff to decide."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from scheduling import booking, sync
from scheduling.admin import spans
from scheduling.models import Visit, VisitEvent


class SituationFilter(RadioFilter):
    title = _("situation")
    parameter_name = "situation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to decide")), ("waiting", _("not yet in Google Calendar"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.exclude(question="")
        if self.value() == "waiting":
            return queryset.filter(pk__in=VisitEvent.objects.stale())
        return queryset


class DecisionForm(BaseDialogForm):
    """Carries what was shown, so that nobody decides on something else."""

    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = VisitEvent.objects.filter(pk=kwargs.get("object_id") or 0).first()
        self.fields["shown"].initial = _shown(row) if row else ""


def _shown(row: VisitEvent) -> str:
    return f"{row.question} {row.there_starts_at} {row.there_ends_at}"


def _dialog(title: Any, description: Any, submit: Any) -> Any:
    return {
        "title": title, "description": description, "form_class": DecisionForm,
        "form_submit_text": submit,
    }  # fmt: skip


@admin.register(VisitEvent)
class VisitEventAdmin(ModelAdmin):
    list_display = ["family", "here", "there", "question_badge", "asked_at", "error"]
    list_display_links = None
    list_filter = [SituationFilter]
    list_select_related = ["visit__lead"]
    ordering: Any = [F("asked_at").desc(nulls_last=True), "-visit__starts_at"]
    actions = None
    actions_row = ["accept", "keep"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisitEvent]:
        rows: QuerySet[VisitEvent] = super().get_queryset(request)
        return rows.exclude(visit=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may move visits decides."""
        return bool(request.user.has_perm("scheduling.change_visit"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("scheduling.view_visit"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET":
            _tell_state(request)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    @display(description=_("family"), ordering="visit__lead__parent_name")
    def family(self, row: VisitEvent) -> SafeString | str:
        assert row.visit
        url = reverse("admin:scheduling_visit_change", args=[row.visit_id])
        return format_html('<a class="underline" href="{}">{}</a>', url, row.visit.lead)

    @display(description=_("here"), ordering="visit__starts_at")
    def here(self, row: VisitEvent) -> str:
        assert row.visit
        if row.visit.status not in Visit.ACTIVE:
            return row.visit.get_status_display()
        return spans.words(row.visit.starts_at, row.visit.ends_at)

    @display(description=_("in Google Calendar"), ordering="there_starts_at")
    def there(self, row: VisitEvent) -> str:
        if not row.etag or row.question == VisitEvent.Question.DELETED:
            return "–"
        return _words(row.there_starts_at, row.there_ends_at)

    @display(
        description=_("to decide"),
        ordering="question",
        label={"moved": "warning", "deleted": "danger", "": ""},
    )
    def question_badge(self, row: VisitEvent) -> tuple[str, str]:
        return row.question, row.get_question_display() if row.question else "–"

    @action(
        description=_("Accept…"),
        icon="check",
        permissions=["change"],
        dialog=_dialog(
            _("Do what was done in Google Calendar?"),
            _("A visit that was moved there moves here too; one that was deleted is cancelled. "
              "The family is not told by this."),
            _("Accept"),
        ),
    )  # fmt: skip
    def accept(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._decide(
            request,
            form,
            object_id,
            lambda row, now: sync.accept(row, now=now, by=Visit.By.STAFF),
        )

    @action(
        description=_("Keep ours…"),
        icon="undo",
        permissions=["change"],
        dialog=_dialog(
            _("Keep the visit as it is here?"),
            _("Google Calendar gets the visit's own time again."),
            _("Keep ours"),
        ),
    )
    def keep(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, form, object_id, lambda row, now: sync.keep(row, now=now))

    def _decide(
        self,
        request: HttpRequest,
        form: Any,
        pk: str,
        decide: Callable[[VisitEvent, datetime], None],
    ) -> HttpResponse:
        row = VisitEvent.objects.filter(pk=pk).first()
        try:
            if row is None or form.cleaned_data["shown"] != _shown(row):
                raise sync.Overtaken
            decide(row, timezone.now())
        except sync.Overtaken:
            messages.error(request, gettext("This has changed meanwhile: look at it again."))
        except booking.SlotTaken:
            messages.error(request, gettext("This time is already taken."))
        except booking.SlotClosed:
            messages.error(request, gettext("The unit receives nobody at this time."))
        except booking.NotActive:
            messages.error(request, gettext("The visit is no longer in a state that allows this."))
        else:
            messages.success(request, gettext("Done."))
        url = reverse("admin:scheduling_visitevent_changelist")
        return HttpResponse(headers={"HX-Redirect": f"{url}?situation=open"})


def _words(starts_at: datetime | None, ends_at: datetime | None) -> str:
    return spans.words(starts_at, ends_at) if starts_at and ends_at else "–"


def _tell_state(request: HttpRequest) -> None:
    state = sync.state(timezone.now())
    if state.name == "off":
        messages.info(request, gettext("Google Calendar is not connected."))
    elif state.name == "behind" and state.age is None:
        messages.warning(request, gettext("Google Calendar has not answered yet."))
    elif state.name == "behind":
        minutes = int((state.age or 0) // 60)
        messages.warning(request, ngettext(
            "Google Calendar is %(minutes)d minute behind. Visits are booked all the same.",
            "Google Calendar is %(minutes)d minutes behind. Visits are booked all the same.",
            minutes,
        ) % {"minutes": minutes})  # fmt: skip
