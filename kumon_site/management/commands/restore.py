"""`manage.py restore FILE`: the database as it was when the file was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kumon_site import embedded
from kumon_site.management.commands.backup import database_awake
from kumon_site.operations.backup import BackupError, backup, holds_families, restore


class Command(BaseCommand):
    help = (
        "Replace the database by what a backup holds, verified before anything changes. "
        "What stood in it before is backed up first, under DATA_DIR/replaced/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with database_awake():
                self._keep_what_is_there()
                made = restore(options["file"])
                call_command("migrate", interactive=False, verbosity=0)
        except (BackupError, embedded.ServerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored and verified: {made.rows} rows of {made.tables} tables, "
            f"as of {made.made_at}."
        )

    def _keep_what_is_there(self) -> None:
        if holds_families():
            now = timezone.now()
            file = settings.DATA_DIR / "replaced" / f"{now:%Y-%m-%d-%H%M%S-%f}.backup"
            backup(file, now)
            self.stdout.write(f"What stood in the database is kept in {file}.")
