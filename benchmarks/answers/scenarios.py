"""Scenarios are data: TOML files by family of scenarios. This reads them; how they are played is
in play.py, and what the keys mean in README.md."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
TZ = ZoneInfo("America/Sao_Paulo")
CLOCK = "2026-03-10T10:00"  # a Tuesday without a holiday near


@dataclass(frozen=True)
class Student:
    name: str = ""
    age: int | None = None
    grade: str = ""
    subjects: tuple[str, ...] = ()
    says: str = ""  # the subjects in this parent's words
    itself: bool = False  # the adult who writes


@dataclass(frozen=True)
class Persona:
    """What the parent knows and tells when asked."""

    name: str
    email: str = ""
    preference: str = "à tarde"
    phone: str = ""  # told when asked; the number they write from is the scenario's own
    students: tuple[Student, ...] = ()
    refuses: tuple[str, ...] = ()  # fields that they would rather not tell


@dataclass(frozen=True)
class Step:
    """One thing the parent says. `on`: start, next, end, any, or the question or text that it
    answers (a template's name, or "offers"). `send`: a message that is no text."""

    say: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    on: str = "next"
    also: bool = False  # beside the answer to what was asked, not instead of it
    send: str = ""
    staff: str = ""  # take_over, give_back, answer_last or reply: what staff do
    after: str = ""  # time that passes before it: "2h30", "20m"
    rival: str = ""  # another family takes the first offer, just before
    said: tuple[str, ...] = ()  # templates that the reply to it must contain
    silent: bool = False  # no reply may come


@dataclass(frozen=True)
class Expect:
    visit: str = ""  # booked, none, cancelled, or an ISO moment; "" follows from `wants`
    handoff: str = ""
    said: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    complete: bool | None = None
    lead: Mapping[str, Any] = field(default_factory=dict)
    students: tuple[Mapping[str, Any], ...] | None = None
    opted_out: bool = False
    mode: str = ""  # "" follows from `handoff`
    most: int = 14  # of the parent's messages


@dataclass(frozen=True)
class Scenario:
    name: str
    family: str
    persona: Persona
    clock: datetime
    wants: str = "visit"  # visit, or info: declines every invitation
    until: str = "complete"  # or script: goes when the last step is answered
    does: tuple[str, ...] = ()  # slang, typos, bursts, lowercase, late, chatty
    pick: str = "number"  # number, words or yes: how an offer is taken
    option: int = 0  # which offer; 0: any
    script: tuple[Step, ...] = ()
    known: bool = False  # the family's rows are there before
    visit: str = ""  # ISO moment of a visit that they have already
    taken: tuple[str, ...] = ()  # ISO moments, or dates for whole days
    closed: Mapping[str, str] = field(default_factory=dict)  # date -> name
    full: bool = False  # no place is free at all
    expect: Expect = Expect()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def span(text: str) -> timedelta:
    """2h30, 20m, 45s, 1d"""
    days, _, rest = text.rpartition("d")
    hours, _, rest = rest.rpartition("h")
    minutes = rest.removesuffix("m").removesuffix("s") or "0"
    unit = "seconds" if rest.endswith("s") else "minutes"
    whole = timedelta(days=int(days or 0), hours=int(hours or 0))
    return whole + timedelta(**{unit: int(minutes)})


@cache
def load(folder: Path) -> tuple[Scenario, ...]:
    """All scenarios of a folder, in the order of its files; names are unique."""
    personas = {
        name: _made(Persona, _facts(row))
        for name, row in tomllib.loads((FOLDER / "personas.toml").read_text()).items()
    }
    found = [
        _scenario(row, path.stem, personas)
        for path in sorted(folder.glob("*.toml"))
        for row in tomllib.loads(path.read_text())["scenario"]
    ]
    names = [one.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"scenarios named twice: {', '.join(sorted(twice))}")
    return tuple(found)


def _scenario(row: dict[str, Any], family: str, personas: Mapping[str, Persona]) -> Scenario:
    row = _frozen(row)
    persona = personas[row.pop("persona", "ana")]
    return _made(
        Scenario,
        row
        | {
            "family": family,
            "persona": _made(Persona, vars(persona) | _facts(row.pop("facts", {}))),
            "clock": moment(row.pop("clock", CLOCK)),
            "script": tuple(_step(step, n) for n, step in enumerate(row.pop("script", ()))),
            "expect": _made(Expect, row.pop("expect", {})),
        },
    )


def _step(row: dict[str, Any], number: int) -> Step:
    say = row.get("say", ())
    first = {"on": "start"} if number == 0 else {}
    return _made(Step, first | row | {"say": (say,) if isinstance(say, str) else say})


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    facts = _frozen(row)
    if "students" in facts:
        facts["students"] = tuple(_made(Student, _frozen(one)) for one in facts["students"])
    return facts


def _made(kind: Any, row: Mapping[str, Any]) -> Any:
    """Unknown keys are an error: a misspelt expectation would hold always."""
    if unknown := row.keys() - {one.name for one in fields(kind)}:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}: {row}")
    return kind(**row)


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
