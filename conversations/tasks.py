"""What the clock does about conversations: doors that ask for the time."""

from celery import shared_task
from django.utils import timezone

from conversations import followups, intake
from conversations.llm import ledger


@shared_task
def follow_up() -> None:
    """Plan what we say first, and say what is due."""
    followups.plan(timezone.now())
    followups.withdraw()
    while claim := followups.claim_due(timezone.now()):
        followups.carry_out(claim, timezone.now())


@shared_task
def replay_failed() -> None:
    """What a bug kept from being applied is applied after the upgrade that mends it."""
    intake.replay_failed(timezone.now())


@shared_task
def settle_calls() -> None:
    """What killed processes left running counts as spent."""
    ledger.unsettled(timezone.now())
