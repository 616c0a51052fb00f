from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee, Subject
from billing_rules.periods import NotOpen, replace

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 1, 3, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, 3, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def fee(amount="375.00", **columns):
    return MonthlyFee.objects.create(**{"amount": Decimal(amount), "valid_from": JANUARY} | columns)


def test_a_period_is_half_open():
    old = fee(valid_until=MARCH)
    new = fee("390.00", valid_from=MARCH)

    assert list(MonthlyFee.objects.at(JANUARY - MOMENT)) == []
    assert list(MonthlyFee.objects.at(JANUARY)) == [old]
    assert list(MonthlyFee.objects.at(MARCH - MOMENT)) == [old]
    assert list(MonthlyFee.objects.at(MARCH)) == [new]


def test_a_change_is_a_new_row():
    old = fee()

    new = replace(old, MARCH, amount=Decimal("390.00"))

    old.refresh_from_db()
    assert (old.amount, old.valid_until) == (Decimal("375.00"), MARCH)
    assert (new.amount, new.valid_from, new.valid_until) == (Decimal("390.00"), MARCH, None)
    assert new.pk != old.pk
    assert [row.history_type for row in old.history.all()] == ["~", "+"]


def test_a_row_is_replaced_once():
    old = fee()
    replace(old, MARCH, amount=Decimal("390.00"))

    with pytest.raises(NotOpen):
        replace(old, MARCH, amount=Decimal("400.00"))
    assert MonthlyFee.objects.count() == 2


@pytest.mark.parametrize("until", [JANUARY, JANUARY - MOMENT])
def test_an_end_comes_after_the_beginning(until):
    row = MonthlyFee(amount=Decimal("1.00"), valid_from=JANUARY, valid_until=until)

    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["valid_until"]


def test_the_database_refuses_an_empty_period():
    with pytest.raises(IntegrityError, match="billing_rules_monthlyfee_period"):
        fee(valid_until=JANUARY)


def test_one_fee_per_subject_at_a_time():
    math = Subject.objects.create(code="math", name="Matemática")
    fee(valid_until=MARCH)
    fee(subject=math)

    for subject in (None, math):
        with pytest.raises(IntegrityError, match="one_monthly_fee"), transaction.atomic():
            fee(subject=subject, valid_from=JANUARY + MOMENT)
    assert fee(valid_from=MARCH).pk
    assert MonthlyFee.objects.count() == 3


def test_a_form_is_told_of_an_overlap():
    fee()

    with pytest.raises(ValidationError) as refused:
        MonthlyFee(amount=Decimal("1.00"), valid_from=MARCH).full_clean()
    assert list(refused.value.message_dict) == ["__all__"]


def test_one_enrolment_fee_and_one_open_discount_of_a_kind():
    EnrolmentFee.objects.create(amount=100, valid_from=JANUARY)
    DiscountRule.objects.create(kind="sibling", percent=10, valid_from=JANUARY)

    with pytest.raises(IntegrityError, match="one_enrolment_fee"), transaction.atomic():
        EnrolmentFee.objects.create(amount=1, valid_from=MARCH)
    with pytest.raises(IntegrityError, match="one_open_discount"), transaction.atomic():
        DiscountRule.objects.create(kind="sibling", amount=1, valid_from=MARCH)


@pytest.mark.parametrize(
    "size", [{}, {"percent": 10, "amount": 5}, {"percent": 101}, {"percent": 0}, {"amount": 0}]
)
def test_a_discount_is_a_percentage_or_an_amount(size):
    with pytest.raises(IntegrityError, match="discount_is_percent_or_amount"):
        DiscountRule.objects.create(kind="sibling", valid_from=JANUARY, **size)
