"""Probes: does it live, may it get traffic, and how is each thing it depends on?

Public, without personal data. Every dependency is asked at the same time and none for longer than
`SECONDS`, whatever hangs.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

import httpx2
import psycopg
import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conversations import watch
from conversations.connections import give_back
from conversations.llm import tiers
from conversations.whatsapp.base import SendError, gateway
from kumon_site.operations import breakers, samples, waiting
from scheduling import sync

SECONDS = 1.8  # probes commonly give up after 2
LATE_SECONDS = 60.0  # a healthy `work` begins within a second or two
CLOCK_SECONDS = 180.0  # worker and beat take the figures each minute
EXPECTED = (OSError, psycopg.Error, Error, redis.RedisError, httpx2.HTTPError, SendError)
FINE = ("ok", "memory", "off", "unknown")  # "off": no key given; "unknown": not seen yet

Answer = dict[str, Any]
Question = Callable[[], Answer]

_asking = ThreadPoolExecutor(max_workers=16, thread_name_prefix="health")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served: the migrated database and Redis answer."""
    return _told(_ask(ESSENTIAL))


@never_cache
@require_safe
def everything(request: HttpRequest) -> JsonResponse:
    """Each dependency: 503 when nothing works ("down"), 200 when all or part does ("degraded").
    The breakers' states besides; no probe costs a model's call."""
    states = {state.name: state for state in breakers.states()}
    answers = _ask(ESSENTIAL | HELPFUL)
    return _told(answers, breakers={name: state.state for name, state in states.items()})


def _told(answers: dict[str, Answer], **more: Any) -> JsonResponse:
    bad = {name for name, answer in answers.items() if answer["state"] not in FINE}
    status = "down" if bad & ESSENTIAL.keys() else "degraded" if bad else "ok"
    body = {"status": status, "dependencies": answers, **more}
    return JsonResponse(body, status=503 if status == "down" else 200)


def _ask(questions: Mapping[str, Question]) -> dict[str, Answer]:
    begun = time.monotonic()
    asked = {name: _asking.submit(_timed, question) for name, question in questions.items()}
    return {name: _answer(future, begun) for name, future in asked.items()}


def _answer(future: Future[Answer], begun: float) -> Answer:
    try:
        return future.result(max(0.0, begun + SECONDS - time.monotonic()))
    except TimeoutError:
        future.cancel()
        return {"state": "timeout", "latency_ms": round(SECONDS * 1000)}


def _timed(question: Question) -> Answer:
    begun = time.monotonic()
    try:
        answer = question()
    except EXPECTED as error:
        answer = {"state": "down", "error": type(error).__name__}  # its text may name hosts
    return answer | {"latency_ms": round((time.monotonic() - begun) * 1000, 1)}


def _postgres() -> Answer:
    """By a connection of its own: the pool would wait longer than a probe does."""
    parameters = connection.get_connection_params() | {"connect_timeout": 2}
    with psycopg.connect(**parameters) as fresh:
        applied = set(fresh.execute("SELECT app, name FROM django_migrations").fetchall())
    missing = len(_migrations() - applied)
    return {"state": "unmigrated", "missing": missing} if missing else {"state": "ok"}


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _redis() -> Answer:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    ) as client:
        client.ping()
    return {"state": "ok"}


def _gateway() -> Answer:
    simulated = {"simulated": settings.SIMULATED_GATEWAY}
    state = gateway().connection_state()
    if state != "open":
        return simulated | {"state": state or "unknown"}
    try:
        silent = watch.look(timezone.now()).silent_since is not None
    finally:
        give_back()
    return simulated | {"state": "silent" if silent else "ok"}


def _qdrant() -> Answer:
    if not settings.QDRANT_URL:
        return {"state": "memory"}
    url = f"{settings.QDRANT_URL.rstrip('/')}/readyz"
    httpx2.get(url, timeout=1, trust_env=False).raise_for_status()
    return {"state": "ok"}


def _provider(name: str) -> Question:
    """By its key, its breaker and the budget: a probe costs no model's call."""

    def question() -> Answer:
        try:
            known = {tier.name: tier.state for tier in tiers.tiers_state(timezone.now())}
        finally:
            give_back()
        return {"state": known.get(name, "off")}

    return question


def _queue() -> Answer:
    try:
        late = waiting.seconds_late(timezone.now())
    finally:
        give_back()
    worst = max(waiting.to_blame(late).values())
    ages = {f"oldest_{name[:-1]}_seconds": round(age, 1) for name, age in late.items()}
    return {"state": "late" if worst > LATE_SECONDS else "ok", **ages}


def _calendar() -> Answer:
    """Whether both sides agree; Google itself is not asked."""
    try:
        found = sync.state(timezone.now())
    finally:
        give_back()
    if found.name == "off":
        return {"state": "off"}
    age = None if found.age is None else round(found.age, 1)
    figures = {"agreed_seconds_ago": age, "waiting": found.waiting, "questions": found.questions}
    return {"state": found.name, **figures} | ({"error": found.error} if found.error else {})


def _clock() -> Answer:
    try:
        ago = samples.seconds_since(timezone.now())
    finally:
        give_back()
    if ago is None:
        return {"state": "unknown"}
    return {"state": "late" if ago > CLOCK_SECONDS else "ok", "seconds_ago": round(ago, 1)}


ESSENTIAL: dict[str, Question] = {"postgres": _postgres, "redis": _redis}
HELPFUL: dict[str, Question] = {
    "gateway": _gateway,
    "openai": _provider("openai"),
    "anthropic": _provider("anthropic"),
    "calendar": _calendar,
    "qdrant": _qdrant,
    "queue": _queue,
    "clock": _clock,
}
