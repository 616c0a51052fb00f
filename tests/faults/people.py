"""Who is there while things fail: families that write, staff that take over, and who kills."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.faults.gateway import UnrulyEvolution
from tests.running import Copy

TEXTS = (
    "Oi",
    "Oi, quanto custa?",
    "E a matrícula?",
    "Onde fica?",
    "Qual o horário de vocês?",
    "Meu filho tem 8 anos",
    "É pra matemática",
    "Ele chama Pedro",
    "Está no 3º ano",
    "Meu nome é Ana",
    "Como funciona o método?",
    "Quinta às 15h",
    "Tem amanhã de manhã?",
    "ana@example.com",
    "Pode ser",
    "2",
)
EMPTIED = "redis emptied"
MOST_PER_FAMILY = 45  # the unit's limit is 50 an hour, and this is no test of that


@dataclass
class Families:
    """`count` families that write bursts, `pace` messages a second altogether."""

    gateway: UnrulyEvolution
    count: int
    pace: float
    seed: int
    said: dict[str, list[str]] = field(default_factory=dict)  # jid -> ids of its messages

    def jid(self, number: int) -> str:
        return f"55459{90000000 + number}@s.whatsapp.net"

    def write(self, stopping: threading.Event) -> None:
        chance = random.Random(self.seed)
        while not stopping.is_set():
            jid = self.jid(chance.randrange(self.count))
            burst = chance.choice((1, 1, 1, 2, 2, 3, 5))
            for _ in range(burst):
                said = self.said.setdefault(jid, [])
                if len(said) < MOST_PER_FAMILY:
                    said.append(self.gateway.parent_writes(jid, chance.choice(TEXTS)))
                stopping.wait(chance.uniform(0, 2 / self.pace))


@dataclass
class Held:
    """A conversation in staff's hands, as far as staff know."""

    conversation: int
    since: float  # the take-over was answered
    until: float  # the give-back was asked for


@dataclass
class Staff:
    """Take over, say something, give back; again after a failure, with the same `client_uuid`."""

    copy: Copy
    token: str
    seed: int
    held: list[Held] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def attend(self, stopping: threading.Event) -> None:
        chance = random.Random(self.seed + 1)
        while not stopping.wait(chance.uniform(0.5, 1.5)):
            talks = self._ask("conversations/", stopping)
            if not talks or not talks["results"]:
                continue
            talk = chance.choice(talks["results"])
            path = f"conversations/{talk['id']}"
            if self._ask(f"{path}/take-over/", stopping, {}) is None:
                continue
            held = Held(talk["id"], time.time(), float("inf"))
            self.held.append(held)
            text = f"Aqui é da equipe {uuid.uuid4().hex[:8]}"
            reply = {"text": text, "client_uuid": str(uuid.uuid4())}
            if self._ask(f"{path}/reply/", stopping, reply) is not None:
                self.written.append(text)
            stopping.wait(chance.uniform(1, 3))
            held.until = time.time()
            while self._ask(f"{path}/give-back/", threading.Event(), {"answer_last": True}) is None:
                time.sleep(0.2)

    def _ask(self, path: str, stopping: threading.Event, body: Any = None) -> Any:
        """The decoded answer; asked again while nobody answers. None: it was refused."""
        for _ in range(60):
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.copy.port}/api/v1/{path}",
                data=None if body is None else json.dumps(body).encode(),
                headers={
                    "Authorization": f"Token {self.token}",
                    "Content-Type": "application/json",
                },
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return None if error.code != 409 else {}
            except (OSError, ValueError):
                pass
            if stopping.wait(0.5):
                return None
        return None


@dataclass
class Reaper:
    """kill -9 at random moments, the victims shuffled so that each has its turn. Redis is also
    emptied while it runs."""

    copy: Copy
    seed: int
    every: tuple[float, float]
    victims: tuple[str, ...]
    killed: list[tuple[float, str]] = field(default_factory=list)

    def kill(self, stopping: threading.Event) -> None:
        chance = random.Random(self.seed + 2)
        line: list[str] = []
        while not stopping.wait(chance.uniform(*self.every)):
            line = line or chance.sample(self.victims, len(self.victims))
            victim = line.pop()
            if self.copy.empty_redis() if victim == EMPTIED else self.copy.kill(victim):
                self.killed.append((time.time(), victim))
