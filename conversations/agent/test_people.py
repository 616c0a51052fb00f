"""The fields of a message, and whose they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.dialogue import Dialogue
from conversations.agent.people import field_commands
from conversations.agent.policy.fields import THE_PARENT
from conversations.agent.situation import Family, StudentFacts

NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("text", "email", "phone"),
    [
        ("ana@gmail.com, 45 99999-8888", "ana@gmail.com", "+5545999998888"),
        ("meu fone é 45999998888 e o email ana90@gmail.com", "ana90@gmail.com", "+5545999998888"),
        ("45 99999-8888", None, "+5545999998888"),
        ("45999998888@gmail.com", "45999998888@gmail.com", None),
        ("ana.45999998888@gmail.com", "ana.45999998888@gmail.com", None),
        ("ana 45999998888 arroba gmail ponto com", "ana45999998888@gmail.com", None),
        ("99998888 @ gmail.com", "99998888@gmail.com", None),
    ],
)
def test_an_address_and_a_phone_are_both_taken(text, email, phone):
    commands = field_commands(text, Dialogue(), Family(lead=0), NOW)
    told = {one.name: one.value for one in commands}
    assert (told.get("email"), told.get("phone")) == (email, phone)


def test_a_grade_stands_with_its_name_though_the_verb_is_said_once():
    text = "o Davi ta no 2o ano e a Sofia no 5o"
    for family in (
        Family(lead=0),
        Family(lead=0, students=(StudentFacts(1, "Davi"), StudentFacts(2, "Sofia"))),
    ):
        told = field_commands(text, Dialogue(asked="school_grade"), family, NOW)
        grades = {one.student: one.value for one in told if one.name == "school_grade"}
        assert grades == {1: "2º ano", 2: "5º ano"}


@pytest.mark.parametrize(
    ("text", "parent_known", "told"),
    [
        ("Ana Prado", False, {"parent_name": "Ana Prado"}),
        ("ana prado", False, {"parent_name": "Ana Prado"}),
        ("Oi, Ana", False, {"parent_name": "Ana"}),
        ("Pedro", True, {"student_name": "Pedro"}),
        ("Pedro na quinta", True, {}),
        ("quinta", False, {}),
        ("Perfeito", False, {}),
    ],
)
def test_a_bare_name_beside_offers_answers_what_was_asked_before_them(text, parent_known, told):
    family = Family(lead=0, parent_name="Ana Prado" if parent_known else "")
    commands = field_commands(text, Dialogue(asked="slot"), family, NOW)
    names = {one.name: one.value for one in commands if one.name in ("parent_name", "student_name")}
    assert names == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Lucas matemática e Beatriz português", {1: "math", 2: "portuguese"}),
        ("Beatriz inglês", {2: "english"}),
        ("matemática", {None: "math"}),
    ],
)
def test_what_is_said_of_a_sibling_who_is_known_is_theirs(text, told):
    family = Family(lead=0, students=(StudentFacts(1, "Lucas"), StudentFacts(2, "Beatriz")))
    commands = field_commands(text, Dialogue(asked="subjects"), family, NOW)
    assert {one.student: one.value for one in commands if one.name == "subjects"} == told


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        ("ela quer inglês e ele matemática", "Davi Ana", {1: "math", 2: "english"}),
        ("matemática pra ele e inglês pra ela", "Lucas Beatriz", {1: "math", 2: "english"}),
        ("inglês pra menina, português pro menino", "Caio Iara", {1: "portuguese", 2: "english"}),
        ("ela quer inglês e ele matemática", "Ana Alice", {}),
        ("um quer inglês e o outro matemática", "Lucas Davi", {1: "english", 2: "math"}),
        ("os dois inglês e matemática", "Lucas Davi", {1: "math, english", 2: "math, english"}),
    ],
)
def test_whose_the_subjects_of_a_boy_and_a_girl_are_is_told_by_their_names(text, names, told):
    students = tuple(StudentFacts(n, name) for n, name in enumerate(names.split(), 1))
    commands = field_commands(text, Dialogue(asked="subjects"), Family(0, students=students), NOW)
    read = [one for one in commands if one.name == "subjects"]
    assert {one.student: one.value for one in read} == told
    assert {one.evidence for one in read} <= {text}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("os dois com 8 anos", "student_age", "8"),
        ("8 anos cada um", "student_age", "8"),
        ("ambos no 3º ano", "school_grade", "3º ano"),
        ("os dois no 2º ano", "school_grade", "2º ano"),
    ],
)
def test_what_siblings_share_is_told_once(text, field, value):
    family = Family(lead=0, students=(StudentFacts(1, "Lucas"), StudentFacts(2, "Beatriz")))
    told = list(field_commands(text, Dialogue(asked=field), family, NOW))
    assert {one.student: one.value for one in told if one.name == field} == {1: value, 2: value}


def test_a_grade_that_is_called_one_is_believed_before_the_age_beside_it():
    text = "são três: Davi (10 anos, 5º ano), Lia (7, 2º ano) e Téo (4, pré 1)"
    told = list(field_commands(text, Dialogue(asked="student_name"), Family(lead=0), NOW))
    for field, values in (
        ("student_name", ["Davi", "Lia", "Téo"]),
        ("student_age", ["10", "7", "4"]),
        ("school_grade", ["5º ano", "2º ano", "Pré 1"]),
    ):
        read = [(one.student, one.value) for one in told if one.name == field]
        assert read == list(enumerate(values, 1))


@pytest.mark.parametrize(
    ("text", "asked", "values"),
    [
        ("9 anos e o pai 40", "student_age", ["9"]),
        ("já tem 9, estuda aí faz 2 anos", "student_age", ["9"]),
        ("9 e o outro 6", "student_age", ["9", "6"]),
        ("9 e 6", "student_age", ["9", "6"]),
        ("ele 9, ela 6", "student_age", ["9", "6"]),
        ("ela 9, eu 38", "student_age", ["9"]),
        ("4º ano, sala 3", "school_grade", ["4º ano"]),
        ("ele ia pro 4 mas ficou no 3", "school_grade", []),
        ("a mais velha no 5º e o caçula no 2º", "school_grade", ["5º ano", "2º ano"]),
        ("os dois no quinto", "school_grade", ["5º ano"]),
    ],
)
def test_of_one_child_one_age_and_one_grade_are_told(text, asked, values):
    family = Family(lead=0, students=(StudentFacts(1, "Lucas"),))
    told = field_commands(text, Dialogue(asked=asked), family, NOW)
    assert [one.value for one in told if one.name == asked] == values


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("10 o Davi, 7 a Lia e 4 o Téo", "student_age", {1: "10", 2: "7", 3: "4"}),
        ("Davi 10, Lia 7, Téo 4", "student_age", {1: "10", 2: "7", 3: "4"}),
        ("Davi 5, Lia 2, Téo 1", "school_grade", {1: "5º ano", 2: "2º ano", 3: "1º ano"}),
        ("5º o Davi, 2º a Lia e 1º o Téo", "school_grade", {1: "5º ano", 2: "2º ano", 3: "1º ano"}),
    ],
)
def test_three_known_children_are_each_told_of(text, asked, told):
    students = (StudentFacts(1, "Davi"), StudentFacts(2, "Lia"), StudentFacts(3, "Téo"))
    commands = field_commands(text, Dialogue(asked=asked), Family(0, students=students), NOW)
    fields = ("student_age", "school_grade")
    read = [(one.name, one.student, one.value) for one in commands if one.name in fields]
    assert read == [(asked, position, value) for position, value in told.items()]


def test_a_guess_of_an_age_tells_no_hours():
    assert not list(field_commands("entre 3 e 4", Dialogue(asked="student_age"), Family(0), NOW))


def test_the_writers_own_age_is_not_the_childs():
    text = "tenho 34 anos e minha filha Beatriz tem 6"
    told = list(field_commands(text, Dialogue(), Family(lead=0), NOW))
    assert [one.value for one in told if one.name == "student_age"] == ["6"]


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("10, e a Beatriz tem 6", "student_age", {1: "10", 2: "6"}),
        ("5º ano, e a Beatriz no 2º", "school_grade", {1: "5º ano", 2: "2º ano"}),
    ],
)
def test_what_was_asked_is_of_the_one_who_lacks_it(text, asked, told):
    students = (StudentFacts(1, "Lucas"), StudentFacts(2, "Beatriz", age=6, grade="2º ano"))
    family = Family(lead=0, students=students)
    commands = field_commands(text, Dialogue(asked=asked, focus=2), family, NOW)
    assert {one.student: one.value for one in commands if one.name == asked} == told


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("10 anos, e tem a Beatriz que tem 6", {1: "10", 2: "6"}),
        ("10, e a Beatriz tem 6 anos", {1: "10", 2: "6"}),
        ("matemática pra Beatriz que tem 6 anos", {2: "6"}),
        ("a Beatriz tem 6 anos", {2: "6"}),
    ],
)
def test_an_age_before_a_further_childs_name_is_of_the_one_talked_about(text, ages):
    family = Family(lead=0, students=(StudentFacts(1, "Lucas"),))
    told = list(field_commands(text, Dialogue(asked="student_age"), family, NOW))
    assert {one.student: one.value for one in told if one.name == "student_age"} == ages


@pytest.mark.parametrize(
    ("text", "asked", "itself"),
    [
        ("pra mim mesmo, resolvi voltar a estudar", "student_name", True),
        ("no caso sou eu", "student_name", True),
        ("oi, é pra mim, tenho 34 anos", None, True),
        ("quero inglês pra mim", None, True),
        ("sou eu a mãe dele", "student_name", False),
        ("a última fica melhor pra mim", "slot", False),
        ("consegue marcar pra mim quinta 15h?", None, False),
        ("pode mandar pra mim o endereço", "email", False),
        ("pra mim de manhã", "schedule_preference", False),
    ],
)
def test_who_says_so_studies_themselves(text, asked, itself):
    told = field_commands(text, Dialogue(asked=asked), Family(lead=0), NOW)
    assert any(one.value == THE_PARENT for one in told) is itself


@pytest.mark.parametrize(
    "text",
    [
        "Elena não, Helena com H",
        "é Helena com H, o corretor q trocou",
        "errou aqui o celular, o nome dela é Helena",
        "escrevi errado o nome dela, é Helena",
    ],
)
def test_another_spelling_of_a_student_is_no_parent(text):
    family = Family(lead=0, students=(StudentFacts(1, "Elena"),))
    told = list(field_commands(text, Dialogue(asked="parent_name"), family, NOW))
    assert [(one.name, one.value, one.student) for one in told] == [("student_name", "Helena", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "Ana (12 anos) e Beto (9 anos). Queremos inglês para os dois, já olhamos duas escolas",
        "são 2 crianças, Ana 12 anos e Beto 9 anos, qro ingles p ambos",
        "inglês pros dois, Ana de 12 e Beto de 9 anos",
    ],
)
def test_ages_of_each_and_a_subject_of_all(text):
    told = list(field_commands(text, Dialogue(), Family(lead=0), NOW))
    read = {(one.name, one.student): one.value for one in told}
    assert [read["student_age", 1], read["student_age", 2]] == ["12", "9"]
    assert [read["subjects", 1], read["subjects", 2]] == ["english", "english"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("não é Pedro, é Paulo", ("student_name", 1, "Paulo")),
        ("Queira corrigir o nome. Não é Pedro, é Otávio!", ("student_name", 1, "Otávio")),
        ("é Paulo, não Pedro", ("student_name", 1, "Paulo")),
        ("Desculpa, não é 4º ano não, é 5º", ("school_grade", 1, "5º ano")),
        ("desculpa não é 9 não, é 8", ("student_age", 1, "8")),
        ("meu nome não é Carla, é Karla", ("parent_name", None, "Karla")),
        ("não é quinta, é sexta", None),
    ],
)
def test_a_known_value_is_corrected_whatever_was_asked(text, told):
    family = Family(0, parent_name="Carla", students=(StudentFacts(1, "Pedro", 9, "4º ano"),))
    for asked in ("email", "slot"):
        commands = list(field_commands(text, Dialogue(asked=asked), family, NOW))
        read = [(one.name, one.student, one.value) for one in commands if one.correction]
        assert read == ([told] if told else [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("não é Pedro, é Paulo. meu email é ana@gmail.com", {"email": "ana@gmail.com"}),
        ("é Paulo, não Pedro; quero inglês 😊", {"subjects": "english"}),
        ("não é Pedro é Paulo, e prefiro de manhã", {"schedule_preference": "de manhã"}),
        ("não é Pedro, é Paulo e a idade não é 9, é 8", {"student_age": "8"}),
        ("não é Pedro, é Paulo, o Paulo tem 9 anos", {"student_age": "9"}),
        ("não é Pedro, é Paulo", {}),
        ("não é Pedro, é Paulo, desculpa", {}),
    ],
)
def test_what_is_said_beside_a_correction_is_read_too(text, told):
    family = Family(0, parent_name="Carla", students=(StudentFacts(1, "Pedro", 9),))
    commands = list(field_commands(text, Dialogue(asked="email"), family, NOW))
    read = {one.name: one.value for one in commands}
    assert read == {"student_name": "Paulo"} | told
    assert {one.student for one in commands if one.name == "student_name"} == {1}
    assert {one.evidence for one in commands} == {text}
