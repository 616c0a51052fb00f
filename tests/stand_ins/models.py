"""What the stand-ins for model APIs share: an HTTP server, faults on order, a count of tokens."""

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Self

from tests.stand_ins.brains import Asked, Brain, by_rules
from tests.stand_ins.serving import Handler, Server

CHARACTERS_OF_A_TOKEN = 4


@dataclass(frozen=True)
class ModelFault:
    """What goes wrong with one call.

    kind: refusal, cut (half an answer), broken (no JSON), empty (no text), status, slow (answers
    after `seconds`), drip (a byte now and then for `seconds`), dropped (no answer), torn (half of
    one), html, bare (no usage), extra (fields that nobody knows).
    """

    kind: str
    seconds: float = 0.0
    status: int = 500
    retry_after: str | None = None

    @classmethod
    def of(cls, written: str) -> Self | None:
        """ "refusal", "slow:3", "drip:20", "429:20" (Retry-After), "500"; "ok" is none."""
        kind, _, more = written.strip().partition(":")
        if kind == "ok":
            return None
        if kind.isdigit():
            return cls("status", status=int(kind), retry_after=more or None)
        return cls(kind, seconds=float(more or 0))


NO_FAULT = ModelFault("")


@dataclass(frozen=True)
class Tokens:
    input: int
    cached: int
    written: int
    output: int


@dataclass(frozen=True)
class ModelRequest:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ModelServer:
    """`faults` are for one call each; `always` for each call without one of those; `plan` chooses
    by what is asked. `url` has no /v1."""

    brain: Brain = by_rules
    port: int = 0
    faults: deque[ModelFault] = field(default_factory=deque)
    always: ModelFault | None = None
    plan: Callable[[Asked], ModelFault | None] | None = None
    requests: list[ModelRequest] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    cached_prefixes: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self._server = Server(self.port, _Handler, self)
        self.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.stop()

    def repeat(self, faults: Iterable[ModelFault | None]) -> None:
        """These faults in turn, for as long as the server runs."""
        turn = cycle(list(faults))
        self.plan = lambda asked: next(turn)

    def fault(self, asked: Asked | None) -> ModelFault | None:
        with self.lock:
            if self.faults:
                return self.faults.popleft()
            if self.plan and asked is not None:
                return self.plan(asked)
            return self.always

    def tokens(self, asked: Asked, said: str) -> Tokens:
        """As a provider counts: what was sent first before is in its cache."""
        fixed = len(asked.system) // CHARACTERS_OF_A_TOKEN
        turn = len(asked.text) // CHARACTERS_OF_A_TOKEN
        with self.lock:
            prefix = hashlib.sha256(asked.system.encode()).hexdigest()
            known = prefix in self.cached_prefixes
            self.cached_prefixes.add(prefix)
        output = len(said) // CHARACTERS_OF_A_TOKEN
        return Tokens(fixed + turn, fixed if known else 0, 0 if known else fixed, output)

    def said(self, asked: Asked, fault: ModelFault | None) -> str:
        """The brain's answer as text, spoilt as the fault wants it."""
        answer = self.brain(asked)
        whole = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        kind = fault.kind if fault else ""
        if kind == "cut":
            return whole[: len(whole) // 2]
        if kind == "broken":
            return whole.replace(":", "", 1) + "}"
        return "" if kind in ("empty", "refusal") else whole

    def answered(self, path: str, body: Any) -> tuple[int, Any, ModelFault | None]:
        """One provider's answer to a request: status, body, and how it is spoilt on the way."""
        raise NotImplementedError

    def error(self, status: int) -> Any:
        raise NotImplementedError


class _Handler(Handler):
    def answer(self) -> None:
        stand_in: ModelServer = self.server.stand_in
        content = self.content()
        is_json = "json" in (self.headers.get("Content-Type") or "")
        body: Any = json.loads(content) if is_json else content
        headers = {name.lower(): value for name, value in self.headers.items()}
        stand_in.requests.append(ModelRequest(self.path, headers, body))
        status, answer, fault = stand_in.answered(self.path, body)
        self._send(status, answer, fault or NO_FAULT)

    def _send(self, status: int, answer: Any, fault: ModelFault) -> None:
        if fault.kind == "slow":
            self.server.stand_in.stopping.wait(fault.seconds)
        if fault.kind == "dropped":
            self.close_connection = True
            return
        content, content_type = json.dumps(answer).encode(), "application/json"
        if fault.kind == "html":
            content, content_type = b"<html><h1>Bad Gateway</h1></html>", "text/html"
        try:
            self._head(status, len(content), content_type, fault)
            self._body(content, fault)
        except OSError:
            self.close_connection = True  # the caller did not wait

    def _head(self, status: int, size: int, kind: str, fault: ModelFault) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        if fault.retry_after is not None:
            self.send_header("Retry-After", fault.retry_after)
        self.end_headers()

    def _body(self, content: bytes, fault: ModelFault) -> None:
        if fault.kind == "torn":
            content, self.close_connection = content[: len(content) // 2], True
        if fault.kind == "drip":
            content = self._dripped(content, time.monotonic() + fault.seconds)
        self.wfile.write(content)
        self.wfile.flush()

    def _dripped(self, content: bytes, until: float) -> bytes:
        """A byte now and then; returns what is left when the time is over."""
        while time.monotonic() < until and not self.server.stand_in.stopping.wait(0.1):
            self.wfile.write(content[:1])
            self.wfile.flush()
            content = content[1:]
        return content
