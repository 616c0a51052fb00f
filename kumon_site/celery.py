"""The Celery application: everything that happens by the clock."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

app = Celery("kumon_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_our_logging(**kwargs: Any) -> None:
    """With a receiver of this signal Celery leaves alone what Django has set up."""


def refuse_unsafe(**kwargs: Any) -> None:
    from kumon_site.operations import checks

    checks.refuse_unsafe()


setup_logging.connect(keep_our_logging)
worker_init.connect(refuse_unsafe)
beat_init.connect(refuse_unsafe)
