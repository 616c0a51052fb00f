"""A whole copy of the product in a folder of its own: servers, and the processes that `up` runs."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from kumon_site import embedded
from kumon_site.supervision import product

ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-of-the-benchmarks"
KEY = "Zq3-a_long_and_random_key_that_nobody_has_seen_before_0123456789"
INSTANCE = "vila-a"
READY_SECONDS = 40.0
STOP_SECONDS = 40.0


@dataclass
class Copy:
    """`environment` is that of production, on embedded servers. Processes end with the copy."""

    folder: Path
    port: int
    environment: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def webhook(self) -> str:
        return f"/webhooks/evolution/{INSTANCE}/"

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, check=True, capture_output=True,
        )  # fmt: skip

    def django(self) -> None:
        """Lets this process work on the copy's rows."""
        import django

        os.environ.update(self.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "kumon_site.settings"
        django.setup()

    def run(self, *names: str, **environment: str) -> float:
        """Start programs as `up` would; the seconds until the web process, if it is among them,
        answers."""
        began = time.perf_counter()
        for program in product(f"127.0.0.1:{self.port}", web_processes=1, work_processes=1):
            if program.name in names:
                self._start(program.name, program.command, environment)
        if "web" in names:
            self._wait_for_web()
        return time.perf_counter() - began

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        given = self._listening() if name == "web" else subprocess.DEVNULL
        with (self.folder / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment | environment, stdin=given,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def _listening(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(2048)
        self.sockets.append(listening)
        return listening

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/health/live", timeout=30
                ):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.01)
        raise TimeoutError(self.log("web"))

    def log(self, name: str, lines: int = 8) -> str:
        return embedded.last_lines(self.folder / f"{name}.log", lines)

    def resident(self, name: str) -> float:
        """MiB of a program with all its processes."""
        return mebibytes(self.processes[name].pid)

    def stop(self, *names: str) -> None:
        for name in names or list(self.processes):
            self._end(self.processes.pop(name))
        if not self.processes:
            for listening in self.sockets:
                listening.close()
            self.sockets.clear()

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]") -> None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def mebibytes(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(each.memory_info().rss for each in family) / 2**20


@contextmanager
def copy(**environment: Any) -> Iterator[Copy]:
    """Servers started, migrated and seeded; everything is gone afterwards. Durable, as `up`."""
    folder = Path(tempfile.mkdtemp(prefix="kumon-bench-"))
    port = free_port()
    given = {
        **os.environ,
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "DEBUG": "0",
        "SECRET_KEY": KEY,
        "SECURE_SSL_REDIRECT": "0",
        "ALLOWED_HOSTS": "reception.example",
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}",
        "EVOLUTION_API_URL": "http://127.0.0.1:1",
        "EVOLUTION_API_KEY": "stand-in-key",
        "EVOLUTION_INSTANCE": INSTANCE,
        "EVOLUTION_WEBHOOK_TOKEN": TOKEN,
        "QUIET_SECONDS": "0",
        **{name: str(value) for name, value in environment.items()},
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        given.pop(name, None)
    made = Copy(folder, port, given)
    try:
        embedded.start(folder / "data", durable=True)
        made.manage("migrate", "--no-input")
        made.manage("seed_unit")
        yield made
    finally:
        made.stop()
        embedded.stop(folder / "data")
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
