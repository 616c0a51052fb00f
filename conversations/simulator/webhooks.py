"""Posts webhooks to this site by real HTTP, with Evolution's patience and Evolution's gaps.

Each delivery has its own thread and what is pending is lost with the process, as in Evolution.
"""

import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx2
from django.conf import settings
from django.db import connection
from django.utils import timezone

from conversations.models import SimulatorFaults
from conversations.simulator.payloads import UNIT_JID

logger = logging.getLogger(__name__)

ATTEMPTS = 10
FIRST_DELAY, LONGEST_DELAY = 5.0, 300.0
NEVER_RETRIED = {400, 401, 403, 404, 422}
TIMEOUT = 30.0


def post(
    event: str, data: Any, *, after: float = 0.0, then: Callable[[], None] | None = None
) -> None:
    """Delivers one event in the background, `after` seconds from now; `then` runs on success."""
    copies = 2 if SimulatorFaults.current().duplicates else 1
    for _ in range(copies):
        _start(after, _deliver, _envelope(event, data), 1, then)


def url() -> str:
    return f"http://127.0.0.1:{settings.PORT}/webhooks/evolution/{settings.EVOLUTION_INSTANCE}/"


def _envelope(event: str, data: Any) -> dict[str, Any]:
    return {
        "event": event,
        "instance": settings.EVOLUTION_INSTANCE,
        "data": data,
        "destination": url(),
        "date_time": f"{timezone.now():%Y-%m-%dT%H:%M:%S}.000Z",
        "sender": UNIT_JID,
        "server_url": settings.EVOLUTION_API_URL,
        "apikey": settings.EVOLUTION_API_KEY,
    }


def _deliver(body: dict[str, Any], attempt: int, then: Callable[[], None] | None) -> None:
    status = _status(body)
    if status is not None and 200 <= status < 300:
        if then:
            then()
            connection.close()
        return
    logger.warning("simulated webhook %s was answered %s", body["event"], status)
    if status not in NEVER_RETRIED and attempt < ATTEMPTS:
        delay = min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY)
        _start(delay, _deliver, body, attempt + 1, then)


def _status(body: dict[str, Any]) -> int | None:
    headers = {"X-Webhook-Token": settings.EVOLUTION_WEBHOOK_TOKEN}
    try:
        return _client().post(url(), json=body, headers=headers).status_code
    except httpx2.HTTPError:
        return None


def _start(delay: float, function: Callable[..., None], *arguments: Any) -> None:
    timer = threading.Timer(delay, function, arguments)
    timer.daemon = True
    timer.start()


@cache
def _client() -> httpx2.Client:
    return httpx2.Client(timeout=TIMEOUT, trust_env=False)
