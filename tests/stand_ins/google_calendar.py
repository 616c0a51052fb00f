"""A local HTTP server that behaves like Google Calendar v3 for one calendar, with faults on order.

    with GoogleCalendarStandIn() as google:  # settings.GOOGLE_CALENDAR_API_ENDPOINT = google.url
        google.faults.append(Fault.unavailable())
        google.person.moves(event_id, start, end)
        google.active()  # what stands in the calendar

Etags and If-Match, ids that are used up for ever, sync tokens that expire, pages, recurring events
as instances, the token endpoint of a service account. `python -m tests.stand_ins.google_calendar`
serves it for a running copy of the product.
"""

import argparse
import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from dateutil.rrule import rrulestr

from tests.stand_ins.serving import Handler, Server

EVENTS = re.compile(r"^/calendar/v3/calendars/([^/]+)/events(?:/([^/]+))?$")
VALID_ID = re.compile(r"^[a-v0-9]{5,1024}$")
NOT_WITH_TOKEN = {"timeMin", "timeMax", "q", "orderBy", "updatedMin", "iCalUID"}
FOREVER = timedelta(days=730)  # how far recurring events are unrolled

Answer = tuple[int, Any]


@dataclass(frozen=True)
class Fault:
    """What happens instead of (or, `after`, in spite of) the next call that matches."""

    status: int | None = None  # None: the connection is dropped
    reason: str = "backendError"
    after: bool = False  # the call is carried out first
    method: str = ""  # any; LIST is the GET of the whole calendar
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    meanwhile: Callable[[], object] | None = None  # somebody is faster; the call then goes on

    @classmethod
    def unavailable(cls, **given: Any) -> "Fault":
        return cls(503, **given)

    @classmethod
    def passed(cls, **given: Any) -> "Fault":
        """Nothing goes wrong with this call, but perhaps with the one after it."""
        return cls(meanwhile=lambda: None, **given)

    @classmethod
    def quota(cls, **given: Any) -> "Fault":
        return cls(403, "rateLimitExceeded", **given)

    @classmethod
    def too_many(cls, seconds: int, **given: Any) -> "Fault":
        return cls(429, "rateLimitExceeded", headers=(("Retry-After", str(seconds)),), **given)

    @classmethod
    def dropped_after_commit(cls, **given: Any) -> "Fault":
        return cls(None, after=True, **given)


@dataclass
class GoogleCalendarStandIn:
    calendar_id: str = "unit@group.calendar.google.com"
    port: int = 0
    page: int = 250  # the most that one page has, whatever was asked
    checks_tokens: bool = False
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[tuple[str, str]] = field(default_factory=list)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)  # deleted ones included
    changed: dict[str, int] = field(default_factory=dict)  # by id, the number of its last change
    clock: int = 0  # counts changes
    oldest_token: int = 0  # tokens from before are expired
    tokens: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.stopping = threading.Event()
        self.lock = threading.RLock()
        self.person = Person(self)
        self._server = Server(self.port, _Handler, self)
        self.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.stop()

    def active(self) -> dict[str, dict[str, Any]]:
        """What stands in the calendar, by id."""
        return {key: each for key, each in self.events.items() if each["status"] != "cancelled"}

    def expire_sync_tokens(self) -> None:
        with self.lock:
            self.clock += 1
            self.oldest_token = self.clock

    def take_fault(self, method: str, path: str) -> Fault | None:
        kinds = {"", method}
        if method == "GET" and urlsplit(path).path.endswith("/events"):
            kinds.add("LIST")
        with self.lock:
            found = next((each for each in self.faults if each.method in kinds), None)
            if found:
                self.faults.remove(found)
            return found

    def keep(self, event_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Store an event as its next version."""
        with self.lock:
            self.clock += 1
            self.changed[event_id] = self.clock
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.events[event_id] = {
                "kind": "calendar#event",
                "status": "confirmed",
                "created": stamp,
                **body,
                "id": event_id,
                "etag": f'"{self.clock:016}"',
                "updated": stamp,
            }
            return self.events[event_id]

    def answer(self, method: str, path: str, headers: Any, body: Any) -> Answer:
        url = urlsplit(path)
        if url.path == "/token":
            return self._new_token()
        found = EVENTS.match(url.path)
        if not found or unquote(found[1]) != self.calendar_id:
            return _error(404, "notFound", "Not Found")
        if self.checks_tokens and headers.get("Authorization", "")[7:] not in self.tokens:
            return _error(401, "authError", "Invalid Credentials")
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        with self.lock:
            return self._route(method, found[2], query, headers.get("If-Match"), body)

    def _route(
        self, method: str, event_id: str | None, query: dict[str, str], if_match: Any, body: Any
    ) -> Answer:
        if event_id is None:
            return self._insert(body) if method == "POST" else self._list(query)
        known = self.events.get(event_id)
        if known is None:
            return _error(404, "notFound", "Not Found")
        if method == "GET":
            return 200, known
        if if_match and if_match != known["etag"]:
            return _error(412, "conditionNotMet", "Precondition Failed")
        if method == "DELETE":
            if known["status"] == "cancelled":
                return _error(410, "deleted", "Resource has been deleted")
            self.keep(event_id, known | {"status": "cancelled"})
            return 204, None
        if known["status"] == "cancelled" and body.get("status") != "confirmed":
            return _error(404, "notFound", "Not Found")
        return 200, self.keep(event_id, known | body if method == "PATCH" else body)

    def _insert(self, body: dict[str, Any]) -> Answer:
        event_id = body.get("id") or uuid.uuid4().hex
        if not VALID_ID.match(event_id) or not {"start", "end"} <= set(body):
            return _error(400, "invalid", "Invalid Value")
        if event_id in self.events:
            return _error(409, "duplicate", "The requested identifier already exists.")
        return 200, self.keep(event_id, body)

    def _list(self, query: dict[str, str]) -> Answer:
        token = query.get("syncToken")
        if token and NOT_WITH_TOKEN & set(query):
            return _error(400, "badRequest", "Sync token cannot be combined with these parameters")
        since, window = 0, (query.get("timeMin", ""), query.get("timeMax", ""))
        if token:
            number, *span = token.split("|")
            since, window = int(number), (span[0], span[1])
            if since < self.oldest_token:
                return _error(410, "fullSyncRequired", "Sync token is no longer valid")
        items = [each for each in self._instances() if _within(each, window)]
        if token:
            items = [each for each in items if self._last_change(each) > since]
        elif query.get("showDeleted") != "true":
            items = [each for each in items if each["status"] != "cancelled"]
        return 200, self._paged(items, query, "|".join([str(self.clock), *window]))

    def _paged(self, items: list[Any], query: dict[str, str], token: str) -> dict[str, Any]:
        size = min(int(query.get("maxResults", 250)), self.page)
        begin = int(query.get("pageToken", 0))
        answer = {"kind": "calendar#events", "items": items[begin : begin + size]}
        if begin + size < len(items):
            return answer | {"nextPageToken": str(begin + size)}
        return answer | {"nextSyncToken": token}

    def _last_change(self, event: dict[str, Any]) -> int:
        series = self.changed.get(event.get("recurringEventId", ""), 0)
        return max(series, self.changed.get(event["id"], 0))

    def _instances(self) -> list[dict[str, Any]]:
        """Every event as singleEvents=true shows it: a series as its instances."""
        found: list[dict[str, Any]] = []
        for event in self.events.values():
            if not event.get("recurrence"):
                found.append(event)
                continue
            start, end = _moment(event["start"]), _moment(event["end"])
            for at in rrulestr("\n".join(event["recurrence"]), dtstart=start):
                if at > start + FOREVER:
                    break
                key = f"{event['id']}_{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
                if key not in self.events:
                    found.append({
                        **{name: event[name] for name in event if name != "recurrence"},
                        "id": key, "recurringEventId": event["id"],
                        "start": {"dateTime": at.isoformat()},
                        "end": {"dateTime": (at + (end - start)).isoformat()},
                    })  # fmt: skip
        return [_sparse(each) if each["status"] == "cancelled" else each for each in found]

    def _new_token(self) -> Answer:
        token = f"ya29.{uuid.uuid4().hex}"
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}


@dataclass
class Person:
    """Somebody who edits the calendar in Google's own pages."""

    google: GoogleCalendarStandIn

    def adds(self, title: str, start: datetime | date, end: datetime | date, **more: Any) -> str:
        key = uuid.uuid4().hex[:26]
        self.google.keep(key, {"summary": title, "start": _when(start), "end": _when(end), **more})
        return key

    def edits(self, event_id: str, **fields: Any) -> None:
        self.google.keep(event_id, self.google.events[event_id] | fields)

    def moves(self, event_id: str, start: datetime, end: datetime) -> None:
        self.edits(event_id, start=_when(start), end=_when(end))

    def deletes(self, event_id: str) -> None:
        self.edits(event_id, status="cancelled")

    def restores(self, event_id: str) -> None:
        self.edits(event_id, status="confirmed")

    def changes_instance(self, series: str, at: datetime, **fields: Any) -> str:
        """One occurrence of a series, which has then a life of its own."""
        master = self.google.events[series]
        length = _moment(master["end"]) - _moment(master["start"])
        key = f"{series}_{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        body = {name: master[name] for name in ("summary", "status") if name in master}
        body |= {"start": _when(at), "end": _when(at + length), "recurringEventId": series}
        self.google.keep(key, body | fields)
        return key


class _Handler(Handler):
    def answer(self) -> None:
        google: GoogleCalendarStandIn = self.server.stand_in
        content = self.content()
        google.requests.append((self.command, self.path))
        fault = google.take_fault(self.command, self.path)
        if fault and fault.meanwhile:
            fault.meanwhile()
            fault = None
        answer: Answer = 0, None
        if fault is None or fault.after:
            body = json.loads(content) if content[:1] == b"{" else {}
            answer = google.answer(self.command, self.path, self.headers, body)
        if fault:
            google.stopping.wait(fault.seconds)
            if fault.status is None:
                self.close_connection = True
                return
            answer = _error(fault.status, fault.reason, "On order")
        status, said = answer
        content = b"" if said is None else json.dumps(said).encode()
        headers = fault.headers if fault else ()
        self.reply(status, content, "application/json; charset=UTF-8", *headers)


def _error(status: int, reason: str, message: str) -> Answer:
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return status, {"error": {"code": status, "message": message, "errors": errors}}


def _sparse(event: dict[str, Any]) -> dict[str, Any]:
    """All that is told of a deleted event."""
    kept = ("kind", "id", "etag", "status", "recurringEventId", "originalStartTime")
    return {name: event[name] for name in kept if name in event}


def _within(event: dict[str, Any], window: tuple[str, str]) -> bool:
    if "start" not in event:
        return True  # deleted: told whenever it was
    first, last = (datetime.fromisoformat(edge) if edge else None for edge in window)
    begins, ends = _moment(event["start"]), _moment(event["end"])
    return (first is None or ends > first) and (last is None or begins < last)


def _moment(given: dict[str, str]) -> datetime:
    at = datetime.fromisoformat(given.get("dateTime") or given["date"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _when(at: datetime | date) -> dict[str, str]:
    return {"dateTime" if isinstance(at, datetime) else "date": at.isoformat()}


def main() -> None:
    reader = argparse.ArgumentParser(description="Google Calendar v3 on this machine.")
    reader.add_argument("--port", type=int, default=8090)
    reader.add_argument("--calendar", default="unit@group.calendar.google.com")
    given = reader.parse_args()
    with GoogleCalendarStandIn(calendar_id=given.calendar, port=given.port) as google:
        print(f"GOOGLE_CALENDAR_ID={google.calendar_id}")
        print(f"GOOGLE_CALENDAR_API_ENDPOINT={google.url}", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
