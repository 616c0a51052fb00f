import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent.readers.fold import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Olá,   Mãe!!  ", "ola, mae"),
        ("5º ano", "5o ano"),
        ("1ª série", "1a serie"),
        ("às 15:30h — pode?", "as 15:30h - pode?"),
        ("R$ 375,00", "r$ 375,00"),
        ("ana_p@gmail.com", "ana_p@gmail.com"),
        ("👍 ok", "ok"),
        ("𝐎𝐢", "oi"),
        ("joa\u200bo", "joao"),
        ("", ""),
    ],
)
def test_folds_to_one_spelling(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
