"""The unit's facts at one moment, each with the rows it comes from. Texts are filled from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing_rules.models import DiscountRule, Subject
from billing_rules.money import format_brl
from billing_rules.pricing import Quote
from conversations.agent.wording import clock, joined, moment, weekdays
from conversations.models import Unit
from conversations.texts import Fact, RowRef
from leads.phones import display
from scheduling.slots import Calendar, HoursRow


@dataclass(frozen=True)
class Facts:
    unit: Unit
    price: Quote  # one student, one subject
    discounts: Sequence[DiscountRule]
    subjects: Sequence[Subject]
    calendar: Calendar

    def common(self) -> dict[str, Fact]:
        """Placeholders that any text may use."""
        unit: tuple[RowRef, ...] = (("Unit", self.unit.pk),)
        rules: tuple[RowRef, ...] = (("VisitRules", self.calendar.rules.id),)
        return {
            "unit": Fact(self.unit.name, unit),
            "assistant": Fact(self.unit.assistant_name, unit),
            "address": Fact(self.unit.address, unit),
            "contact": Fact(display(self.unit.contact_phone), unit),
            "monthly_fee": _money(self.price.monthly[0].unit, self.price.monthly[0].rule),
            "enrolment_fee": _money(self.price.enrolment[0].unit, self.price.enrolment[0].rule),
            "subjects": self._subjects("e"),
            "subjects_or": self._subjects("ou"),
            "hours": self.hours(),
            "discounts": self.discount_list(),
            "visit_minutes": Fact(str(self.calendar.rules.minutes), rules),
            "horizon_days": Fact(str(self.calendar.rules.horizon_days), rules),
            "notice": Fact(_minutes(self.calendar.rules.notice_minutes), rules),
        }

    def _subjects(self, last: str) -> Fact:
        names = [subject.name for subject in self.subjects]
        return Fact(joined(names, last), tuple(("Subject", one.pk) for one in self.subjects))

    def hours(self) -> Fact:
        """ "de segunda a sexta, das 9h às 12h e das 14h às 17h" """
        rows = self.calendar.hours_text_rows(self.calendar.now.astimezone(self.calendar.tz).date())
        ids = tuple(("OpeningHours", pk) for row in rows for pk in row.ids)
        return Fact("; ".join(_stretch(row) for row in rows), ids)

    def discount_list(self) -> Fact:
        rows = tuple(("DiscountRule", rule.pk) for rule in self.discounts)
        return Fact(joined([_discount(rule) for rule in self.discounts]), rows)

    def subject_names(self, codes: Sequence[str]) -> Fact:
        known = [subject for subject in self.subjects if subject.code in codes]
        return Fact(
            joined([subject.name for subject in known]),
            tuple(("Subject", subject.pk) for subject in known),
        )


def total(quote: Quote) -> Mapping[str, Fact]:
    """What a family would pay a month and once, with every row it was computed from."""
    return {
        "monthly_total": Fact(format_brl(quote.monthly_total), quote.rules),
        "enrolment_total": Fact(format_brl(quote.enrolment_total), quote.rules),
    }


def visit_moment(at: datetime, rows: tuple[RowRef, ...] = ()) -> Fact:
    return Fact(moment(at), rows)


def _money(amount: Decimal, rule: RowRef) -> Fact:
    return Fact(format_brl(amount), (rule,))


def _stretch(row: HoursRow) -> str:
    stretches = [f"das {clock(opens)} às {clock(closes)}" for opens, closes in row.stretches]
    return f"{weekdays(row.weekdays)}, {joined(stretches)}"


def _discount(rule: DiscountRule) -> str:
    size = f"{rule.percent:g}%" if rule.percent is not None else format_brl(rule.amount or 0)
    who = "na segunda matéria" if rule.kind == "second_subject" else "para irmãos"
    return f"{size} {who}"


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest or not hours:
        return f"{minutes} minutos"
    return "1 hora" if hours == 1 else f"{hours} horas"
