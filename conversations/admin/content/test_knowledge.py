import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.admin.content.literals import literal_facts
from conversations.models import KnowledgeEntry
from tests.families import seed_rules


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Cada aluno avança no seu ritmo.", []),
        ("A aula custa R$ 375,00", ["amount"]),
        ("Custa 300 reais, das 9h às 12h", ["amount", "hour"]),
        ("Começa às 14:30 do dia 05/02", ["hour", "date"]),
        ("Ligue para (51) 99692-1999", ["phone"]),
        ("Para crianças a partir de 3 anos, 30 minutos por dia", []),
        ("com {chaves} no meio", []),
    ],
)
def test_literal_facts(text, kinds):
    assert literal_facts(text) == kinds


def entry(**given):
    now = timezone.localtime()
    return {
        "key": "novo", "title": "Novo", "body": "Um texto bom.",
        "questions": "o que é?\n\n como funciona? \n",
        "valid_from_0": f"{now:%d/%m/%Y}", "valid_from_1": f"{now:%H:%M:%S}", **given,
    }  # fmt: skip


@pytest.mark.django_db
def test_an_entry_is_kept_with_one_question_a_line(admin_client):
    url = reverse("admin:conversations_knowledgeentry_add")
    assert admin_client.post(url, entry()).status_code == 302
    assert KnowledgeEntry.objects.get().questions == ["o que é?", "como funciona?"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "given"),
    [("body", {"body": "Custa R$ 10,00"}), ("key", {"key": "metodo"}),
     ("questions", {"questions": "x" * 201})],
)  # fmt: skip
def test_a_wrong_entry_is_refused(admin_client, field, given):
    seed_rules(timezone.now())
    url = reverse("admin:conversations_knowledgeentry_add")
    answer = admin_client.post(url, entry(**given))
    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.django_db
def test_an_answer_is_replaced_and_the_old_one_kept(admin_client):
    seed_rules(timezone.now())
    row = KnowledgeEntry.objects.get(key="metodo")
    now = timezone.localtime()
    url = reverse("admin:conversations_knowledgeentry_replace_from", args=[row.pk])
    page = admin_client.get(url)
    assert "como é a aula?" in page.content.decode()
    answer = admin_client.post(url, {
        "title": row.title, "body": "Outra resposta.", "questions": "como funciona?",
        "starting_0": f"{now:%d/%m/%Y}", "starting_1": f"{now:%H:%M:%S}",
    })  # fmt: skip
    assert answer.status_code == 302
    held = KnowledgeEntry.objects.at(timezone.now()).get(key="metodo")
    assert (held.body, held.questions) == ("Outra resposta.", ["como funciona?"])
    assert KnowledgeEntry.objects.filter(key="metodo").count() == 2
