"""Whose a corrected name is, and what stands in for a value that is known already."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.corrections import wrong_field
from conversations.agent.dialogue import Dialogue
from conversations.agent.people import field_commands
from conversations.agent.situation import Family, StudentFacts

NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))
CHILDREN = Family(
    0,
    parent_name="Carla Dias",
    email="carla@example.com",
    students=(StudentFacts(1, "Júlia", 7, "3º ano"), StudentFacts(2, "Davi", 10, "5º ano")),
)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("meu nome tá errado aí, é Thais com h", "parent_name", "Thais"),
        ("o nome dela tá errado, é Anna com dois n", "student_name", "Anna"),
    ],
)
def test_whose_name_is_corrected(text, name, value):
    family = Family(0, parent_name="Tais", students=(StudentFacts(1, "Ana", 7),))
    told = [(one.name, one.value) for one in field_commands(text, Dialogue(), family, NOW)]
    assert told == [(name, value)]


@pytest.mark.parametrize(
    ("known", "text"), [("Taila", "o nome certo é Thayla"), ("Caio", "o nome certo é Kayo")]
)
def test_another_spelling_of_one_sound_renames_the_child(known, text):
    family = Family(0, parent_name="Rute", students=(StudentFacts(1, known, 7),))
    dialogue = Dialogue(asked="parent_name")
    assert ("student_name", text.split()[-1]) in {
        (one.name, one.value) for one in field_commands(text, dialogue, family, NOW)
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("eita, 7 não. já são 8, fez aniversário semana passada", ("student_age", "8", 1)),
        ("era 7, agora tem 8", ("student_age", "8", 1)),
        ("não não, 3º ano foi ano passado, agora é o 4º ano", ("school_grade", "4º ano", 1)),
    ],
)
def test_what_was_true_before_is_replaced_by_what_holds_now(text, told):
    heard = field_commands(text, Dialogue(), CHILDREN, NOW)
    assert [(one.name, one.value, one.student) for one in heard] == [told]


@pytest.mark.parametrize(("grade", "told"), [("2º ano", "student_age"), ("", "school_grade")])
def test_an_age_cut_short_is_no_grade_where_that_is_known(grade, told):
    family = Family(0, students=(StudentFacts(1, "Júlia", grade=grade),))
    heard = list(field_commands("7 ano", Dialogue(asked="student_age"), family, NOW))
    assert [(one.name, one.evidence) for one in heard] == [(told, "7 ano")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("eita eu disse a série errada", ("school_grade", None)),
        ("ops, errei a série do Davi", ("school_grade", 2)),
        ("a idade da Júlia tá errada", ("student_age", 1)),
        ("passei o email errado, desculpa", ("email", None)),
        ("o email que passei tem um erro", ("email", None)),
        ("o meu nome saiu errado", ("parent_name", None)),
        ("errei o nome dela", ("student_name", None)),
        ("preciso corrigir a idade", ("student_age", None)),
        ("tá na série errada na escola", None),
        ("não errei a série", None),
        ("a série tá errada?", None),
        ("ele erra muito na matemática", None),
        ("a professora errou", None),
    ],
)
def test_what_is_said_to_be_wrong(text, wrong):
    assert wrong_field(text, CHILDREN) == wrong


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vcs atendem até o 9º ano?", []),
        ("a prima dela tá no 5º ano e adora", []),
        ("ela fez o 1º ano em outra escola", []),
        ("com 3 anos pode?", []),
        ("ela tá no 4º ano agora, vcs atendem?", [("school_grade", "4º ano")]),
        ("fez 8 anos ontem", [("student_age", "8")]),
        ("4º ano", [("school_grade", "4º ano")]),
    ],
)
def test_what_is_known_is_not_doubted_by_a_mention(text, told):
    family = Family(0, students=(StudentFacts(1, "Júlia", 7, "3º ano"),))
    heard = field_commands(text, Dialogue(asked="subjects"), family, NOW)
    assert [(one.name, one.value) for one in heard] == told


def test_a_name_that_is_asked_again_replaces_the_one_that_is_known():
    family = Family(0, students=(StudentFacts(1, "Júlia", 7),))
    heard = list(field_commands("é Giulia", Dialogue(asked="student_name"), family, NOW))
    assert [(one.value, one.student, one.correction) for one in heard] == [("Giulia", 1, True)]


def test_of_two_ages_in_one_breath_the_last_holds():
    text = "o Cauã tem 7 anos, quer dizer, 8 anos, o tempo voa"
    heard = field_commands(text, Dialogue(), Family(0), NOW)
    assert [one.value for one in heard if one.name == "student_age"] == ["8"]
