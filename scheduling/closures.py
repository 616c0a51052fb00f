"""Public holidays as rows, so that staff can see them and stay open on one."""

from datetime import date, datetime, time, timedelta

import holidays
from django.utils import timezone

from scheduling.models import Closure

SOURCE = "holidays"
_STATE = "PR"


def fill_holidays(now: datetime) -> int:
    """Write this year's and next year's public holidays as closures; the number of new ones.

    Optional days (Carnival, Corpus Christi) are left open. A row that exists is never changed: a
    holiday that staff have switched off (`active`) stays off.
    """
    this_year = timezone.localtime(now).year
    years = [this_year, this_year + 1]
    national = holidays.country_holidays("BR", categories="public", years=years, language="pt_BR")
    of_state = holidays.country_holidays(
        "BR", subdiv=_STATE, categories="public", years=years, language="pt_BR"
    )
    return sum(
        _fill(day, name, Closure.Kind.NATIONAL if day in national else Closure.Kind.STATE)
        for day, name in sorted(of_state.items())
    )


def _fill(day: date, name: str, kind: Closure.Kind) -> bool:
    _, created = Closure.objects.get_or_create(
        source=SOURCE,
        starts_at=_midnight(day),
        defaults={
            "ends_at": _midnight(day + timedelta(days=1)),
            "name": name.replace("; ", " / "),
            "kind": kind,
        },
    )
    return created


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
