import uuid

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.talks import family, heard, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return User.objects.create_user("ana", first_name="Ana", is_staff=True)


@pytest.fixture
def bia():
    return User.objects.create_user("bia", first_name="Bia", is_staff=True)


@pytest.fixture
def talk():
    return family("Marina", "+5545999112233")


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client


def to(name, *args):
    return reverse(f"console:{name}", args=args)


def write(desk, talk, text="Oi!", *, seen_rev=None, client_uuid=None, **extra):
    talk.refresh_from_db()
    form = {
        "text": text,
        "client_uuid": client_uuid or uuid.uuid4(),
        "seen_rev": talk.rev if seen_rev is None else seen_rev,
    }
    return desk.post(to("reply", talk.pk), form | extra, headers={"HX-Request": "true"})


def test_one_of_two_takes_over_and_the_other_reads_who(client, ana, bia, talk):
    client.force_login(ana)
    assert client.post(to("take-over", talk.pk)).status_code == 303
    client.force_login(bia)

    answer = client.post(to("take-over", talk.pk), follow=True)

    talk.refresh_from_db()
    assert (talk.mode, talk.assigned_to) == ("human", ana)
    assert [str(m) for m in answer.context["messages"]] == ["Ana já está com esta conversa."]
    assert 'name="text"' not in answer.text


@pytest.mark.parametrize(("choice", "waits"), [("0", False), ("1", True)])
def test_give_back_waits_or_answers_the_last_message(desk, talk, choice, waits):
    desk.post(to("take-over", talk.pk))

    desk.post(to("give-back", talk.pk), {"answer_last": choice})

    talk.refresh_from_db()
    assert talk.mode == "bot"
    assert (talk.due_at is not None) is waits


def test_ending_moves_it_to_the_closed_ones(desk, talk):
    desk.post(to("take-over", talk.pk))
    desk.post(to("close", talk.pk))

    assert [
        row.conversation for row in desk.get(to("list"), {"tab": "closed"}).context["rows"]
    ] == [talk]


def test_a_resend_of_the_same_text_is_one_message(desk, talk):
    desk.post(to("take-over", talk.pk))
    same = uuid.uuid4()

    codes = {write(desk, talk, client_uuid=same).status_code for _ in range(3)}

    assert codes == {200}
    assert talk.messages.filter(author="staff").count() == 1


def test_an_unseen_message_is_a_409_that_keeps_the_text(desk, talk):
    desk.post(to("take-over", talk.pk))
    talk.refresh_from_db()
    before = talk.rev
    heard(talk, "espera")

    refused = write(desk, talk, "Até quinta!", seen_rev=before)

    assert refused.status_code == 409
    assert "Até quinta!" in refused.text
    assert "Enviar mesmo assim" in refused.text
    assert refused["HX-Trigger"] == "console-changed"
    assert not talk.messages.filter(author="staff").exists()
    assert write(desk, talk, "Até quinta!", seen_rev=before, anyway="1").status_code == 200


def test_who_has_lost_the_conversation_keeps_the_text(client, ana, bia, talk):
    client.force_login(ana)
    client.post(to("take-over", talk.pk))
    client.force_login(bia)

    refused = write(client, talk, "Eu respondo")

    assert refused.status_code == 409
    assert "Ana já está com esta conversa." in refused.text
    assert "Eu respondo" in refused.text


@pytest.mark.parametrize(
    "form",
    [
        {"text": "  "},
        {"text": "x" * 4097},
        {"client_uuid": "x"},
        {"seen_rev": "x"},
        {"seen_rev": ""},
    ],
)
def test_bad_input_is_a_422_and_nothing_is_sent(desk, talk, form):
    desk.post(to("take-over", talk.pk))
    good = {"text": "Oi", "client_uuid": uuid.uuid4(), "seen_rev": "1"}

    answer = desk.post(to("reply", talk.pk), good | form, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert not talk.messages.filter(author="staff").exists()


def test_without_a_script_the_form_works_too(desk, talk):
    desk.post(to("take-over", talk.pk))
    talk.refresh_from_db()
    form = {"text": "Oi", "client_uuid": uuid.uuid4(), "seen_rev": talk.rev}

    answer = desk.post(to("reply", talk.pk), form, follow=True)

    assert answer.redirect_chain == [(to("conversation", talk.pk), 303)]
    assert "Oi" in answer.text


def test_try_again_queues_a_failed_message(desk, ana, talk):
    desk.post(to("take-over", talk.pk))
    failed = said(talk, "Oi", author="staff", staff=ana, status="failed", error="número inválido")
    assert "Não foi enviada: número inválido" in desk.get(to("conversation", talk.pk)).text

    desk.post(to("retry", talk.pk, failed.pk))

    failed.refresh_from_db()
    assert failed.status == "queued"


def test_a_message_of_another_conversation_is_not_retried(desk, ana, talk):
    other = family("Paulo", "+5545999000001")
    failed = said(other, "Oi", author="staff", staff=ana, status="failed")

    desk.post(to("retry", talk.pk, failed.pk))

    failed.refresh_from_db()
    assert failed.status == "failed"


@pytest.mark.parametrize("action", ["take-over", "give-back", "close", "reply", "seen"])
def test_actions_are_posts_of_staff(client, desk, talk, action):
    assert desk.get(to(action, talk.pk)).status_code == 405
    client.force_login(User.objects.create_user("parent"))
    assert client.post(to(action, talk.pk)).status_code == 403
    client.logout()
    assert client.post(to(action, talk.pk)).status_code == 302
    talk.refresh_from_db()
    assert talk.mode == "bot"
