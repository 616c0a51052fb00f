"""What the clock does about visits: doors that ask for the time."""

from celery import shared_task
from django.utils import timezone

from scheduling import closures, sync


@shared_task
def fill_holidays() -> None:
    """This year's and next year's, so that a new year is never without them."""
    closures.fill_holidays(timezone.now())


@shared_task(ignore_result=True)
def sync_calendar() -> None:
    """Asked for after each booking, and by a sweep."""
    sync.run(timezone.now)
