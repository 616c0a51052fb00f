"""The family's own address and number, which often come in one message."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.dialogue import Dialogue
from conversations.agent.people import field_commands
from conversations.agent.situation import Family

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
