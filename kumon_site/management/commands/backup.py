"""`manage.py backup FILE`: the whole database in one file."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kumon_site import embedded
from kumon_site.operations.backup import BackupError, backup


class Command(BaseCommand):
    help = "Write the whole database to a file, consistent while everything runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with database_awake():
                made = backup(options["file"], timezone.now())
        except (BackupError, embedded.ServerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {made.rows} rows of {made.tables} tables.")


def database_awake() -> Any:
    """The embedded servers run only while `manage.py up` does; these commands need them too."""
    return embedded.awake(settings.DATA_DIR) if settings.EMBEDDED_POSTGRES else nullcontext()
