"""The unit itself, its knowledge base and what models cost, as they are on a fresh machine."""

from datetime import datetime

from django.utils import timezone

from conversations.knowledge.seed_files import read_entries
from conversations.llm import prices
from conversations.models import FollowupRules, KnowledgeEntry, Unit

FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - made aware below, in the unit's time zone


def seed(now: datetime) -> None:
    """Creates what is missing; whatever staff have changed or ended stays as they left it."""
    since = min(timezone.make_aware(FIRST_DAY), now)
    if not Unit.objects.exists():
        Unit.objects.create(
            valid_from=since,
            name="Kumon Vila A",
            assistant_name="Cecília",
            address="Av. Paraná, 6881 – Vila A, Foz do Iguaçu – PR",
            contact_phone="+5551996921999",
        )
    if not FollowupRules.objects.exists():
        FollowupRules.objects.create(valid_from=since)
    known = set(KnowledgeEntry.objects.values_list("key", flat=True))
    KnowledgeEntry.objects.bulk_create(
        KnowledgeEntry(
            valid_from=since,
            key=entry.key,
            title=entry.title,
            body=entry.body,
            questions=list(entry.questions),
        )
        for entry in read_entries()
        if entry.key not in known
    )
    prices.seed(since)
