from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from billing_rules.admin.dated import NOTHING_TO_SAVE
from billing_rules.periods import NotOpen, replace
from conversations.admin.content.literals import refuse_literal_facts
from conversations.knowledge import store
from conversations.models import KnowledgeEntry, UnansweredQuestion

State = UnansweredQuestion.State
NEAR = 0.15  # half of what makes an answer: worth a look


class AnswerForm(forms.Form):
    """An entry that answers the question already, or a title and an answer for a new one."""

    wording = forms.CharField(
        label=capfirst(_("question")),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("As parents write it, without anything about one family."),
    )
    entry = forms.ModelChoiceField(
        label=capfirst(_("answered by")),
        queryset=KnowledgeEntry.objects.none(),
        required=False,
        empty_label=_("A new entry"),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("The question becomes one more way to ask for this entry."),
    )
    title = forms.CharField(
        label=capfirst(_("title")),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    body = forms.CharField(
        label=capfirst(_("answer")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["entry"]
        choice.queryset = KnowledgeEntry.objects.at(timezone.now()).filter(valid_until=None)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        refuse_literal_facts(body)
        return body

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("entry") and not (given.get("title") and given.get("body")):
            raise ValidationError(_("Choose an entry, or write a title and an answer."))
        return given


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(ModelAdmin):
    """Proposals for the knowledge base; each becomes an entry or is dismissed."""

    list_display = ["wording", "asked", "last_asked_at", "state"]
    list_filter = ["state"]
    search_fields = ["wording"]
    search_help_text = _("Words of the question")
    fields = ["wording", "asked", "first_asked_at", "last_asked_at", "state"]
    actions_detail = ["answer", "dismiss"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields or ())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        context.update(NOTHING_TO_SAVE)
        return super().render_change_form(request, context, *args, **kw)

    @action(description=_("Answer it…"), icon="school", permissions=["change"])
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page with a form; only its POST changes anything."""
        question = UnansweredQuestion.objects.get(pk=object_id)
        form = AnswerForm(request.POST or None, initial=_proposed(question))
        if request.method == "POST" and form.is_valid() and _keep(form, question):
            messages.success(request, gettext("The receptionist knows the answer from now on."))
            return self._to_list()
        return self._page(request, question, form, gettext("Answer it"))

    @action(description=_("Dismiss…"), icon="delete_sweep", permissions=["change"])
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = UnansweredQuestion.objects.get(pk=object_id)
        if request.method == "POST":
            question.state = State.DISMISSED
            question.save(update_fields=["state"])
            messages.success(request, gettext("The question was dismissed."))
            return self._to_list()
        return self._page(request, question, forms.Form(), gettext("Dismiss this question"))

    def _page(
        self, request: HttpRequest, question: UnansweredQuestion, form: forms.Form, title: str
    ) -> HttpResponse:
        url = reverse("admin:conversations_unansweredquestion_change", args=[question.pk])
        return TemplateResponse(request, "admin/replace.html", {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": question.wording,
            "opts": self.opts,
            "original": question,
            "form": form,
            "media": self.media + form.media,
            "back": url,
            "confirm": title,
        })  # fmt: skip

    def _to_list(self) -> HttpResponse:
        url = reverse("admin:conversations_unansweredquestion_changelist")
        return HttpResponseRedirect(f"{url}?state__exact={State.OPEN}")


def _proposed(question: UnansweredQuestion) -> dict[str, Any]:
    """The entry that is nearest, should it answer the question after all."""
    hits = store.current(timezone.now()).search(question.wording, limit=1)
    near = [hit.entry.id for hit in hits if hit.score >= NEAR]
    return {"wording": question.wording, "entry": near[0] if near else None}


def _keep(form: AnswerForm, question: UnansweredQuestion) -> bool:
    """Whether the entry was kept; otherwise the form says why not."""
    given, now = form.cleaned_data, timezone.now()
    try:
        with transaction.atomic():
            if row := given["entry"]:
                replace(row, now, questions=[*row.questions, given["wording"]])
            else:
                KnowledgeEntry.objects.create(
                    key=slugify(given["title"])[:60],
                    title=given["title"],
                    body=given["body"],
                    questions=[given["wording"]],
                    valid_from=now,
                )
            question.state = State.ANSWERED
            question.save(update_fields=["state"])
    except (IntegrityError, NotOpen):
        form.add_error(None, _("An entry of that title exists, or it has just been replaced."))
        return False
    return True
