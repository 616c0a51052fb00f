"""What the clock does about conversations: doors that ask for the time."""

from celery import shared_task
from django.utils import timezone

from conversations import followups


@shared_task
def follow_up() -> None:
    """Plan what we say first, and say what is due."""
    followups.plan(timezone.now())
    followups.withdraw()
    while claim := followups.claim_due(timezone.now()):
        followups.carry_out(claim, timezone.now())
