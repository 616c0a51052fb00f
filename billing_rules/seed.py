"""The unit's first prices. What staff have entered is never touched."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from billing_rules.models import EnrolmentFee, MonthlyFee, Subject

FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - made aware below, in the unit's time zone

SUBJECTS = [("math", "Matemática"), ("portuguese", "Português"), ("english", "Inglês")]


def seed(now: datetime) -> None:
    """Subjects and first fees, each only where there is none yet. No discount is active."""
    since = min(timezone.make_aware(FIRST_DAY), now)
    for position, (code, name) in enumerate(SUBJECTS, start=1):
        Subject.objects.get_or_create(code=code, defaults={"name": name, "position": position})
    if not MonthlyFee.objects.exists():
        MonthlyFee.objects.create(amount=Decimal("375.00"), valid_from=since)
    if not EnrolmentFee.objects.exists():
        EnrolmentFee.objects.create(amount=Decimal("100.00"), valid_from=since)
