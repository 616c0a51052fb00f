"""What staff and programs open, with 5,000 conversations and 1,000,000 messages, beside the same
pages when the database holds what fills one page."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.report import Row
from benchmarks.running.archive import MESSAGES, grow
from benchmarks.running.copy import copy

FEW, MANY = 120, 5000  # conversations
PAGES = {
    "console list": "/console/list/",
    "console list, searched": "/console/list/?q=Ana",
    "conversation": "/console/1007/",
    "conversation, what is new": "/console/1007/messages/?after=198",
    "admin home": "/admin/",
    "admin conversations": "/admin/conversations/conversation/",
    "admin messages": "/admin/conversations/message/",
    "admin messages, searched": "/admin/conversations/message/?q=mensalidade",
    "admin failed messages": "/admin/conversations/message/?needs=failed",
    "admin leads": "/admin/leads/lead/",
    "admin turns": "/admin/conversations/turn/",
    "API conversations by phone": "/api/v1/conversations/?phone=%2B554500000007",
    "API leads by phone": "/api/v1/leads/?phone=%2B554500000007",
    "API messages": "/api/v1/conversations/1007/messages/?after=150",
    "API figures": "/api/v1/figures/",
    "metrics": "/metrics",
}
MOST = 1.5
SMALL_MS = 4.0  # a difference that nobody and no clock here can tell


@dataclass(frozen=True)
class Opened:
    ms: float
    queries: int


def run(fast: bool) -> list[Row]:
    last = 200 if fast else MANY
    with copy(ALLOWED_HOSTS="testserver") as ours:
        ours.django()
        client = _client()
        grow(1, FEW)
        few = {name: _open(client, path) for name, path in PAGES.items()}
        grow(FEW + 1, last)
        many = {name: _open(client, path) for name, path in PAGES.items()}
    return [row for name in PAGES for row in _beside(name, few[name], many[name], last)]


def _client() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return client


def _open(client: Any, path: str) -> Opened:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def get() -> float:
        began = time.perf_counter()
        answer = client.get(path, REMOTE_ADDR="127.0.0.1")
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return (time.perf_counter() - began) * 1000

    get()
    took = median(get() for _ in range(5))
    with CaptureQueriesContext(connection) as queries:
        get()
    return Opened(took, len(queries))


def _beside(name: str, few: Opened, many: Opened, conversations: int) -> list[Row]:
    ratio = many.ms / few.ms if many.ms - few.ms > SMALL_MS else min(many.ms / few.ms, MOST)
    detail = (
        f"{many.ms:.1f} ms with {conversations * MESSAGES:,} messages, {few.ms:.1f} ms with "
        f"{FEW * MESSAGES:,}; {many.queries} queries, {few.queries}"
    )
    row = Row.most(name, ratio, "x", MOST, detail)
    if many.queries == few.queries:
        return [row]
    return [row, Row.most(f"{name}, queries more", many.queries - few.queries, "", 0)]
