"""What is missing or contradictory about Google Calendar, told before anything starts."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core import checks

from scheduling.calendars import keys


@checks.register("kumon")
def google_calendar(**kwargs: Any) -> Sequence[checks.CheckMessage]:
    return [*_incomplete(), *_key()]


def _incomplete() -> Iterator[checks.CheckMessage]:
    access = settings.GOOGLE_CALENDAR_CREDENTIALS or settings.GOOGLE_CALENDAR_API_ENDPOINT
    if access and not settings.GOOGLE_CALENDAR_ID:
        yield checks.Error(
            "Google Calendar's credentials or endpoint are given without GOOGLE_CALENDAR_ID.",
            hint="Give the id of the unit's calendar (Google: settings of the calendar, "
            "“Integrate calendar”), or remove the others.",
            id="kumon.E050",
        )
    if settings.GOOGLE_CALENDAR_ID and not access:
        yield checks.Error(
            "GOOGLE_CALENDAR_ID is given without GOOGLE_CALENDAR_CREDENTIALS.",
            hint="Give a service account's key (JSON, or the path of its file), or remove the id.",
            id="kumon.E051",
        )


def _key() -> Iterator[checks.CheckMessage]:
    """Another server than Google's may do without a key."""
    given, elsewhere = settings.GOOGLE_CALENDAR_CREDENTIALS, settings.GOOGLE_CALENDAR_API_ENDPOINT
    if elsewhere and not settings.DEBUG:
        yield checks.Warning(
            "GOOGLE_CALENDAR_API_ENDPOINT is set: visits go to another server than Google's.",
            hint="Remove it, unless this is meant.",
            id="kumon.W053",
        )
    if not given:
        return
    try:
        keys.read(given)
    except ValueError as error:
        problem = checks.Warning if elsewhere else checks.Error
        yield problem(
            f"GOOGLE_CALENDAR_CREDENTIALS is {error}.",
            hint="Give the JSON key of a service account, or the path of its file.",
            id="kumon.W052" if elsewhere else "kumon.E052",
        )
