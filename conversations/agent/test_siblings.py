"""Whose the subjects and the ages are that are told of several children at once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.dialogue import Dialogue
from conversations.agent.people import field_commands
from conversations.agent.situation import Family, StudentFacts

NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


def subjects(text, names):
    students = tuple(StudentFacts(n, name) for n, name in enumerate(names.split(), 1))
    commands = field_commands(text, Dialogue(asked="subjects"), Family(0, students=students), NOW)
    return {one.student: one.value for one in commands if one.name == "subjects"}


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Um inglês, o outro matemática", "english", "math"),
        ("um faz inglês e o outro matemática", "english", "math"),
        ("um inglês outro matemática", "english", "math"),
        ("um só inglês, o outro matemática e português", "english", "math, portuguese"),
        ("inglês pra um e matemática pro outro", "english", "math"),
        ("matemática de um e inglês do outro", "math", "english"),
        ("o primeiro inglês, o segundo matemática", "english", "math"),
        ("Primeiro matemática e o segundo inglês", "math", "english"),
        ("primeiro inglês, segundo matemática", "english", "math"),
        ("um as três e o outro só inglês", "math, portuguese, english", "english"),
        ("um matemática e o outro também", "math", "math"),
        ("um matemática, o outro ainda não sei", "math", None),
        ("um não sei, o outro matemática", None, "math"),
        ("um quer português, o outro as duas", "portuguese", None),
        ("um inglês, o outro tanto faz", "english", None),
        ("um matemática e a outra inglês", "math", "english"),
        ("uma matemática e o outro inglês", "english", "math"),
        ("o Lucas inglês e o outro matemática", "english", "math"),
        ("Beatriz inglês, o outro matemática", "math", "english"),
        ("cada um uma: um mat, outro port", "math", "portuguese"),
    ],
)
def test_two_children_are_told_of_in_turn(text, first, second):
    told = {position: value for position, value in ((1, first), (2, second)) if value}
    assert subjects(text, "Lucas Beatriz") == told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("um curso de inglês e outro de matemática", "Lucas Beatriz"),
        ("um dia inglês, no outro matemática", "Lucas Beatriz"),
        ("a mais velha inglês, o mais novo matemática", "Lucas Beatriz"),
        ("pro mais velho matemática, pra pequena português", "Lucas Beatriz"),
        ("um inglês e a outra matemática", "Ana Alice"),  # who is the boy?
        ("um inglês, o outro matemática", "Davi Lia Téo"),
    ],
)
def test_whose_they_are_is_not_guessed(text, names):
    assert subjects(text, names) == {}


@pytest.mark.parametrize(
    "text", ["os dois inglês", "cada um inglês", "as duas crianças inglês", "inglês pros dois"]
)
def test_what_both_do_is_of_both(text):
    assert subjects(text, "Lucas Beatriz") == {1: "english", 2: "english"}


def test_ages_told_beside_the_subjects_are_read_too():
    text = "um tem 8 e quer inglês, o outro tem 6 e quer matemática"
    family = Family(0, students=(StudentFacts(1, "Lucas"), StudentFacts(2, "Beatriz")))
    told = list(field_commands(text, Dialogue(asked="subjects"), family, NOW))
    assert {(one.name, one.student): one.value for one in told} == {
        ("student_age", 1): "8",
        ("student_age", 2): "6",
        ("subjects", 1): "english",
        ("subjects", 2): "math",
    }


@pytest.mark.parametrize(
    ("text", "field", "told"),
    [
        (
            "o mais velho matemática, a mais nova português",
            "subjects",
            {1: "portuguese", 2: "math"},
        ),
        ("a mais nova inglês e o mais velho matemática", "subjects", {1: "english", 2: "math"}),
        ("o mais velho só inglês, a outra matemática", "subjects", {1: "math", 2: "english"}),
        ("o mais velho tá no 7º e a mais nova no 2º", "school_grade", {1: "2º ano", 2: "7º ano"}),
        ("o mais velho no 7º ano", "school_grade", {2: "7º ano"}),
    ],
)
def test_ages_tell_the_older_from_the_younger(text, field, told):
    students = (StudentFacts(1, "Ana", 7), StudentFacts(2, "Pedro", 12))
    commands = field_commands(text, Dialogue(asked=field), Family(0, students=students), NOW)
    assert {one.student: one.value for one in commands if one.name == field} == told


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("é pros meus sobrinhos Théo e Malu, ele tem 8 e ela 5", {1: "8", 2: "5"}),
        ("são dois, Malu e Théo, ele tem 8 e ela 5", {1: "5", 2: "8"}),
        ("meus filhos Pedro e Caio, um tem 8 e o outro 5", {1: "8", 2: "5"}),
        ("são gêmeos, Davi e Heitor, 6 anos", {1: "6", 2: "6"}),
        ("tenho gêmeas, Lia e Rosa de 7 anos", {1: "7", 2: "7"}),
    ],
)
def test_two_who_are_named_are_told_of_in_what_follows(text, ages):
    commands = list(field_commands(text, Dialogue(), Family(0), NOW))
    assert {one.student: one.value for one in commands if one.name == "student_age"} == ages
    assert [one.student for one in commands if one.name == "student_name"] == [1, 2]
    assert {one.evidence for one in commands} == {text}


def test_twins_have_no_brother_of_their_age():
    text = "gêmeos Davi e Heitor, 6 anos, e a irmã Ana de 9"
    commands = field_commands(text, Dialogue(), Family(0), NOW)
    ages = {one.student: one.value for one in commands if one.name == "student_age"}
    assert ages[3] == "9"


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Ana e Bia, 8 e 10 anos", [8, 10]),
        ("Ana e Bia são irmãs, 8 e 10", [8, 10]),
        ("minha filha Ana e meu filho Davi, 8 e 10", [8, 10]),
        ("Isis e Iara, 6 anos cada, e Otto, 11", [6, 6, 11]),
        ("são 3. Isis e Iara são gêmeas, 6 anos cada. o irmão Otto tem 11 anos", [6, 6, 11]),
        ("Isis e Iara são gêmeas de 6 e o Otto tem 11", [6, 6, 11]),
    ],
)
def test_ages_told_after_several_names_are_dealt_out_in_order(text, ages):
    told = list(field_commands(text, Dialogue(), Family(lead=0), NOW))
    by_place = {one.student: int(one.value) for one in told if one.name == "student_age"}
    assert by_place == dict(enumerate(ages, 1))
    assert sum(one.name == "student_name" for one in told) == len(ages)


def test_a_grade_asked_of_the_unit_is_no_child_s():
    told = field_commands("vocês vão até o ensino médio?", Dialogue(), Family(lead=0), NOW)
    assert [one.name for one in told] == []
