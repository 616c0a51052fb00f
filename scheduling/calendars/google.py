"""Google Calendar v3 through gcsa, which has no endpoint, time limit, If-Match or sync token of its
own: the service is built here, and every request of it says by name what went wrong.

Slow to import: only `base.calendar()` does it.
"""

import http.client
import json
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import gcsa.event
import google.auth.exceptions
import httplib2
from django.conf import settings
from django.utils import timezone
from gcsa.google_calendar import GoogleCalendar
from gcsa.serializers.event_serializer import EventSerializer
from google.oauth2 import credentials, service_account
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

from scheduling.calendars import keys
from scheduling.calendars.base import (
    BREAKER,
    LONGEST_WAIT,
    Calendar,
    CalendarError,
    Changed,
    Changes,
    Draft,
    Event,
    Exists,
    Gone,
    Limited,
    TokenExpired,
    Unreachable,
)

SECONDS = 10  # for one answer
SCOPES = ["https://www.googleapis.com/auth/calendar.events"]
PAGE = 250
OURS = ("id", "summary", "start", "end", "extendedProperties")
QUOTA = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
BY_STATUS = {404: Gone, 409: Exists, 410: Gone, 412: Changed}
NO_ANSWER = (OSError, http.client.HTTPException, httplib2.HttpLib2Error, ValueError)


class GoogleBackend(GoogleCalendar, Calendar):  # type: ignore[misc]
    """The calendar `GOOGLE_CALENDAR_ID`. One instance serves one thread."""

    def __init__(self) -> None:
        self.default_calendar = settings.GOOGLE_CALENDAR_ID
        self.service = _service()

    def insert(self, draft: Draft) -> Event:
        try:
            return _event(self._events().insert(**self._where(), body=_body(draft)).execute())
        except Gone as error:
            raise CalendarError("calendar_not_found") from error

    def get(self, event_id: str) -> Event:
        return _event(self._events().get(**self._where(event_id)).execute())

    def patch(self, draft: Draft, etag: str) -> Event:
        body = _body(draft)
        ours = {name: body[name] for name in ("start", "end", "extendedProperties")}
        asked = self._events().patch(**self._where(draft.id), body=ours)
        asked.headers["If-Match"] = etag
        return _event(asked.execute())

    def delete(self, event_id: str) -> None:
        self.delete_event(event_id)

    def changes(self, token: str, first: datetime, last: datetime) -> Changes:
        window: dict[str, Any] = {"syncToken": token}
        if not token:
            window = {"timeMin": first.isoformat(), "timeMax": last.isoformat()}
        wanted = {**self._where(), "singleEvents": True, "showDeleted": True, "maxResults": PAGE}
        found: list[Event] = []
        page = None
        while True:
            answer = self._page({**wanted, **window, "pageToken": page})
            found += [_event(item) for item in answer.get("items", [])]
            page = answer.get("nextPageToken")
            if not page:
                return Changes(found, answer.get("nextSyncToken", ""), complete=not token)

    def _page(self, wanted: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._events().list(**wanted).execute()
        except Gone as error:
            if str(error) == "410" and "syncToken" in wanted:
                raise TokenExpired("410") from error
            raise CalendarError("calendar_not_found") from error
        return answer

    def _events(self) -> Any:
        return self.service.events()

    def _where(self, event_id: str = "") -> dict[str, str]:
        where = {"calendarId": self.default_calendar}
        return where | {"eventId": event_id} if event_id else where


class _Request(HttpRequest):  # type: ignore[misc]
    """One call within the breaker. Its failures have our names."""

    def execute(self, http: Any = None, num_retries: int = 0) -> Any:
        with BREAKER.guard():
            try:
                return super().execute(http=http)
            except HttpError as error:
                raise _named(error) from error
            except google.auth.exceptions.GoogleAuthError as error:
                raise _unauthorized(error) from error
            except NO_ANSWER as error:
                raise Unreachable(type(error).__name__) from error


def _named(error: HttpError) -> CalendarError:
    status = int(error.resp.status)
    if status in BY_STATUS:
        return BY_STATUS[status](str(status))
    if status == 429 or (status == 403 and _reasons(error) & QUOTA):
        return Limited(str(status), _retry_after(error.resp.get("retry-after", "")))
    if status >= 500 or status == 408:
        return Unreachable(str(status))
    return CalendarError(str(status))


def _unauthorized(error: google.auth.exceptions.GoogleAuthError) -> CalendarError:
    if error.retryable or isinstance(error, google.auth.exceptions.TransportError):
        return Unreachable("token_server")
    return CalendarError("credentials_refused")


def _reasons(error: HttpError) -> set[str]:
    try:
        body = json.loads(error.content)["error"]
        return {each.get("reason", "") for each in body["errors"]} | {body.get("status", "")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _retry_after(header: str) -> timedelta | None:
    if not (header.isascii() and header.isdigit()):
        return None
    return timedelta(seconds=min(float(header), LONGEST_WAIT))


def _service() -> Any:
    """Built from the description that comes with the library: no network is used here."""
    endpoint = settings.GOOGLE_CALENDAR_API_ENDPOINT
    transport = httplib2.Http(timeout=SECONDS, **({"proxy_info": None} if endpoint else {}))
    return discovery.build(
        "calendar",
        "v3",
        http=AuthorizedHttp(_credentials(endpoint), transport),
        requestBuilder=_Request,
        client_options={"api_endpoint": _root(endpoint)} if endpoint else None,
        static_discovery=True,
        cache_discovery=False,
    )


def _root(endpoint: str) -> str:
    """Where the API begins, with whatever of its path the setting has."""
    root = endpoint.rstrip("/")
    return f"{root}/" if root.endswith("/calendar/v3") else f"{root}/calendar/v3/"


def _credentials(endpoint: str) -> Any:
    """The service account's. Another server than Google's gets what it can check by itself: a token
    signed by the account, and a word of ours where there is no account."""
    try:
        info = keys.read(settings.GOOGLE_CALENDAR_CREDENTIALS)
        known: Any = service_account.Credentials  # google-auth has hardly any types
        account = known.from_service_account_info(info, scopes=SCOPES)
    except (ValueError, google.auth.exceptions.GoogleAuthError) as error:
        if not endpoint:
            raise CalendarError("credentials_unreadable") from error
        word: Any = credentials.Credentials
        return word(token="without-an-account")  # noqa: S106
    if endpoint and not _is_google(endpoint) and _is_google(info["token_uri"]):
        return account.with_always_use_jwt_access(True)
    return account


def _is_google(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith("googleapis.com")


def _body(draft: Draft) -> dict[str, Any]:
    """Only what is ours: whatever else the event has belongs to the people who edit it."""
    event = gcsa.event.Event(
        draft.title,
        start=draft.starts_at,
        end=draft.ends_at,
        timezone=settings.TIME_ZONE,
        event_id=draft.id,
        extendedProperties={"private": {"visit": str(draft.visit_id)}},
    )
    body: dict[str, Any] = EventSerializer.to_json(event)
    return {name: body[name] for name in OURS}


def _event(found: dict[str, Any]) -> Event:
    try:
        return Event(
            id=found["id"],
            etag=found.get("etag", ""),
            title=found.get("summary", ""),
            starts_at=_moment(found.get("start")),
            ends_at=_moment(found.get("end")),
            busy=found.get("transparency") != "transparent",
            cancelled=found.get("status") == "cancelled",
        )
    except (KeyError, ValueError, TypeError) as error:  # KeyError: no id, or no such time zone
        raise CalendarError("unreadable_event") from error


def _moment(given: dict[str, str] | None) -> datetime | None:
    """Days without an hour begin at the unit's midnight."""
    if not given:
        return None
    if "dateTime" not in given:
        return timezone.make_aware(datetime.combine(date.fromisoformat(given["date"]), time()))
    at = datetime.fromisoformat(given["dateTime"])
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(given.get("timeZone") or settings.TIME_ZONE))
    return at
