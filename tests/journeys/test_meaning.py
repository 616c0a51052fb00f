"""What only a person can settle, and what nobody has an answer for, through the webhook."""

import pytest

from conversations.models import Handoff, UnansweredQuestion

CONTACT = "(51) 99692-1999"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("tem algum responsável aí agora que possa falar comigo?", "asked_person"),
        ("já faz dez dias que pedi retorno e nada", "complaint"),
        ("Oi. Meu filho tem 9 anos. Quero negociar os atrasados dele", "billing"),
        ("ele está sendo avaliado pra autismo", "health_needs"),
    ],
)
def test_a_person_is_called_whatever_the_wording(parent, gateway, run_due, said, reason):
    parent.says(said)
    run_due()
    assert CONTACT in gateway.texts()[-1]
    assert Handoff.objects.get().reason == reason
    assert parent.conversation.mode == "waiting"


@pytest.mark.parametrize(
    "said",
    ["é pra outra pessoa, meu sobrinho", "ele tem problema com matemática", "aceitam cartão?"],
)
def test_near_misses_stay_with_the_receptionist(parent, gateway, run_due, said):
    parent.says(said)
    run_due()
    assert len(gateway.texts()) == 1
    assert not Handoff.objects.exists()


def test_a_question_without_an_answer_is_proposed(parent, gateway, run_due):
    parent.says("vocês têm criação de abelhas?")
    run_due()
    question = UnansweredQuestion.objects.get()
    assert (question.wording, question.asked) == ("vocês têm criação de abelhas?", 1)
