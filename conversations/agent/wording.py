"""How values are written in Portuguese for parents (interface.md: what a parent reads)."""

from collections.abc import Sequence
from datetime import datetime, time

from django.utils import timezone

WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
_SHORT = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


def clock(at: time | datetime) -> str:
    """15h, 15h30"""
    return f"{at.hour}h{at.minute:02}" if at.minute else f"{at.hour}h"


def moment(at: datetime) -> str:
    """quinta-feira, 26/11, às 15h, in the unit's time zone"""
    at = timezone.localtime(at)
    article = "à" if at.hour == 1 else "às"
    return f"{WEEKDAYS[at.weekday()]}, {at:%d/%m}, {article} {clock(at)}"


def options(moments: Sequence[datetime]) -> str:
    """One numbered line each: 1) quinta-feira, 26/11, às 15h"""
    return "\n".join(f"{number}) {moment(at)}" for number, at in enumerate(moments, 1))


def joined(words: Sequence[str], last: str = "e") -> str:
    """a, b e c"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def weekdays(days: Sequence[int]) -> str:
    """de segunda a sexta; segunda e quarta; sábado"""
    names = [_SHORT[day] for day in days]
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"de {names[0]} a {names[-1]}"
    return joined(names)


def first_name(full: str) -> str:
    return full.split()[0] if full.split() else ""
