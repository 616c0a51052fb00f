"""The world of one scenario as rows: who the family is before it begins, and the calendar."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from benchmarks.answers.scenarios import TZ, Scenario, moment
from leads.models import Lead, Student
from leads.qualification import set_field, studies_themselves
from scheduling.booking import load_calendar
from scheduling.models import Closure, Visit

PHONE = "+5545999990000"
HALF_HOUR = timedelta(minutes=30)


class Family:
    """Makes the rows when it is made itself."""

    phone = PHONE

    def __init__(self, scenario: Scenario, now: datetime) -> None:
        self._scenario = scenario
        for day, name in scenario.closed.items():
            starts = datetime.combine(date.fromisoformat(day), time.min, TZ)
            Closure.objects.create(
                starts_at=starts,
                ends_at=starts + timedelta(days=1),
                name=name,
                kind=Closure.Kind.STAFF,
            )
        for at in self._taken(now):
            _visit(_someone(), at)
        if scenario.known or scenario.visit:
            lead = self._known(now)
            if scenario.visit:
                _visit(lead, moment(scenario.visit))

    def body(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """A webhook's body as one of this family's messages."""
        data = body["data"]
        data["key"] = {
            "remoteJid": f"{self.phone.removeprefix('+')}@s.whatsapp.net",
            "fromMe": False,
            "id": uuid.uuid4().hex.upper(),
        }
        data["pushName"] = self._scenario.persona.name.split()[0]
        return body

    def rival_takes(self, offered: list[str], now: datetime) -> None:
        """Another family is faster, after the offers were made."""
        for at in offered:
            _visit(_someone(), datetime.fromisoformat(at))

    def _taken(self, now: datetime) -> list[datetime]:
        calendar = load_calendar(now)
        last = now.date() + timedelta(days=calendar.rules.horizon_days)
        if self._scenario.full:
            return calendar.free(now.date(), last)
        found: list[datetime] = []
        for one in self._scenario.taken:
            if "T" in one:
                found.append(moment(one))
            else:
                day = date.fromisoformat(one)
                found += calendar.free(day, day)
        return found

    def _known(self, now: datetime) -> Lead:
        persona = self._scenario.persona
        lead = Lead.objects.create(phone=self.phone)
        values: list[tuple[str, Any, int | None]] = [
            ("parent_name", persona.name, None),
            ("email", persona.email, None),
            ("schedule_preference", persona.preference, None),
        ]
        for number, one in enumerate(persona.students, 1):
            if one.itself:
                studies_themselves(lead, student=number)
            else:
                values += [("student_name", one.name, number), ("school_grade", one.grade, number)]
            values += [("student_age", one.age, number), ("subjects", list(one.subjects), number)]
        for name, value, number in values:
            set_field(
                lead, name, value, student=number, status="said", message_id=None,
                now=now - timedelta(days=3),
            )  # fmt: skip
        return lead


def _someone() -> Lead:
    return Lead.objects.create(phone=None, parent_name="Outra família")


def _visit(lead: Lead, at: datetime) -> Visit:
    return Visit.objects.create(
        lead=lead, starts_at=at, ends_at=at + HALF_HOUR, created_by=Visit.By.PARENT
    )


def students(lead: Lead) -> list[Student]:
    return list(lead.students.order_by("position"))
