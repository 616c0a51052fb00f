"""What a model is believed, and what it may open a reply with."""

from datetime import date

import pytest

from conversations.agent.commands import Command
from conversations.agent.opener import allowed
from conversations.agent.trust import believed

TODAY = date(2026, 3, 10)


def said(command, evidence, /, **attributes):
    return Command(command, evidence, **attributes)


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (said("answer", "quanto custa", topic="price"), True),
        (said("answer", "", topic="price"), False),
        (said("answer", "  ", topic="price"), False),
        (said("opt_out", "não quero mais"), False),
        (said("handoff", "quero reclamar", reason="complaint"), True),
        (said("handoff", "quero reclamar", reason="nobody"), False),
        (said("handoff", "quero reclamar"), False),
        (said("confirm", "pode ser"), True),
        (said("confirm", "não"), False),
        (said("deny", "sim"), False),
        (said("deny", "não"), True),
        (said("pick_slot", "a segunda", option=2), True),
        (said("pick_slot", "1", option=2), False),
        (said("pick_slot", "essa", option=4), False),
        (said("pick_slot", "quinta às 15h", span="quinta às 15h"), True),
        (said("set_field", "tem 9 anos", name="student_age", value="9"), True),
        (said("set_field", "tem nove anos", name="student_age", value="9"), True),
        (said("set_field", "9 e 6 anos", name="student_age", value="6"), True),
        (said("set_field", "tem 19 anos", name="student_age", value="9"), False),
        (said("set_field", "oi", name="student_age", value="9"), False),
        (said("set_field", "mat e port", name="subjects", value="math"), True),
        (said("set_field", "mat e port", name="subjects", value="math, portuguese"), True),
        (said("set_field", "mat", name="subjects", value="math,english"), False),
        (said("set_field", "ana@gmail.com", name="email", value="ana@gmail.com"), True),
        (said("set_field", "ana@gmail.com", name="email", value="eva@gmail.com"), False),
        (said("set_field", "45 99999-0000", name="phone", value="+55 45 99999-0000"), True),
        (said("set_field", "45 99999-0000", name="phone", value="+55 45 98888-0000"), False),
        (said("set_field", "tá no 5o ano", name="school_grade", value="5º ano"), True),
        (said("set_field", "tá no 5o ano", name="school_grade", value="6º ano"), False),
        (said("set_field", "de manhã", name="schedule_preference", value="de manhã"), True),
        (said("set_field", "de manhã", name="schedule_preference", value="à noite"), False),
        (said("set_field", "sou a Ana", name="parent_name", value="Ana"), True),
        (said("set_field", "R$ 10", name="price", value="10"), False),
    ],
)
def test_what_is_believed(command, kept):
    assert list(believed([command], 3, TODAY)) == ([command] if kept else [])


def test_a_question_back_is_none_that_we_know():
    (command,) = believed([said("clarify", "sei lá", topic="of_no_kind")], 3, TODAY)
    assert (command.command, command.topic) == ("unknown", None)


@pytest.mark.parametrize(
    "opener",
    [
        "Que bom falar com você!",
        "Imagino como isso preocupa vocês.",
        "Obrigada pela mensagem 😊",
        "Entendo, deve ser muito cansativo.",
        "Sinto muito pela demora.",
        "Boa tarde!",
    ],
)
def test_harmless_words_may_open_a_reply(opener):
    assert allowed(opener) == opener


@pytest.mark.parametrize(
    "opener",
    [
        None,
        7,
        "",
        "   ",
        "😊",
        "Que bom! Custa R$ 10.",
        "Que bom, é grátis!",
        "Obrigada! Sua visita está confirmada.",
        "Imagino. Qual a idade dele?",
        "Boa tarde, às dez horas.",
        "Obrigada, veja www.exemplo.com",
        "Que bom, Ana!",
        "Entendo, mas não atendemos isso.",
        "Tudo bem!",
        "Prometo que ele vai melhorar.",
        "contato com a mãe",
        "obrigada " * 13,
        "*Obrigada*",
        "Que bom\u202e",
    ],
)
def test_anything_else_is_dropped(opener):
    assert allowed(opener) == ""
