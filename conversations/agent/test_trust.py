"""What a model is believed, and what it may open a reply with."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.commands import BadAnswer, Command, parse
from conversations.agent.ground import ground
from conversations.agent.opener import allowed
from conversations.agent.trust import believed

NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Tuesday


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
    assert list(believed([command], [command.evidence], 3, NOW)) == ([command] if kept else [])


def moment(words):
    return said("pick_slot", words, span=words)


@pytest.mark.parametrize(
    ("line", "command", "kept"),
    [
        ("não, eu não quero cancelar, obrigada", said("confirm", "quero cancelar"), False),
        ("não, eu não quero cancelar, obrigada", said("confirm", "obrigada"), False),
        ("eu não quero cancelar", said("cancel_visit", "quero cancelar"), False),
        ("nao precisa desmarcar", said("cancel_visit", "desmarcar"), False),
        ("não vou poder ir, pode cancelar?", said("cancel_visit", "pode cancelar"), True),
        ("sim, pode confirmar", said("confirm", "pode confirmar"), True),
        ("não tem problema, pode confirmar", said("confirm", "pode confirmar"), True),
        ("sim, pode confirmar", said("deny", "pode"), False),
        ("sim, mas quinta não posso", said("deny", "quinta não posso"), True),
        ("a 2 nem pensar", said("pick_slot", "a 2", option=2), False),
        ("a 2, nem pensar", said("pick_slot", "a 2", option=2), False),
        ("não quero a 2", said("pick_slot", "quero a 2", option=2), False),
        ("não, a 1 não dá, prefiro a 2", said("pick_slot", "prefiro a 2", option=2), True),
        ("não, a 1 não dá, prefiro a 2", said("pick_slot", "a 1", option=1), False),
        ("a 2, de manhã não posso", said("pick_slot", "a 2", option=2), True),
        ("não gostei", said("pick_slot", "gostei"), False),
        ("não posso quinta às 15h", moment("quinta às 15h"), False),
        ("quinta às 15h nem pensar", moment("quinta às 15h"), False),
        ("amanhã às 15h", moment("manhã"), False),
        ("não, 15h não dá, prefiro 16h", moment("16h"), True),
        ("não, 15h não dá, prefiro 16h", moment("15h"), False),
        ("quinta não posso, sexta às 10h", moment("sexta às 10h"), True),
        ("quinta não posso, sexta às 10h", moment("quinta"), False),
    ],
)
def test_the_whole_line_is_judged(line, command, kept):
    assert list(believed([command], ["oi", line], 3, NOW)) == ([command] if kept else [])


def test_a_moment_that_is_denied_is_none_to_look_for():
    command = said("reschedule", "não posso quinta às 15h", span="quinta às 15h")
    (kept,) = believed([command], [command.evidence], 3, NOW)
    assert (kept.command, kept.span) == ("reschedule", None)


def test_a_pick_may_run_over_two_messages():
    command = moment("quinta às 15h")
    assert list(believed([command], ["quinta", "às 15h"], 3, NOW)) == [command]


@pytest.mark.parametrize(
    ("name", "line", "evidence", "held"),
    [
        ("Ana", "semana que vem", "semana que vem", False),
        ("Ana", "semana que vem", "ana", False),
        ("Ana", "sou a Ana", "sou a Ana", True),
        ("Ana Clara", "é a ana clara!", "ana clara", True),
    ],
)
def test_a_name_is_a_word_that_was_written(name, line, evidence, held):
    command = said("set_field", evidence, name="parent_name", value=name)
    found = ground([command], [(1, line)], now=NOW, knowledge=())
    assert [one.normal for one in found] == ([name] if held else [])


@pytest.mark.parametrize(
    "item",
    [
        {"command": []},
        {"command": {}},
        {"command": "confirm", "evidence": "sim\0"},
        {"command": "confirm", "evidence": "\ud83d"},
        {"command": "answer", "evidence": "sim", "topic": "price\0"},
    ],
)
def test_what_no_row_can_keep_is_no_answer(item):
    with pytest.raises(BadAnswer):
        parse({"commands": [item]})


def test_a_question_back_is_none_that_we_know():
    (command,) = believed([said("clarify", "sei lá", topic="of_no_kind")], ["sei lá"], 3, NOW)
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
        "Que bom, obrigada pelo interesse de vocês!",
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
        "Que bom, sua filha é chata",
        "Que bom, sua filha e chata",
        "Que bom, você é cansativo.",
        "Puxa, seu filho é difícil",
        "Imagino, sua família deve ser cansativo",
        "Entendo, que mensagem chata",
        "Entendo, sua mensagem inconveniente",
        "Que delícia, sua filha!",
    ],
)
def test_anything_else_is_dropped(opener):
    assert allowed(opener) == ""


def test_a_move_is_believed_beside_its_reason():
    line = "me passa pra sexta às 10 da manhã que no dia que marquei não vou poder"
    command = said("reschedule", line, span="sexta às 10 da manhã")
    (kept,) = believed([command], [line], 0, NOW)
    assert kept.span == "sexta às 10 da manhã"
