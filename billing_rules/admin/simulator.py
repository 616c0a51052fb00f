"""What a family would pay, line by line, each with the row it comes from."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from billing_rules.models import Subject
from billing_rules.money import format_brl
from billing_rules.pricing import Line, NoPrice, Quote, quote

MOST_STUDENTS = 4

_WORDS = {
    "monthly_fee": _("monthly fee"),
    "enrolment_fee": _("enrolment fee"),
    "second_subject": _("discount: second subject"),
    "sibling": _("discount: sibling"),
}


class QuoteSimulator(UnfoldModelAdminViewMixin, TemplateView):
    title = _("Quote simulator")
    permission_required = "billing_rules.view_monthlyfee"
    template_name = "admin/billing_rules/quote.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subjects = list(Subject.objects.filter(active=True))
        asked = _asked(self.request, [subject.code for subject in subjects])
        kwargs.pop("model_admin", None)  # the URL names it as well
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["students"] = [
            {
                "number": number,
                "subjects": [
                    {"code": subject.code, "name": subject.name, "on": subject.code in codes}
                    for subject in subjects
                ],
            }
            for number, codes in enumerate(asked, 1)
        ]
        return {**context, **_answer([codes for codes in asked if codes])}


def _asked(request: HttpRequest, known: list[str]) -> list[list[str]]:
    """The subjects asked of each student; at first one student with the first subject."""
    asked = [
        [code for code in request.GET.getlist(f"student{number}") if code in known]
        for number in range(1, MOST_STUDENTS + 1)
    ]
    if not request.GET and known:
        asked[0] = known[:1]
    return asked


def _answer(students: list[list[str]]) -> dict[str, Any]:
    if not students:
        return {"problem": _("Choose at least one subject.")}
    try:
        found = quote(students, timezone.now())
    except NoPrice:
        return {"problem": _("A price that is needed has no version in force.")}
    return {"lines": [_shown(line) for line in found.lines], **_totals(found)}


def _totals(found: Quote) -> dict[str, str]:
    return {
        "monthly_total": format_brl(found.monthly_total),
        "enrolment_total": format_brl(found.enrolment_total),
        "total": format_brl(found.total),
    }


def _shown(line: Line) -> dict[str, Any]:
    model, pk = line.rule
    options = apps.get_model("billing_rules", model)._meta
    return {
        "label": _WORDS[line.label],
        "quantity": line.quantity,
        "unit": format_brl(line.unit),
        "total": format_brl(line.total),
        "rule": f"{options.verbose_name} #{pk}",
        "url": reverse(f"admin:billing_rules_{options.model_name}_change", args=[pk]),
    }
