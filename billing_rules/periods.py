"""Rows that hold for a period. A change is a new row, so what was said stays traceable."""

from datetime import datetime
from typing import Any, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

Row = TypeVar("Row", bound=models.Model, covariant=True)
PeriodRow = TypeVar("PeriodRow", bound="Dated")


class NotOpen(Exception):
    """The row was already closed: somebody else has replaced it."""


class DatedQuerySet(models.QuerySet[Row]):
    def at(self, now: datetime | Expression) -> Self:
        """Rows that hold at `now`; `valid_until` itself is already outside."""
        return self.filter(valid_from__lte=now).filter(Q(valid_until=None) | Q(valid_until__gt=now))


class Dated(models.Model):
    """Holds from `valid_from` until just before `valid_until`; an open row has no end."""

    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: until further notice.")
    )

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="%(app_label)s_%(class)s_period",
            )
        ]

    def clean(self) -> None:
        # Named for the field, so that constraints over the range are not asked as well.
        if self.valid_until and self.valid_from and self.valid_until <= self.valid_from:
            raise ValidationError({"valid_until": _("The end must come after the beginning.")})


def range_of_one(number: Combinable) -> Func:
    """A whole number as a range, so that GiST compares it without btree_gist."""
    return Func(
        number, number, Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )


def never_two_at_once(name: str, key: str | None = None) -> ExclusionConstraint:
    """No two rows whose periods overlap, for each value of the whole-number column `key`.

    A NULL key counts as a value of its own.
    """
    period = Func(
        F("valid_from"),
        F("valid_until"),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )
    expressions: list[tuple[Func, str]] = [(period, RangeOperators.OVERLAPS)]
    if key:
        same = range_of_one(Coalesce(F(key), Value(-1)))
        expressions.insert(0, (same, RangeOperators.OVERLAPS))
    return ExclusionConstraint(
        name=name,
        expressions=expressions,
        violation_error_message=_("Another row already holds in this period."),
    )


def replace(row: PeriodRow, now: datetime, **changes: Any) -> PeriodRow:
    """Close the open `row` at `now` and return the next one, equal but for `changes`.

    Raises NotOpen when the row had already been closed.
    """
    with transaction.atomic():
        current = type(row)._base_manager.select_for_update().get(pk=row.pk)
        if current.valid_until is not None:
            raise NotOpen(row)
        current.valid_until = now
        current.save(update_fields=["valid_until"])
        columns = {
            field.attname: getattr(current, field.attname)
            for field in current._meta.concrete_fields
            if not field.primary_key
        }
        period = {"valid_from": now, "valid_until": None}
        return type(row)._base_manager.create(**{**columns, **period, **changes})
