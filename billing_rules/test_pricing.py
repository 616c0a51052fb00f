from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.utils import timezone

from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee, Subject
from billing_rules.periods import replace
from billing_rules.pricing import NoPrice, quote
from billing_rules.seed import seed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def prices(db):
    seed(NOW)


def discount(kind, **size):
    return DiscountRule.objects.create(kind=kind, valid_from=NOW, **size)


@pytest.mark.parametrize(
    ("students", "monthly", "enrolment"),
    [
        ([1], "375.00", "100.00"),
        ([2], "750.00", "100.00"),
        ([3], "1125.00", "100.00"),
        ([1, 1], "750.00", "200.00"),
        ([2, 1], "1125.00", "200.00"),
        ([3, 3, 3, 3], "4500.00", "400.00"),
        ([["math"]], "375.00", "100.00"),
        ([["math", "english"], ["portuguese"]], "1125.00", "200.00"),
    ],
)
def test_fees_of_the_unit(prices, students, monthly, enrolment):
    found = quote(students, NOW)

    assert (found.monthly_total, found.enrolment_total) == (Decimal(monthly), Decimal(enrolment))
    assert found.total == Decimal(monthly) + Decimal(enrolment)
    assert found.discounts == ()


@pytest.mark.parametrize(
    ("rules", "students", "monthly"),
    [
        ([("second_subject", {"percent": 10})], [1], "375.00"),
        ([("second_subject", {"percent": 10})], [2], "712.50"),
        ([("second_subject", {"percent": 10})], [3, 2], "1762.50"),
        ([("second_subject", {"amount": 50})], [3], "1025.00"),
        ([("second_subject", {"amount": 999})], [2], "375.00"),  # never below nothing
        ([("sibling", {"percent": 10})], [2], "750.00"),
        ([("sibling", {"percent": 10})], [2, 1], "1087.50"),
        ([("sibling", {"percent": 10})], [1, 2], "1087.50"),
        ([("sibling", {"amount": 25})], [1, 1, 1], "1075.00"),
        ([("sibling", {"percent": 100})], [1, 1], "375.00"),
        ([("sibling", {"percent": "33.33"})], [1, 1], "625.01"),  # 124.9875 off -> 124.99
        (
            [("second_subject", {"percent": 10}), ("sibling", {"percent": 10})],
            [2, 2],
            "1353.75",  # 712.50 and 712.50 less 71.25
        ),
    ],
)
def test_discounts(prices, rules, students, monthly):
    for kind, size in rules:
        discount(kind, **size)

    assert quote(students, NOW).monthly_total == Decimal(monthly)


def test_the_order_of_students_and_subjects_changes_nothing(prices):
    english = Subject.objects.get(code="english")
    MonthlyFee.objects.create(subject=english, amount=Decimal("410.00"), valid_from=NOW)
    discount("second_subject", percent=10)
    discount("sibling", percent=15)
    totals = {
        quote(list(order), NOW).monthly_total
        for order in permutations([["english", "math"], ["english"], ["math", "english", "x"]])
    }
    turned = quote([["x", "english", "math"], ["english"], ["math", "english"]], NOW)

    assert totals == {turned.monthly_total}


def test_a_subject_with_a_fee_of_its_own(prices):
    english = Subject.objects.get(code="english")
    row = MonthlyFee.objects.create(subject=english, amount=Decimal("410.00"), valid_from=NOW)

    found = quote([["math", "english"]], NOW)

    assert found.monthly_total == Decimal("785.00")
    assert ("MonthlyFee", row.pk) in found.rules


def test_every_line_names_its_row(prices):
    rule = discount("sibling", amount=Decimal("25.00"))
    fee, enrolment = MonthlyFee.objects.get(), EnrolmentFee.objects.get()

    assert quote([2, 1], NOW).as_json() == {
        "lines": [
            {
                "label": "monthly_fee",
                "quantity": 3,
                "unit": "375.00",
                "total": "1125.00",
                "rule": ["MonthlyFee", fee.pk],
            },
            {
                "label": "sibling",
                "quantity": 1,
                "unit": "-25.00",
                "total": "-25.00",
                "rule": ["DiscountRule", rule.pk],
            },
            {
                "label": "enrolment_fee",
                "quantity": 2,
                "unit": "100.00",
                "total": "200.00",
                "rule": ["EnrolmentFee", enrolment.pk],
            },
        ],
        "monthly_total": "1100.00",
        "enrolment_total": "200.00",
        "total": "1300.00",
    }


def test_the_price_of_a_moment_is_the_row_of_that_moment(prices):
    replace(MonthlyFee.objects.get(), NOW, amount=Decimal("390.00"))

    assert quote([1], NOW - timedelta(microseconds=1)).monthly_total == Decimal("375.00")
    assert quote([1], NOW).monthly_total == Decimal("390.00")


def test_a_closed_discount_counts_no_more(prices):
    rule = discount("sibling", percent=10)
    rule.valid_until = NOW + timedelta(days=1)
    rule.save()

    assert quote([1, 1], NOW).discounts
    assert not quote([1, 1], rule.valid_until).discounts


def test_no_row_no_price(db):
    with pytest.raises(NoPrice, match="MonthlyFee"):
        quote([1], NOW)
    MonthlyFee.objects.create(amount=375, valid_from=NOW)
    with pytest.raises(NoPrice, match="EnrolmentFee"):
        quote([1], NOW)


@pytest.mark.parametrize("students", [[], [0], [1, 0], [-1], [[]]])
def test_nobody_has_no_price(prices, students):
    with pytest.raises(ValueError, match="subject"):
        quote(students, NOW)


def test_the_number_of_queries_does_not_grow(prices, django_assert_num_queries):
    with django_assert_num_queries(3):
        quote([3, 3, 3, 3], NOW)


def test_seeding_again_changes_nothing_that_staff_changed(prices):
    replace(MonthlyFee.objects.get(), NOW, amount=Decimal("390.00"))
    Subject.objects.filter(code="english").update(name="Língua inglesa", active=False)

    seed(NOW + timedelta(days=1))

    assert MonthlyFee.objects.count() == 2
    assert EnrolmentFee.objects.count() == 1
    assert not DiscountRule.objects.exists()
    assert Subject.objects.get(code="english").name == "Língua inglesa"
    first = MonthlyFee.objects.earliest("valid_from")
    assert timezone.localtime(first.valid_from).isoformat() == "2026-01-01T00:00:00-03:00"
