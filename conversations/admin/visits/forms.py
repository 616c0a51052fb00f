from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from conversations.admin import links
from scheduling import booking
from scheduling.models import Visit


class CancelForm(BaseDialogForm):
    reason = forms.CharField(
        label=capfirst(_("reason")),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class MoveForm(BaseDialogForm):
    starts_at = forms.TypedChoiceField(
        label=capfirst(_("new time")), coerce=datetime.fromisoformat, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["starts_at"]
        choose.choices = free_moments()


class VisitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new visit, at one of the free times."""

    free = forms.TypedChoiceField(
        label=capfirst(_("time")), coerce=datetime.fromisoformat, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Visit
        fields = ("lead",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "free" in self.fields:
            choose: Any = self.fields["free"]
            choose.choices = free_moments()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        lead = given.get("lead")
        if lead and Visit.objects.filter(lead=lead).ahead(timezone.now()).exists():
            self.add_error("lead", _("This family already has a visit ahead."))
        return given


def free_moments() -> list[tuple[str, str]]:
    """Every free start within the horizon, as (ISO moment, words)."""
    now = timezone.now()
    calendar = booking.load_calendar(now)
    day = timezone.localtime(now).date()
    free = calendar.free(day, day + timedelta(days=calendar.rules.horizon_days))
    return [(at.isoformat(), links.moment(at)) for at in free]
