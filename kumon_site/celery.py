"""The Celery application: everything that happens by the clock."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

app = Celery("kumon_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def begin(**kwargs: Any) -> None:
    """Before a worker or beat does anything. Celery leaves alone the logging that Django set up."""
    from kumon_site.operations import checks

    checks.refuse_unsafe()


setup_logging.connect(begin)
