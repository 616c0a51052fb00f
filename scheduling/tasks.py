"""What the clock does about visits: doors that ask for the time.

Imports as conversations/tasks.py.
"""

from celery import shared_task
from django.utils import timezone


@shared_task
def fill_holidays() -> None:
    """This year's and next year's, so that a new year is never without them."""
    from scheduling import closures

    closures.fill_holidays(timezone.now())


@shared_task(ignore_result=True)
def sync_calendar() -> None:
    """Asked for after each booking, and by a sweep."""
    from scheduling import sync

    sync.run(timezone.now)
