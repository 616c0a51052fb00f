"""A gateway that fails in every known way, at random, and delivers as Evolution does: at least
once, concurrently, out of order, again after a failure."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

from tests.stand_ins.evolution import EvolutionStandIn
from tests.stand_ins.faults import Fault

SEND, FIND = "/message/sendText/", "/chat/findMessages/"
NEVER_AGAIN = {400, 401, 403, 404, 413, 422}  # Evolution does not repeat these
CLOSED = "Error: Connection Closed"

FAULTS: dict[str, dict[str, Callable[[], Fault]]] = {
    SEND: {
        "connection dropped": Fault.dropped,
        "connection dropped after accepting": Fault.dropped_after_accepting,
        "slow": lambda: Fault.late(1.5),
        "500": lambda: Fault.html(500),
        "502 after accepting": lambda: Fault.html(502, accepted=True),
        "201 without a key, accepted": lambda: Fault.answer(201, {}, accepted=True),
        "201 without a key, Meta's rate": lambda: Fault.graph(131056),
        "400 not connected": lambda: Fault.failed(400, [CLOSED]),
        "429": lambda: Fault.failed(429, "Too many"),
    },
    FIND: {
        "look-up 500": lambda: Fault.html(500, path=FIND),
        "look-up dropped": lambda: Fault(path=FIND),
    },
}


@dataclass
class UnrulyEvolution(EvolutionStandIn):
    """`calm` ends the faults; what is under way is still delivered."""

    seed: int = 0
    fault_rate: float = 0.2
    duplicate_rate: float = 0.2
    echo_loss: float = 0.3
    calm: bool = False
    accepted_at: dict[str, float] = field(default_factory=dict)  # by message id
    faulted: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)  # what the webhook dropped for good

    def __enter__(self) -> Self:
        self._random = random.Random(self.seed)
        self._pool = ThreadPoolExecutor(24)
        self._under_way = 0
        self._delivered = threading.Condition()
        return super().__enter__()

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        self._pool.shutdown(cancel_futures=True)

    def chance(self, share: float) -> bool:
        with self._lock:
            return self._random.random() < share

    def delay(self, most: float) -> float:
        with self._lock:
            return self._random.uniform(0, most)

    def take_fault(self, path: str) -> Fault | None:
        ordered = super().take_fault(path)
        action = path[: path.rindex("/") + 1]
        if ordered or self.calm or action not in FAULTS or not self.chance(self.fault_rate):
            return ordered
        with self._lock:
            name = self._random.choice(list(FAULTS[action]))
            self.faulted[name] += 1
        return FAULTS[action][name]()

    def accept(self, body: dict[str, Any]) -> dict[str, Any]:
        message = super().accept(body)
        self.accepted_at[message["key"]["id"]] = time.time()
        return message

    def post(self, event: str, data: Any) -> None:
        if event == "send.message" and self.chance(self.echo_loss):
            return
        body = self.envelope(event, data)
        self._hand_over(body)
        if self.chance(self.duplicate_rate):
            self._hand_over(body)

    def settle(self, seconds: float = 120) -> bool:
        """Returns when everything has been delivered; False if that took too long."""
        with self._delivered:
            return self._delivered.wait_for(lambda: not self._under_way, seconds)

    def _hand_over(self, body: dict[str, Any]) -> None:
        with self._delivered:
            self._under_way += 1
        self._pool.submit(self._deliver_at_last, body, self.delay(0.3))

    def _deliver_at_last(self, body: dict[str, Any], delay: float) -> None:
        pause = 0.5
        self.stopping.wait(delay)
        while not self.stopping.is_set():
            status = self._deliver(body)
            self.answers[status] += 1
            if status == 200:
                break
            if status in NEVER_AGAIN:
                self.refused.append(f"{body['event']}: {status}")
                break
            self.stopping.wait(pause)
            pause = min(pause * 2, 4)
        with self._delivered:
            self._under_way -= 1
            self._delivered.notify_all()
