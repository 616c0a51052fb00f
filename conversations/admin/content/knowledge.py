from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from billing_rules.admin.dated import DatedAdmin, DatedForm, StateFilter
from conversations.admin.content.literals import refuse_literal_facts
from conversations.knowledge import store
from conversations.models import KnowledgeEntry

LONGEST_QUESTION = 200
BEST = 3
TRIED = "admin/conversations/try_question_answers.html"


class QuestionsField(SimpleArrayField):
    """One way to ask a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            forms.CharField(max_length=LONGEST_QUESTION),
            delimiter="\n",
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines()]
        return super().to_python("\n".join(line for line in lines if line))


class KnowledgeForm(DatedForm):
    questions = QuestionsField(
        label=capfirst(_("ways to ask")),
        required=False,
        help_text=_("One a line, as parents write them."),
    )

    class Meta:
        widgets = {"body": UnfoldAdminTextareaWidget(attrs={"rows": 6})}

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        refuse_literal_facts(body)
        return body

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        others = KnowledgeEntry.objects.filter(key=key, valid_until=None)
        if self.instance.pk is None and others.exists():
            raise forms.ValidationError(_("This key exists: open that entry and replace it."))
        return key


@admin.register(KnowledgeEntry)
class KnowledgeEntryAdmin(DatedAdmin):
    form = KnowledgeForm
    list_display = ["title", "answer", "ways", "situation", "updated_at"]
    list_filter = [StateFilter]
    list_per_page = 50
    search_fields = ["title", "key", "body", "questions"]
    search_help_text = _("Words of the title, the answer or the questions")
    same_when_replaced = ("key",)
    list_before_template = "admin/conversations/try_question.html"

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"key": ("title",)}

    @display(description=_("answer"))
    def answer(self, entry: KnowledgeEntry) -> str:
        return entry.body if len(entry.body) <= 90 else f"{entry.body[:89]}…"

    @display(description=_("ways to ask"))
    def ways(self, entry: KnowledgeEntry) -> int:
        return len(entry.questions)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "try/", self.admin_site.admin_view(self.try_question), name="knowledge_try_question"
        )
        return [own, *super().get_urls()]

    def try_question(self, request: HttpRequest) -> HttpResponse:
        """The best three entries for a question, as a fragment."""
        question = request.GET.get("question", "").strip()[:400]
        found = store.current(timezone.now()).search(question, limit=BEST) if question else []
        return render(request, TRIED, {"question": question, "found": found})
