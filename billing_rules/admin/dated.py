"""Rows with a period in the back-office: what has begun is only ended or replaced."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from billing_rules.periods import Dated, NotOpen, replace

PERIOD = ("valid_from", "valid_until")
NOTHING_TO_SAVE = {
    "show_save": False,
    "show_save_and_continue": False,
    "show_save_and_add_another": False,
}


def state(row: Dated, now: datetime) -> str:
    """`holds`, `ended` or `begins` (later)."""
    if row.valid_from > now:
        return "begins"
    return "ended" if row.valid_until and row.valid_until <= now else "holds"


class StateFilter(RadioFilter):
    title = _("situation")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("holds", _("in force")), ("begins", _("begins later")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dated]) -> QuerySet[Dated]:
        now = timezone.now()
        begun = Q(valid_from__lte=now)
        over = Q(valid_until__lte=now)
        by_state = {"holds": begun & ~over, "begins": ~begun, "ended": begun & over}
        wanted = by_state.get(str(self.value()))
        return queryset if wanted is None else queryset.filter(wanted)


class DatedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new row, one that has not begun, or the end of one that holds."""

    def clean_valid_from(self) -> datetime:
        """Nothing holds in the past: what was said to families stays true."""
        given: datetime = self.cleaned_data["valid_from"]
        return max(given, timezone.now())

    def clean_valid_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["valid_until"]
        if until and "valid_until" in self.changed_data and until < timezone.now():
            raise ValidationError(_("The end cannot lie in the past."))
        return until


class DatedAdmin(SimpleHistoryAdmin, ModelAdmin):
    form = DatedForm
    list_filter: Any = [StateFilter]
    actions_detail = ["replace_from"]
    only_one: ClassVar[bool] = False  # the unit has one such row at a time
    same_when_replaced: ClassVar[tuple[str, ...]] = ()  # what says that it is the same thing
    replace_after_template: ClassVar[str] = ""

    @display(
        description=_("situation"),
        ordering="valid_from",
        label={"holds": "success", "begins": "info", "ended": ""},
    )
    def situation(self, row: Dated) -> tuple[str, str]:
        now = timezone.now()
        words = {"holds": _("in force"), "begins": _("begins later"), "ended": _("ended")}
        return state(row, now), str(words[state(row, now)])

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": timezone.now(), **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Dated | None = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        if obj is None or state(obj, timezone.now()) == "begins":
            return fixed
        columns = [field for field in self._columns() if field not in fixed]
        open_end = state(obj, timezone.now()) == "holds"
        return fixed + [f for f in columns if f != "valid_until" or not open_end]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Many at once are not deleted: one that has been in force would be among them."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        if self.only_one and self.model.objects.filter(valid_until=None).exists():
            return False
        return bool(super().has_add_permission(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and state(row, timezone.now()) != "begins":
            messages.error(request, gettext(
                "This has been in force, and families were told it. End it or replace it instead."
            ))  # fmt: skip
            return HttpResponseRedirect(self._url("change", row.pk))
        response: HttpResponse = super().delete_view(request, object_id, extra_context)
        return response

    def delete_model(self, request: HttpRequest, obj: Dated) -> None:
        """Deleting says the same as `delete_view` to whoever comes by another way."""
        if state(obj, timezone.now()) == "begins":
            super().delete_model(request, obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        if obj is not None and state(obj, timezone.now()) == "ended":
            context.update(NOTHING_TO_SAVE)
        return super().render_change_form(request, context, *args, **kw)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # history is looked at, never put back

    @action(
        description=_("Replace from a moment on…"),
        icon="event_repeat",
        url_path="replace",
        permissions=["change"],
    )
    def replace_from(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page with a form; only its POST changes anything."""
        row = self.get_object(request, object_id)
        if row is None:
            return HttpResponseRedirect(reverse("admin:index"))
        if row.valid_until is not None:
            messages.warning(request, gettext("This version already has an end."))
            return HttpResponseRedirect(self._url("change", row.pk))
        form = self._replace_form(request, row)
        if request.method == "POST" and form.is_valid() and (new := self._replaced(form, row)):
            messages.success(request, gettext("The new version was kept."))
            return HttpResponseRedirect(self._url("change", new.pk))
        return TemplateResponse(request, "admin/replace.html", {
            **self.admin_site.each_context(request),
            "title": gettext("Replace from a moment on"),
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "form": form,
            "media": self.media + form.media,
            "back": self._url("change", row.pk),
            "after": self.replace_after_template,
        })  # fmt: skip

    def _replace_form(self, request: HttpRequest, row: Dated) -> Any:
        fixed = (*PERIOD, *self.same_when_replaced)
        fields = [field for field in self._columns() if field not in fixed]
        page: Any = forms.modelform_factory(
            self.model,
            form=self.form,
            fields=fields,
            formfield_callback=lambda field, **kwargs: self.formfield_for_dbfield(
                field, request, **kwargs
            ),
        )
        for absent in fixed:
            page.base_fields.pop(absent, None)
        form = page(request.POST or None, instance=type(row)._base_manager.get(pk=row.pk))
        form.fields["starting"] = forms.SplitDateTimeField(
            label=capfirst(_("holds from")),
            initial=timezone.now,
            widget=UnfoldAdminSplitDateTimeWidget(),
            help_text=_("Until then the present version holds. A past moment counts as now."),
        )
        form.order_fields(["starting", *fields])
        return form

    def _replaced(self, form: Any, row: Dated) -> Dated | None:
        starting = max(form.cleaned_data.pop("starting"), timezone.now())
        if starting <= row.valid_from:
            form.add_error("starting", _("The present version begins later than that."))
            return None
        try:
            with transaction.atomic():
                return replace(row, starting, **form.cleaned_data)
        except NotOpen:
            form.add_error(None, _("Somebody else has just replaced it. Open it again."))
        except IntegrityError:
            form.add_error(None, _("Another version already begins later."))
        return None

    def _columns(self) -> list[str]:
        """Everything the form writes, in the order of the model."""
        return [
            field.name
            for field in self.model._meta.fields
            if field.editable and not field.primary_key
        ]

    def _url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)
