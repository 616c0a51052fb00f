import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations.llm import deadline


async def its_loop():
    return asyncio.get_running_loop()


@pytest.fixture
def eager_threads():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_first_calls_at_once_share_one_loop(eager_threads):
    """A client is bound to the loop of its first call, and fails on every other."""
    callers = 16
    barrier = threading.Barrier(callers)

    def call(_):
        barrier.wait()
        return deadline.within(5, its_loop())

    for _ in range(5):
        deadline._loop.cache_clear()
        with ThreadPoolExecutor(callers) as pool:
            assert len(set(pool.map(call, range(callers)))) == 1


def test_a_call_ends_when_its_time_is_over():
    with pytest.raises(TimeoutError):
        deadline.within(0.05, asyncio.sleep(5))
