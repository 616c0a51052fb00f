"""An e-mail address in a parent's message, and the domain that was probably meant."""

import re

from email_validator import EmailNotValidError, validate_email
from rapidfuzz import fuzz, process

from .fold import fold

COMMON_DOMAINS = (
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com.br",
    "yahoo.com",
    "icloud.com",
    "live.com",
    "msn.com",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "ig.com.br",
    "globo.com",
    "hotmail.com.br",
    "outlook.com.br",
)
_CLOSE = 80  # of the whole domain
_ALIKE = 60  # of its name alone: what ends in .com.br alike is not therefore meant
_ADDRESS = re.compile(r"[a-z0-9_%+.\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}")
_SPOKEN = (
    (re.compile(r"(?<=[a-z]{3})(?<!mail) (?=\d+ ?arroba\b)"), ""),
    (re.compile(r"\s*(?:\(\s*)?\barroba\b(?:\s*\))?\s*"), "@"),
    (re.compile(r"\s*@\s*"), "@"),
    (re.compile(r"(?<=\w)\s+underline\s+(?=\w)"), "_"),
    (re.compile(r"(?<=\w)\s+(?:tracinho|traco|hifen)\s+(?=\w)"), "-"),
    (re.compile(r"(?<=\w)\s+(?:ponto|dot)\s+(?=\w)"), "."),
    (re.compile(r"(@[\w\-]+)\s*\.\s*(?=(?:com|net|org|br|edu|gov)\b)"), r"\1."),
    (re.compile(r"(@[\w.\-]+\.com)\s*\.\s*(?=br\b)"), r"\1."),
    (re.compile(r"(@[\w\-]+),(?=com\b)"), r"\1."),
)


def read_email(text: str) -> str | None:
    """Return the first well-formed address in `text`, in lower case and without accents.

    Reads "ana arroba gmail ponto com" too. The domain is not looked up: `suggest_domain` tells
    whether it looks mistyped.
    """
    spelled = fold(text)
    if "@" not in spelled and "arroba" not in spelled:
        return None
    for pattern, written in _SPOKEN:
        spelled = pattern.sub(written, spelled)
    return next(filter(None, map(_valid, _ADDRESS.findall(spelled))), None)


def suggest_domain(email: str) -> str | None:
    """Return the common domain that `email`'s looks like ("gmail.con" -> "gmail.com"), or None.

    None also where the domain is a common one already, or like none of them.
    """
    domain = email.rpartition("@")[2].casefold()
    if not domain or domain in COMMON_DOMAINS:
        return None
    if domain in {common.partition(".")[0] for common in COMMON_DOMAINS}:
        return next(common for common in COMMON_DOMAINS if common.startswith(domain + "."))
    found = process.extractOne(domain, COMMON_DOMAINS, scorer=fuzz.ratio, score_cutoff=_CLOSE)
    if found is None or fuzz.ratio(_name(domain), _name(found[0])) < _ALIKE:
        return None
    return found[0]


def _name(domain: str) -> str:
    return domain.partition(".")[0]


def _valid(address: str) -> str | None:
    try:
        found = validate_email(address.strip(".-"), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized
