"""One subscription to the hints for all sockets of a process, whatever their number.

A channel for each socket, as Channels would have it, costs a thread's hop and an unpacking for
each of them, at every hint (docs/decisions/0061).
"""

import asyncio
import json
from typing import Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from conversations.live import GROUP


class Listener(Protocol):
    def hear(self, conversation_id: int, text: str) -> None: ...


class Fanout:
    """The listeners of one event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._joining = asyncio.Lock()
        self._passing_on: asyncio.Task[None] | None = None

    async def join(self, listener: Listener) -> None:
        """From now on `listener` hears of every change: its conversation, and what to send."""
        async with self._joining:
            if self._passing_on is None or self._passing_on.done():
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                self._passing_on = asyncio.create_task(self._pass_on(channel))
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """The subscription stays: whoever comes next needs it."""
        self._listeners.discard(listener)

    async def _pass_on(self, channel: str) -> None:
        layer = get_channel_layer()
        while True:
            hint = await layer.receive(channel)
            number = hint["conversation"]
            text = json.dumps({"conversation": number, "rev": hint["rev"]})
            for listener in self._listeners:
                listener.hear(number, text)


_fanouts: WeakKeyDictionary[asyncio.AbstractEventLoop, Fanout] = WeakKeyDictionary()


def here() -> Fanout:
    """That of the running event loop."""
    return _fanouts.setdefault(asyncio.get_running_loop(), Fanout())
