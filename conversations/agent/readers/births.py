"""The age that a date of birth tells: "nasceu em 12/03/2017"."""

import re
from datetime import date

from .fold import fold

_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_DATE = re.compile(
    r"(?P<day>\d{1,2})o? ?(?:[/.-] ?(?P<month>\d{1,2}) ?[/.-] ?"
    r"|(?:de )?(?P<named>[a-z]{3,9}) (?:de )?)"
    r"(?P<year>(?:19|20)\d\d|\d\d)\b"
)
_BORN = re.compile(
    r"\b(?:nasc\w*|data de nascimento|dn)[ :]*(?:(?:e|foi|em|no|dia|del[ea])\b[ :]*)*"
)
_OLDEST = 100


def ages_from_births(text: str, today: date, *, asked: bool) -> list[int]:
    """Whole years on `today` of those whose date of birth is said with its year.

    `asked`: the last question was the age, so a lone date is one of birth.
    """
    folded = fold(text)
    starts = [match.end() for match in _BORN.finditer(folded)]
    said = [_DATE.match(folded, start) for start in starts]
    if asked and not starts:
        said = [_DATE.fullmatch(folded)]
    born = [_born(match) for match in said if match]
    return [age for day in born if day and 0 <= (age := _years(day, today)) < _OLDEST]


def _born(match: re.Match[str]) -> date | None:
    named = (match["named"] or "")[:3]
    month = _MONTHS.index(named) + 1 if named in _MONTHS else int(match["month"] or 0)
    year = int(match["year"])
    try:
        return date(year if year > 99 else 2000 + year, month, int(match["day"]))
    except ValueError:
        return None


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
