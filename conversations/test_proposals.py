import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations import proposals
from conversations.agent.commands import Command
from conversations.models import KnowledgeEntry, UnansweredQuestion
from tests.families import seed_rules

NOW = dt.datetime(2026, 3, 10, 15, tzinfo=dt.UTC)


def ask(*questions, now=NOW):
    proposals.collect([Command("unknown", one, topic="question") for one in questions], now)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("tem piscina?", "tem piscina?"),
        ("Meu filho João Pedro pode usar a piscina?", "Meu filho … … pode usar a piscina?"),
        ("me liga 45 99999-1234 tem piscina", "me liga … … tem piscina"),
        ("respondam em ana@x.com, tem piscina?", "respondam em … tem piscina?"),
        ("o Kumon de Matemática tem piscina?", "o Kumon de Matemática tem piscina?"),
    ],
)
def test_nothing_about_a_family_is_kept(asked, kept):
    assert proposals.anonymous(asked) == kept


@pytest.mark.django_db
def test_questions_alike_are_counted_together():
    later = NOW + dt.timedelta(hours=1)
    ask("tem piscina aí?", "vocês vendem brinquedos?")
    ask("Tem piscina?", "oi?", now=later)
    rows = UnansweredQuestion.objects.values_list("wording", "asked", "last_asked_at")
    assert list(rows) == [
        ("tem piscina aí?", 2, later),
        ("vocês vendem brinquedos?", 1, NOW),
    ]


@pytest.mark.django_db
def test_only_questions_without_an_answer_are_collected():
    proposals.collect([Command("unknown", "asdf"), Command("answer", "x", topic="price")], NOW)
    assert not UnansweredQuestion.objects.exists()


@pytest.fixture
def question(db):
    seed_rules(timezone.now())
    ask("vocês emprestam livros de literatura?")
    return UnansweredQuestion.objects.get()


def page(action, question):
    return reverse(f"admin:conversations_unansweredquestion_{action}", args=[question.pk])


def test_a_question_becomes_an_entry(admin_client, question):
    url = page("answer", question)
    assert admin_client.get(url).status_code == 200
    wrong = admin_client.post(url, {"wording": "x", "title": "Livros", "body": "Por R$ 10,00"})
    assert list(wrong.context["form"].errors) == ["body", "__all__"]
    kept = admin_client.post(url, {
        "wording": "emprestam livros?", "title": "Livros", "body": "Sim, à vontade.",
    })  # fmt: skip
    assert kept.status_code == 302
    row = KnowledgeEntry.objects.get(key="livros")
    assert (row.body, row.questions) == ("Sim, à vontade.", ["emprestam livros?"])
    question.refresh_from_db()
    assert question.state == "answered"


def test_a_question_becomes_a_way_to_ask_for_an_entry(admin_client, question):
    row = KnowledgeEntry.objects.get(key="metodo")
    given = {"wording": "emprestam livros?", "entry": row.pk}
    assert admin_client.post(page("answer", question), given).status_code == 302
    held = KnowledgeEntry.objects.at(timezone.now()).get(key="metodo")
    assert held.questions == [*row.questions, "emprestam livros?"]


def test_a_question_is_dismissed_by_post_only(admin_client, question):
    url = page("dismiss", question)
    assert admin_client.get(url).status_code == 200
    question.refresh_from_db()
    assert question.state == "open"
    assert admin_client.post(url).status_code == 302
    ask("vocês emprestam livros de literatura?")
    question.refresh_from_db()
    assert (question.state, question.asked) == ("dismissed", 2)
