"""Public holidays as rows, so that staff can see them and stay open on one.

What every unit of the state closes for is filled in as closed; optional days and the city's own
holidays are filled in as open, for staff to tick.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from scheduling.models import Closure

HOLIDAYS, OPTIONAL, MUNICIPAL = "holidays", "optional", "municipal"
_STATE, _CITY = "PR", "Foz do Iguaçu"
_MUNICIPAL = Path(__file__).parent / "municipal_holidays.json"

Day = tuple[date, str, Closure.Kind]


@transaction.atomic
def fill_holidays(now: datetime) -> int:
    """Write this year's and next year's holidays as closures; the number of new ones.

    A row that exists is never changed: a holiday that staff have switched off (`active`) stays
    off, an optional one that they have ticked stays ticked.
    """
    this_year = timezone.localtime(now).year
    years = [this_year, this_year + 1]
    return (
        _fill(_public(years), HOLIDAYS, active=True)
        + _fill(_optional(years), OPTIONAL, active=False)
        + _fill(_municipal(years), MUNICIPAL, active=False)
    )


def _public(years: list[int]) -> Iterable[Day]:
    national = _days(years, "public", state=None)
    of_state = _days(years, "public")
    for day, name in of_state.items():
        yield day, name, Closure.Kind.NATIONAL if day in national else Closure.Kind.STATE


def _optional(years: list[int]) -> Iterable[Day]:
    for day, name in _days(years, "optional").items():
        yield day, name, Closure.Kind.OPTIONAL


def _days(years: list[int], category: str, *, state: str | None = _STATE) -> dict[date, str]:
    import holidays  # only who fills them in pays for it

    return holidays.country_holidays(
        "BR", subdiv=state, categories=category, years=years, language="pt_BR"
    )


def _municipal(years: list[int]) -> Iterable[Day]:
    of_city = json.loads(_MUNICIPAL.read_text())[_CITY]
    for year in years:
        for each in of_city["days"]:
            day = date(year, each["month"], each["day"])
            yield day, each["name"], Closure.Kind.MUNICIPAL


def _fill(days: Iterable[Day], source: str, *, active: bool) -> int:
    rows = [
        Closure.objects.get_or_create(
            source=source,
            external_id="",
            starts_at=_midnight(day),
            defaults={
                "ends_at": _midnight(day + timedelta(days=1)),
                "name": name.replace("; ", " / "),
                "kind": kind,
                "active": active,
            },
        )
        for day, name, kind in sorted(days)
    ]
    return sum(created for _row, created in rows)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
