"""Requests over many connections at once, by a client that costs little beside what it measures."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

import uvloop


@dataclass
class Answers:
    """How long each request took, in milliseconds, and with which status it ended."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def at(self, share: float) -> float:
        return percentile(self.took, share)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def request(path: str, body: object, **headers: str) -> bytes:
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def load(port: int, requests: Iterable[bytes], *, connections: int, seconds: float = 60) -> Answers:
    """Sends `requests` over `connections` until they or `seconds` are over."""
    return uvloop.run(_load(port, iter(requests), connections, seconds))


async def _load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Answers:
    answers = Answers()
    began = time.perf_counter()
    deadline = began + seconds
    loop = asyncio.get_running_loop()
    clients = [_Client(requests, answers, deadline) for _ in range(connections)]
    await asyncio.gather(
        *(loop.create_connection(lambda c=client: c, "127.0.0.1", port) for client in clients)
    )
    await asyncio.gather(*(client.over for client in clients))
    answers.seconds = time.perf_counter() - began
    return answers


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, requests: Iterator[bytes], answers: Answers, deadline: float) -> None:
        self._requests, self._answers, self._deadline = requests, answers, deadline
        self._received, self._expected = b"", 0
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        following = None
        if time.perf_counter() < self._deadline:
            following = next(self._requests, None)
        if following is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        if len(body) < int(length or 0):
            return
        self._answers.took.append((time.perf_counter() - self._began) * 1000)
        self._answers.statuses[int(head[9:12])] += 1
        self._received = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._answers.statuses[0] += 1
        if not self.over.done():
            self.over.set_result(None)


def middle(values: list[float]) -> float:
    return median(values)
