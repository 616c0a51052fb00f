#!/usr/bin/env python
"""Django's command line for this site."""

import gc
import os
import sys

# Thousands of modules are no garbage: with Python's 700, every tenth moment of a start was spent
# looking for some among them.
NEW_OBJECTS = 20_000


def main() -> None:
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed here. Run `make run`, or `.venv/bin/python manage.py …`."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
