"""What the clock does about conversations: doors that ask for the time.

Celery's beat reads tasks too, and does none: what they need is imported when they run.
"""

from celery import shared_task
from django.utils import timezone


@shared_task
def follow_up() -> None:
    """Plan what we say first, and say what is due."""
    from conversations import followups

    followups.plan(timezone.now())
    followups.withdraw()
    while claim := followups.claim_due(timezone.now()):
        followups.carry_out(claim, timezone.now())


@shared_task
def replay_failed() -> None:
    """What a bug kept from being applied is applied after the upgrade that mends it."""
    from conversations import intake

    intake.replay_failed(timezone.now())


@shared_task
def settle_calls() -> None:
    """What killed processes left running counts as spent."""
    from conversations.llm import ledger

    ledger.unsettled(timezone.now())
