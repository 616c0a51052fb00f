"""Errors to a Sentry, where SENTRY_DSN names one: what failed and where, never about whom.

Neither requests, queries, users nor local variables are told, nor what an exception says, for it
may quote a parent. What the log says is masked as there.
"""

from typing import Any

from django.conf import settings

from kumon_site.operations.logs import mask

KEPT = {
    *("exception", "logentry", "level", "logger", "event_id", "timestamp", "platform"),
    *("sdk", "contexts", "modules", "release", "environment", "server_name"),
}


def begin() -> None:
    """From now on, in this process; nothing without an address."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # only who reports pays for it

    sentry_sdk.init(
        settings.SENTRY_DSN,
        auto_enabling_integrations=False,  # they would import the models' libraries; logs tell all
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=without_families,
    )


def without_families(event: Any, hint: Any) -> Any:
    """The event with nothing but what failed, and where."""
    for error in (event.get("exception") or {}).get("values") or []:
        error["value"] = ""
    return {name: _masked(value) for name, value in event.items() if name in KEPT}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list | tuple) else value
