"""`manage.py fill_holidays`: this year's and next year's holidays as closures."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from scheduling import closures


class Command(BaseCommand):
    help = "Write this year's and next year's holidays as closures; what exists is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        made = closures.fill_holidays(timezone.now())
        self.stdout.write(f"{made} new closures")
