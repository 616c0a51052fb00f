"""From a parent's message to the staff's screens: the hint on every socket, then the fragment."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field

import psutil
import websockets
from websockets.asyncio.client import ClientConnection

from benchmarks.report import Row
from benchmarks.running.copy import TOKEN, Copy, copy
from benchmarks.running.load import load, percentile, request
from benchmarks.running.parents import body
from benchmarks.running.peers import served
from benchmarks.running.staff import Staff, staff

GOALS = {200: (100, 300), 1000: (300, 600)}  # ms to the hint and to the fragment, by sockets
KIB_PER_SOCKET = 60
PAUSE = 0.25  # seconds between messages


@dataclass
class Heard:
    """When each socket heard of each (conversation, rev), in seconds since the epoch."""

    at: dict[tuple[int, int], list[float]] = field(default_factory=dict)


def run(fast: bool) -> list[Row]:
    rows: list[Row] = []
    with copy(QUIET_SECONDS="60") as ours:  # nobody is answered while it measures
        ours.django()
        person = staff(ours)
        for sockets in [20] if fast else GOALS:
            ours.run("web", "work")
            rows += asyncio.run(_with(ours, person, sockets, messages=4 if fast else 15))
            ours.stop()
        bare = [_bare(ours, sockets) for sockets in ([20] if fast else GOALS)]
    return [*rows, *bare]


async def _with(ours: Copy, person: Staff, sockets: int, messages: int) -> list[Row]:
    for number in range(3):  # the families are known, the process is warm
        await asyncio.to_thread(_post, ours, number)
    web = psutil.Process(ours.processes["web"].pid)
    before = web.memory_info().rss
    heard = Heard()
    lines = await _connected(ours.port, sockets, person.cookie)
    listening = [asyncio.create_task(_listen(line, heard)) for line in lines]
    await asyncio.sleep(2)  # every consumer has joined its group
    each = (web.memory_info().rss - before) / sockets / 1024
    hints, fragments = [], []
    for number in range(messages):
        heard.at.clear()
        posted = time.time()
        await asyncio.to_thread(_post, ours, number % 3)
        await _until(lambda: any(len(at) >= sockets for at in heard.at.values()))
        (conversation, rev), at = max(heard.at.items(), key=lambda item: len(item[1]))
        hints += [(moment - posted) * 1000 for moment in at]
        path = f"/console/{conversation}/messages/?after={rev - 1}"
        began = time.time()
        await asyncio.to_thread(person.get, path, HX_Request="true")
        fragments.append((min(at) - posted + time.time() - began) * 1000)
        await asyncio.sleep(PAUSE)
    for task in listening:
        task.cancel()
    await asyncio.gather(*(line.close() for line in lines))
    goals = GOALS.get(sockets, (100, 300))
    return [
        Row.most(f"hint on {sockets} sockets, p95", percentile(hints, 0.95), "ms", goals[0],
                 f"median {percentile(hints, 0.5):.0f} ms"),
        Row.most(f"fragment with {sockets} sockets, p95", percentile(fragments, 0.95), "ms",
                 goals[1], f"median {percentile(fragments, 0.5):.0f} ms"),
        Row.most(f"memory for each of {sockets} sockets", each, "KiB", KIB_PER_SOCKET),
    ]  # fmt: skip


def _bare(ours: Copy, sockets: int) -> Row:
    """The same hint by a consumer that checks nobody, told straight through the channel layer."""
    from conversations import live

    async def measured(port: int) -> list[float]:
        heard = Heard()
        lines = await _connected(port, sockets, "")
        listening = [asyncio.create_task(_listen(line, heard)) for line in lines]
        await asyncio.sleep(2)
        took = []
        for number in range(8):
            told = time.time()
            hint = {"type": "conversation.changed", "conversation": 1, "rev": number}
            await asyncio.to_thread(live.publish, live.GROUP, hint)
            await _until(lambda key=(1, number): len(heard.at.get(key, [])) >= sockets)
            took += [(moment - told) * 1000 for moment in heard.at[1, number]]
        for task in listening:
            task.cancel()
        await asyncio.gather(*(line.close() for line in lines))
        return took

    with served("channels_echo:application", **ours.environment) as port:
        took = asyncio.run(measured(port))
    return Row(
        f"peer: a bare Channels consumer, {sockets} sockets, p95", percentile(took, 0.95), "ms",
        detail="publish to socket, without webhook and rows",
    )  # fmt: skip


async def _connected(port: int, sockets: int, cookie: str) -> list[ClientConnection]:
    lines: list[ClientConnection] = []
    for first in range(0, sockets, 50):
        lines += await asyncio.gather(
            *(
                websockets.connect(
                    f"ws://127.0.0.1:{port}/ws/console/",
                    origin=f"http://127.0.0.1:{port}",
                    additional_headers={"Cookie": f"sessionid={cookie}"},
                    compression=None,
                    ping_interval=None,
                    open_timeout=60,
                )
                for _ in range(min(50, sockets - first))
            )
        )
    return lines


async def _listen(line: ClientConnection, heard: Heard) -> None:
    async for text in line:
        hint = json.loads(text)
        if "rev" in hint:
            heard.at.setdefault((hint["conversation"], hint["rev"]), []).append(time.time())


async def _until(true: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError("not every socket heard of it")
        await asyncio.sleep(0.002)


def _post(ours: Copy, family: int) -> None:
    text = f"Oi {uuid.uuid4().hex[:6]}"
    post = request(ours.webhook, body(family, text), X_Webhook_Token=TOKEN)
    assert load(ours.port, [post], connections=1).statuses[200] == 1
