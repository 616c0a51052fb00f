"""`manage.py seed_demo`: a month of families, to look at and to try things on."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kumon_site.management.commands.backup import database_awake
from kumon_site.operations import demo


class Command(BaseCommand):
    help = "A month of demo families, where they are missing. Never beside a real gateway."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATED_GATEWAY:
            raise CommandError(
                "EVOLUTION_API_URL is set: demo families don't belong among real ones. Use a copy "
                "with the simulated phone."
            )
        with database_awake():
            call_command("migrate", interactive=False, verbosity=0)
            call_command("seed_unit")
            made = demo.seed(timezone.now())
        self.stdout.write(f"{made} families played.")
