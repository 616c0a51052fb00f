"""A phone anywhere in a parent's message."""

import re
from collections.abc import Iterator

from leads.phones import canonical

DEFAULT_AREA_CODE = "45"

# What has as many digits as a phone and is none: documents, dates, postcodes, prices, years.
_NOT_A_PHONE = re.compile(
    r"""
      (?:cpf|rg|cnpj|cep|protocolo|matr[ií]cula)\D{0,12}[\d./-]+
    | \d{3}\.\d{3}\.\d{3}[-\s.]?\d{2} | \d{9}-\d{2}\b
    | \d{2}\.?\d{3}\.?\d{3}/\d{4}-\d{2}
    | \b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b(?![.-]?\d) | \b\d{1,2}/\d{1,2}\b
    | \b\d{5}-\d{3}\b
    | R\$\s*[\d.,]+
    | \b(?:19|20)\d\d\s?[-/a]\s?(?:19|20)\d\d\b
    | \b(?:[0-2]\d|3[01])(?:0\d|1[0-2])(?:19|20)\d\d\b
    | \b\d{1,2}(?::\d\d|\s?h(?:\d\d)?)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RUN = re.compile(r"(?<![\w@,])\+?\(?\d(?:[ ()./\-–]{0,3}\d){7,19}(?![\w@]|[.,]\d)")
_WHOLE = 10


def read_phone(text: str) -> str | None:
    """Return the first phone in `text` as E.164, or None.

    A number without area code gets `DEFAULT_AREA_CODE`; old mobiles get their ninth digit;
    foreign numbers need their country code.
    """
    spelled = re.sub(r"(?i)\b0?xx", "0", text)
    for run in _RUN.finditer(_NOT_A_PHONE.sub(" ; ", spelled)):
        for candidate in _candidates(run[0]):
            if phone := _read(candidate):
                return phone
    return None


def _candidates(run: str) -> Iterator[str]:
    """The run of digits itself, then its parts between spaces that make a whole number."""
    if len(_digits(run)) > 15:
        return
    yield run
    parts = run.split()
    for size in range(len(parts) - 1, 0, -1):
        for start in range(len(parts) - size + 1):
            part = " ".join(parts[start : start + size])
            if len(_digits(part)) >= _WHOLE:
                yield part


def _read(candidate: str) -> str | None:
    digits = _digits(candidate)
    if re.fullmatch(r"9\d{8}|[2-9]\d{7}", digits):
        return canonical(DEFAULT_AREA_CODE + digits)
    return canonical(candidate.replace("(", " "))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
