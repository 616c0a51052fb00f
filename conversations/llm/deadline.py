"""A call ends when its time is over, however slowly bytes still drip.

Clients' own time limits begin anew with every byte. All calls of a process therefore run on one
event loop in a thread of its own, where a deadline is a deadline.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_making = threading.Lock()


def within(seconds: float, call: Coroutine[Any, Any, T]) -> T:
    """The call's result, awaited by this thread; raises TimeoutError when the time is over."""
    with _making:  # two first calls at once would make two
        loop = _loop()
    return asyncio.run_coroutine_threadsafe(_timed(seconds, call), loop).result()


async def _timed(seconds: float, call: Coroutine[Any, Any, T]) -> T:
    async with asyncio.timeout(seconds):
        return await call


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One of the process: clients are bound to the loop that they were first used on."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_loop.cache_clear)
