"""What the clock does for whoever runs it: doors that ask for the time.

Imports as conversations/tasks.py.
"""

import logging

from celery import shared_task
from django.utils import timezone

log = logging.getLogger(__name__)


@shared_task
def look_after() -> None:
    """Each minute: keep the figures, look at every rule, tell what is due."""
    from conversations.failures import where
    from kumon_site.operations import notify, samples
    from kumon_site.operations.alerts import watch
    from kumon_site.operations.alerts.rules import RULES

    now = timezone.now()
    samples.take(now)
    for rule in RULES:
        try:
            watch.watch(rule, now)
        except Exception as error:  # noqa: BLE001 - one rule's bug must not silence the others
            log.error("Rule %s failed: %s", rule.name, where(error))
    titles = {rule.name: rule.title for rule in RULES}
    while telling := notify.claim_due(timezone.now()):
        notify.tell(telling, titles, timezone.now())


@shared_task
def keep_stages() -> None:
    """Each hour: how long the stages of a message took in the hour before."""
    from kumon_site.operations.performance import rollup

    rollup.keep_last_hour(timezone.now())
