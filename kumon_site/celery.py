"""The Celery application: everything that happens by the clock."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

app = Celery("kumon_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
