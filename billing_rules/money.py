"""R$ 1.234,56 <-> Decimal."""

import re
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

_BRL = re.compile(
    r"(?P<sign>-?)\s*(?:R\$\s*)?"
    r"(?P<whole>\d{1,3}(?:\.\d{3}){1,3}|\d{1,12})"
    r"(?:,(?P<cents>\d{1,2})|\.(?P<dot_cents>\d{2}))?",
    re.IGNORECASE | re.ASCII,
)


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up to whole cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_brl(amount: Decimal | int) -> str:
    """`R$ 1.234,56`, rounded half up to cents; a minus stands in front of the sign."""
    rounded = cents(Decimal(amount))
    digits = f"{abs(rounded):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{'-' if rounded < 0 else ''}R$ {digits}"


def parse_brl(text: str) -> Decimal | None:
    """The amount that is the whole of `text`, as staff may type it, or None.

    A dot before three digits separates thousands, before two at the end it separates cents.
    """
    match = _BRL.fullmatch(text.strip().replace("\N{NO-BREAK SPACE}", " "))
    if not match:
        return None
    decimals = match["cents"] or match["dot_cents"] or "0"
    return Decimal(f"{match['sign']}{match['whole'].replace('.', '')}.{decimals}").quantize(CENT)
