"""Plays the golden files: `text<TAB>asked or count<TAB>expected as JSON`, one case a line.

"⏎" in a text stands for a new line.
"""

import json
import re
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent.readers import answers, refusals
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.courtesies import read_courtesy
from conversations.agent.readers.emails import read_email, suggest_domain
from conversations.agent.readers.grades import GRADES, read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.readers.phones import read_phone
from conversations.agent.readers.subjects import SUBJECTS, read_subjects


def opening(text: str) -> str | None:
    if answers.starts_with_yes(text):
        return "yes"
    return "no" if answers.starts_with_no(text) else None


def alone(reader, text, _setting):
    return reader(text)


READERS = {
    "parent_names": read_parent_name,
    "student_names": read_student_names,
    "ages": read_ages,
    "grades": read_grades,
    "subjects": read_subjects,
    "phones": partial(alone, read_phone),
    "emails": partial(alone, read_email),
    "suggest_domain": partial(alone, suggest_domain),
    "yes_no": partial(alone, answers.read_yes_no),
    "option": answers.read_option,
    "correction": partial(alone, answers.is_correction),
    "stop": partial(alone, answers.read_stop),
    "opening": partial(alone, opening),
    "courtesies": partial(alone, read_courtesy),
    "refuses": partial(alone, refusals.refuses),
    "declines_offers": partial(alone, refusals.declines_offers),
    "keeps_visit": partial(alone, refusals.keeps_visit),
}


def cases():
    for name in READERS:
        path = Path(__file__).parent / "golden" / f"{name}.tsv"
        for line in path.read_text(encoding="utf-8").splitlines():
            text, setting, expected = line.split("\t")
            number = int(setting) if name == "option" else setting == "1"
            written = text.replace("⏎", "\n")
            yield pytest.param(name, written, number, json.loads(expected), id=f"{name}: {text}")


@pytest.mark.parametrize(("reader", "text", "setting", "expected"), list(cases()))
def test_golden(reader, text, setting, expected):
    assert READERS[reader](text, setting) == expected


SPOKEN = st.lists(
    st.sampled_from(
        re.split(
            " ",
            "meu filho Pedro tem 9 anos no 5º ano e Ana , . não sim é o a de 45 99999-8888 @ "
            "gmail.com arroba ponto me chamo sou mãe do faz 8 mês que vem pré 2 menos inglês 👍",
        )
    ),
    max_size=30,
).map(" ".join)


@given(st.text() | SPOKEN)
def test_no_reader_raises_or_leaves_its_range(text):
    for asked in (False, True):
        assert all(0 <= age <= 99 for age in read_ages(text, asked))
        assert set(read_grades(text, asked)) <= set(GRADES)
        assert set(read_subjects(text, asked)) <= set(SUBJECTS)
        assert read_parent_name(text, asked) != ""
        assert len(read_student_names(text, asked)) <= 4
    phone = read_phone(text)
    assert phone is None or phone.startswith("+")
    email = read_email(text)
    assert email is None or (suggest_domain(email), "@" in email)[1]
    assert answers.read_yes_no(text) in {True, False, None}
    assert answers.read_option(text, 3) in {1, 2, 3, None}
    assert answers.read_stop(text) in {"stop", "start", None}
    assert answers.is_correction(text) in {True, False}
    assert not (answers.starts_with_yes(text) and answers.starts_with_no(text))


@pytest.mark.parametrize(
    ("text", "asked", "ages"),
    [
        ("nasceu em 12/03/2017", False, [9]),
        ("ele nasceu dia 28/11/2017", False, [8]),
        ("nascimento: 27-11-2017", False, [9]),
        ("nasceu em 5 de abril de 2019", False, [7]),
        ("data de nascimento 01/02/16", False, [10]),
        ("12/03/2017", True, [9]),
        ("12/03/2017", False, []),
        ("31/02/2017", True, []),
        ("nasceu em 2017", False, []),  # 8 or 9: to be asked
        ("nasceu em 12/03/2027", False, []),
        ("tem 9 anos, nasceu em 12/03/2017", False, [9]),
    ],
)
def test_a_date_of_birth_tells_the_age(text, asked, ages):
    assert read_ages(text, asked, today=date(2026, 11, 27)) == ages
