from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

import billing_rules.seed
import conversations.seed
import scheduling.seed
from kumon_site.operations.roles import seed_roles


class Command(BaseCommand):
    help = "Create the unit's rules, texts and knowledge where they are missing (idempotent)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for package in (billing_rules.seed, scheduling.seed, conversations.seed):
            package.seed(now)
        seed_roles()
