import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from conversations.models import Message
from tests.families import families

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(client):
    client.force_login(User.objects.create_superuser("ana"))

    def search(words):
        page = client.get(reverse("admin:conversations_message_changelist"), {"q": words})
        return {row.text for row in page.context["cl"].result_list}

    return search


@pytest.fixture
def said():
    """Two families, and what each of them wrote last."""
    now = timezone.now()
    maria, other = families(2, now)
    for talk, text in ((maria, "Quanto é a MATRÍCULA?"), (other, "a matricula da maria fernanda")):
        talk.lead.parent_name = "Maria Souza" if talk is maria else "Rita"
        talk.lead.save()
        talk.messages.all().delete()
        Message.objects.create(
            conversation=talk, direction="in", author="parent", text=text, rev=9,
            status="received", sent_at=now,
        )  # fmt: skip
    return maria


@pytest.mark.parametrize("words", ["matricula", "Matrícula", "matri", "a matr"])
def test_words_are_found_by_how_they_begin_whatever_the_accents(said, found, words):
    assert len(found(words)) == 2


def test_every_word_counts(said, found):
    assert found("matricula fernanda") == {"a matricula da maria fernanda"}
    assert found("tricula") == set()


def test_a_family_is_found_by_name_and_by_phone(said, found):
    assert found("maria souza") == {"Quanto é a MATRÍCULA?"}
    assert found(said.phone[-6:]) == {"Quanto é a MATRÍCULA?"}


def test_a_name_is_also_a_word(said, found):
    assert len(found("maria")) == 2


@pytest.mark.parametrize("words", ["' & | ! :* <->", "\\", "%", "a:b", "(("])
def test_marks_are_no_search_language(said, found, words):
    found(words)
