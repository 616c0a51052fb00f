"""What happens by the clock, and how often. Beat copies it into rows that staff may edit.

A task is a door: it asks for the time and calls the module that does the work.
"""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "look-after": {
        "task": "kumon_site.operations.tasks.look_after",
        "schedule": crontab(),  # every minute
        "options": {"expire_seconds": 55},  # the next one looks anyway
    },
    "keep-stages": {
        "task": "kumon_site.operations.tasks.keep_stages",
        "schedule": crontab(minute="2"),
    },
    "fill-holidays": {
        "task": "scheduling.tasks.fill_holidays",
        "schedule": crontab(minute="10", hour="4", day_of_month="1"),
    },
    "sync-calendar": {
        "task": "scheduling.tasks.sync_calendar",
        "schedule": 20.0,  # seconds
        "options": {"expire_seconds": 20},
    },
    "replay-failed-events": {
        "task": "conversations.tasks.replay_failed",
        "schedule": crontab(minute="*/10"),
    },
    "settle-model-calls": {
        "task": "conversations.tasks.settle_calls",
        "schedule": crontab(minute="*/5"),
    },
    "say-what-we-start": {
        "task": "conversations.tasks.follow_up",
        "schedule": crontab(),
        "options": {"expire_seconds": 60},  # the next minute sees the same rows
    },
}
