"""One run: start, load and faults, calm, wait until all is done, look."""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kumon_site import embedded
from tests.faults import invariants
from tests.faults.gateway import UnrulyEvolution
from tests.faults.people import EMPTIED, Families, Reaper, Staff
from tests.running import Copy, wait_until

TOKEN = "a-token-for-the-webhook"
START_SECONDS = 120


@dataclass(frozen=True)
class Plan:
    """Everything random follows `seed`; the moments depend on the machine."""

    seed: int = 1
    seconds: float = 60
    families: int = 40
    pace: float = 6.0  # messages a second
    kill_every: tuple[float, float] = (4.0, 12.0)
    victims: tuple[str, ...] = ("work", "web", "redis", "postgres", EMPTIED)
    fault_rate: float = 0.2
    settle_seconds: float = 240
    work_processes: int = 2


@dataclass
class Report:
    plan: Plan
    said: int
    replies: int
    taken_over: int
    killed: Counter[str]
    faulted: Counter[str]
    answers: Counter[int]
    settled_after: float
    violations: dict[str, list[str]]

    @property
    def broken(self) -> dict[str, list[str]]:
        return {name: found for name, found in self.violations.items() if found}

    def __str__(self) -> str:
        head = [
            f"Storm of {self.plan.seconds:g} s, seed {self.plan.seed}",
            f"  messages written by parents   {self.said}",
            f"  messages that reached phones  {self.replies}",
            f"  take-overs                    {self.taken_over}",
            f"  killed                        {_counted(self.killed)}",
            f"  gateway faults                {_counted(self.faulted)}",
            f"  webhook answers               {_counted(self.answers)} (0: nobody answered)",
            f"  all done after                {self.settled_after:.0f} s of calm",
            "Invariants",
        ]
        for name, found in self.violations.items():
            head.append(f"  {name:<28}{len(found) or 'none'}")
            head += [f"      {each}" for each in found[:10]]
        return "\n".join(head)


def storm(folder: Path, plan: Plan) -> Report:
    """Runs the product in `folder` through a storm. Raises AssertionError if it does not start."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    copy = Copy(folder)
    gateway = UnrulyEvolution(
        seed=plan.seed,
        fault_rate=plan.fault_rate,
        webhook_token=TOKEN,
        webhook_url=f"http://127.0.0.1:{copy.port}/webhooks/evolution/vila-a/",
    )
    with gateway:
        copy.up(
            EVOLUTION_API_URL=gateway.url,
            EVOLUTION_API_KEY=gateway.apikey,
            EVOLUTION_INSTANCE=gateway.instance,
            EVOLUTION_WEBHOOK_TOKEN=TOKEN,
            QUIET_SECONDS="0.3",
            WORK_PROCESSES=str(plan.work_processes),
            SIMULATOR="0",
        )
        try:
            wait_until(copy.ready, START_SECONDS)
            return _storm(copy, gateway, plan)
        finally:
            copy.stop()


def _storm(copy: Copy, gateway: UnrulyEvolution, plan: Plan) -> Report:
    families = Families(gateway, plan.families, plan.pace, plan.seed)
    staff = Staff(copy, _token(copy), plan.seed)
    reaper = Reaper(copy, plan.seed, plan.kill_every, plan.victims)
    stopping = threading.Event()
    jobs = (families.write, staff.attend, reaper.kill)
    threads = [threading.Thread(target=job, args=(stopping,)) for job in jobs]
    for thread in threads:
        thread.start()
    stopping.wait(plan.seconds)
    stopping.set()
    for thread in threads:
        thread.join()
    gateway.calm = True
    calm = time.monotonic()
    settled = gateway.settle() and _settle(copy, plan.settle_seconds)
    gateway.settle()
    found = invariants.violations(copy, gateway, families, staff.held)
    if not settled:
        found["stuck"].append("not settled in time")
    return Report(
        plan,
        said=sum(len(ids) for ids in families.said.values()),
        replies=len(gateway.sent),
        taken_over=len(staff.held),
        killed=Counter(victim for _, victim in reaper.killed),
        faulted=gateway.faulted,
        answers=gateway.answers,
        settled_after=time.monotonic() - calm,
        violations=found,
    )


def _settle(copy: Copy, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if not any(invariants.stuck(copy).values()):
                return True
        except psycopg.Error:
            pass  # it is just being started again
        time.sleep(0.5)
    return False


def _token(copy: Copy) -> str:
    """An API token of the first staff user."""
    key = secrets.token_hex(20)
    with psycopg.connect(embedded.urls(copy.folder)[0]) as connection:
        connection.execute(
            "INSERT INTO authtoken_token (key, created, user_id)"
            " SELECT %s, now(), min(id) FROM auth_user WHERE is_superuser",
            [key],
        )
    return key


def _counted(counter: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{name} ×{count}" for name, count in counter.most_common()) or "none"
