"""What the clock does about visits: doors that ask for the time."""

from celery import shared_task
from django.utils import timezone

from scheduling import closures


@shared_task
def fill_holidays() -> None:
    """This year's and next year's, so that a new year is never without them."""
    closures.fill_holidays(timezone.now())
