"""Texts for parents: chosen by name, checked, and seen as parents would before they are kept."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse_lazy
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from billing_rules.admin.dated import DatedAdmin, DatedForm, StateFilter
from conversations import texts
from conversations.admin.content.examples import example_values
from conversations.admin.content.literals import refuse_literal_facts
from conversations.models import TextOverride

LONGEST = 1000  # characters: a reply may hold several texts, and WhatsApp folds long bubbles


def problems(name: str, wordings: str) -> list[Any]:
    """What keeps `wordings` from being said in place of the file's, as sentences."""
    ours = [texts.placeholders(wording) for wording in texts.from_file(name)]
    versions = texts.split_wordings(wordings)
    if not versions:
        return [_("Write at least one version.")]
    found = [
        problem for version in versions for problem in _of(version, set.union(*ours), _common(ours))
    ]
    return list(dict.fromkeys(found))


def _common(sets: list[set[str]]) -> set[str]:
    return set.intersection(*sets)


def _of(version: str, known: set[str], needed: set[str]) -> list[Any]:
    used = texts.placeholders(version)
    found: list[Any] = []
    if unknown := used - known:
        found.append(_listed(_("Nobody fills {names} in this text."), unknown))
    if absent := needed - used:
        found.append(_listed(_("Each version must say {names}."), absent))
    if len(version) > LONGEST:
        found.append(_("A version is longer than 1,000 characters."))
    try:
        refuse_literal_facts(version)
    except forms.ValidationError as error:
        found += error.messages
    return [str(problem) for problem in found]


def _listed(sentence: Any, names: set[str]) -> Any:
    return format_lazy(sentence, names=", ".join(f"{{{name}}}" for name in sorted(names)))


class TextForm(DatedForm):
    name = forms.ChoiceField(
        label=capfirst(_("text")),
        choices=lambda: [("", _("Choose a text")), *((name, name) for name in texts.names())],
        widget=UnfoldAdminSelectWidget,
    )
    wordings = forms.CharField(
        label=capfirst(_("versions")),
        strip=False,
        help_text=_("One or more, separated by a line with only ---. They are said in turn."),
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "rows": 12,
                "hx-post": reverse_lazy("admin:text_preview"),
                "hx-trigger": "load, input changed delay:400ms, change from:[name=name]",
                "hx-include": "closest form",
                "hx-target": "#text-preview",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        name = given.get("name") or getattr(self.instance, "name", "")
        if name in texts.names() and "wordings" in given:
            for problem in problems(name, given["wordings"]):
                self.add_error("wordings", problem)
        if (
            self.instance.pk is None
            and TextOverride.objects.filter(name=name, valid_until=None).exists()
        ):
            self.add_error("name", _("The unit has this text already: open it and replace it."))
        return given


@admin.register(TextOverride)
class TextOverrideAdmin(DatedAdmin):
    form = TextForm
    list_display = ["name", "first_version", "versions", "situation", "valid_from", "valid_until"]
    list_filter = [StateFilter]
    search_fields = ["name", "wordings"]
    change_form_after_template = "admin/conversations/text_preview.html"
    replace_after_template = change_form_after_template
    same_when_replaced = ("name",)

    @display(description=_("first version"))
    def first_version(self, row: TextOverride) -> str:
        first = texts.split_wordings(row.wordings)[0] if row.wordings.strip() else ""
        return first if len(first) <= 90 else f"{first[:89]}…"

    @display(description=_("versions"))
    def versions(self, row: TextOverride) -> int:
        return len(texts.split_wordings(row.wordings))

    def get_urls(self) -> list[URLPattern]:
        own = path("preview/", self.admin_site.admin_view(self.preview), name="text_preview")
        return [own, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The file's versions and staff's as parents would read them, as a fragment."""
        name = request.POST.get("name", "")
        known = name in texts.names()
        written = request.POST.get("wordings", "")
        context: dict[str, Any] = {"name": name if known else ""}
        if known:
            values = example_values(timezone.now())
            context["ours"] = texts.from_file(name)
            context["problems"] = problems(name, written) if written.strip() else []
            context["bubbles"] = [
                _filled(version, values) for version in texts.split_wordings(written)
            ]
        return render(request, "admin/conversations/text_preview_bubbles.html", context)


def _filled(version: str, values: dict[str, str]) -> str:
    """The version with example values; a placeholder without one stays visible."""
    absent = {name: f"{{{name}}}" for name in texts.placeholders(version)}
    return texts.render(version, {**absent, **values})
