from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_rules.money import format_brl, parse_brl


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "R$ 0,00"),
        ("375", "R$ 375,00"),
        ("375.5", "R$ 375,50"),
        ("999.995", "R$ 1.000,00"),
        ("0.005", "R$ 0,01"),
        ("1234.56", "R$ 1.234,56"),
        ("1234567.8", "R$ 1.234.567,80"),
        ("-10", "-R$ 10,00"),
        ("-1234.5", "-R$ 1.234,50"),
        ("-0.001", "R$ 0,00"),
    ],
)
def test_written_as_brazilians_write_it(amount, text):
    assert format_brl(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("R$ 1.234,56", "1234.56"),
        ("R$1.234,56", "1234.56"),
        ("r$ 375", "375.00"),
        ("R$\u00a0375,00", "375.00"),
        ("375", "375.00"),
        ("375,5", "375.50"),
        ("375.00", "375.00"),
        ("1.234", "1234.00"),
        ("1.234.567,8", "1234567.80"),
        ("1234,56", "1234.56"),
        ("-R$ 10,00", "-10.00"),
        ("0,01", "0.01"),
    ],
)
def test_read_as_staff_type_it(text, amount):
    assert parse_brl(text) == Decimal(amount)
    assert str(parse_brl(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R$",
        "abc",
        "12,345",
        "1.23.456",
        "1,234.56",
        "10 reais",
        "9" * 13,
        "1.2345",
        "--1",
        "٣٧٥",
    ],
)
def test_anything_else_is_nothing(text):
    assert parse_brl(text) is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_is_written_can_be_read(amount):
    assert parse_brl(format_brl(amount)) == amount


@given(st.text(max_size=30))
def test_no_text_raises(text):
    parsed = parse_brl(text)
    assert parsed is None or parsed.as_tuple().exponent == -2
