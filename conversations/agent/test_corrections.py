"""Whose a corrected name is, and what stands in for a value that is known already."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.dialogue import Dialogue
from conversations.agent.people import field_commands
from conversations.agent.situation import Family, StudentFacts

NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


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


@pytest.mark.parametrize(("grade", "told"), [("2º ano", "student_age"), ("", "school_grade")])
def test_an_age_cut_short_is_no_grade_where_that_is_known(grade, told):
    family = Family(0, students=(StudentFacts(1, "Júlia", grade=grade),))
    heard = list(field_commands("7 ano", Dialogue(asked="student_age"), family, NOW))
    assert [(one.name, one.evidence) for one in heard] == [(told, "7 ano")]
