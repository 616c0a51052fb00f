"""The only place that computes money."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee
from billing_rules.money import cents

Label = Literal["monthly_fee", "enrolment_fee", "second_subject", "sibling"]
Rule = tuple[str, int]  # model name and id of the row that an amount comes from
Asked = int | Sequence[str]


class NoPrice(Exception):
    """No row of this kind holds at the moment that was asked for."""


@dataclass(frozen=True)
class Line:
    label: Label
    quantity: int
    unit: Decimal  # R$; negative for a discount
    rule: Rule

    @property
    def total(self) -> Decimal:
        return self.unit * self.quantity

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "quantity": self.quantity,
            "unit": str(self.unit),
            "total": str(self.total),
            "rule": list(self.rule),
        }


@dataclass(frozen=True)
class Quote:
    monthly: tuple[Line, ...]
    discounts: tuple[Line, ...]
    enrolment: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.monthly + self.discounts + self.enrolment

    @property
    def monthly_total(self) -> Decimal:
        """R$ every month, discounts taken off."""
        return sum((line.total for line in self.monthly + self.discounts), Decimal("0.00"))

    @property
    def enrolment_total(self) -> Decimal:
        """R$ once."""
        return sum((line.total for line in self.enrolment), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """R$ to begin: the first month and the enrolment."""
        return self.monthly_total + self.enrolment_total

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every row that this quote comes from, once."""
        return tuple(dict.fromkeys(line.rule for line in self.lines))

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": [line.as_json() for line in self.lines],
            "monthly_total": str(self.monthly_total),
            "enrolment_total": str(self.enrolment_total),
            "total": str(self.total),
        }


@dataclass(frozen=True)
class _Fee:
    amount: Decimal
    rule: Rule


@dataclass(frozen=True)
class _Discount:
    """`amount` R$ off, or `percent` of the price, never more than the price."""

    rule: Rule
    percent: Decimal | None
    amount: Decimal | None

    def off(self, price: Decimal) -> Decimal:
        if self.percent is not None:
            return cents(price * self.percent / 100)
        return min(self.amount or Decimal(0), price)


def quote(students: Sequence[Asked], at: datetime) -> Quote:
    """What families pay at `at`, one entry per student.

    An entry is a count of subjects (each at the fee that holds for all subjects) or the codes
    of the subjects (each at its own fee if it has one). The subject after the first is the
    cheaper one; the student who pays in full as the first sibling is the dearest one, so the
    order of what is asked changes nothing. A sibling's discount is taken off per student, after
    the discounts on subjects. Raises NoPrice when a fee that is needed has no row at `at`, and
    ValueError for nobody or for a student without subjects.
    """
    if not students or not all(count >= 1 for count in map(_count, students)):
        raise ValueError("every student needs at least one subject")
    prices = _monthly_fees(at)
    fees = [_fees_of(asked, prices) for asked in students]
    enrolment = EnrolmentFee.objects.at(at).first()
    if enrolment is None:
        raise NoPrice("EnrolmentFee")
    return Quote(
        monthly=tuple(_merged("monthly_fee", [(f.amount, f.rule) for of in fees for f in of])),
        discounts=tuple(_discounts(fees, _active_discounts(at))),
        enrolment=(
            Line("enrolment_fee", len(students), enrolment.amount, ("EnrolmentFee", enrolment.pk)),
        ),
    )


def _count(asked: Asked) -> int:
    return asked if isinstance(asked, int) else len(asked)


def _monthly_fees(at: datetime) -> dict[str | None, _Fee]:
    """By subject code; None is the fee of every other subject."""
    rows = MonthlyFee.objects.at(at).select_related("subject")
    return {
        row.subject.code if row.subject else None: _Fee(row.amount, ("MonthlyFee", row.pk))
        for row in rows
    }


def _fees_of(asked: Asked, fees: dict[str | None, _Fee]) -> list[_Fee]:
    """One student's fees, the dearest first."""
    codes: Sequence[str | None] = [None] * asked if isinstance(asked, int) else list(asked)
    try:
        found = [fees[code if code in fees else None] for code in codes]
    except KeyError:
        raise NoPrice("MonthlyFee") from None
    return sorted(found, key=lambda fee: fee.amount, reverse=True)


def _active_discounts(at: datetime) -> dict[str, _Discount]:
    rows = DiscountRule.objects.at(at).order_by("valid_from", "id")  # the newest of a kind wins
    return {row.kind: _Discount(("DiscountRule", row.pk), row.percent, row.amount) for row in rows}


def _discounts(fees: list[list[_Fee]], rules: dict[str, _Discount]) -> Iterator[Line]:
    of_students = [sum((fee.amount for fee in of), Decimal(0)) for of in fees]
    if rule := rules.get(DiscountRule.Kind.SECOND_SUBJECT):
        off = [[rule.off(fee.amount) for fee in of[1:]] for of in fees]
        of_students = [
            price - sum(less, Decimal(0)) for price, less in zip(of_students, off, strict=True)
        ]
        yield from _merged("second_subject", [(-each, rule.rule) for less in off for each in less])
    if rule := rules.get(DiscountRule.Kind.SIBLING):
        siblings = sorted(of_students, reverse=True)[1:]
        yield from _merged("sibling", [(-rule.off(price), rule.rule) for price in siblings])


def _merged(label: Label, amounts: list[tuple[Decimal, Rule]]) -> Iterator[Line]:
    """Equal amounts of one row as one line, in order of appearance."""
    for (amount, rule), quantity in Counter(amounts).items():
        yield Line(label, quantity, amount, rule)
