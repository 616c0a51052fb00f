"""A running copy of the product: its folder, its port, and the `up` that runs it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import redis

from kumon_site import embedded, supervision

BASE_DIR = Path(__file__).resolve().parent.parent
SECONDS = 60
WORDS = {"web": "uvicorn", "work": "manage.py work", "worker": " worker ", "beat": " beat "}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, seconds=SECONDS):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


class Copy:
    """One copy of the product: its folder, its port, and the `up` that runs it."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None
        self.terminal = folder.parent / "terminal.txt"

    def up(self, **settings):
        servers = ("DATABASE_URL", "REDIS_URL")
        environment = {k: v for k, v in os.environ.items() if k not in servers}
        environment |= {"DATA_DIR": str(self.folder), "PORT": str(self.port), **settings}
        with self.terminal.open("w") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE_DIR,
                env=environment,
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def ready(self):
        assert self.process.poll() is None, self.said()
        return "Running at" in self.said()

    def said(self):
        return self.terminal.read_text()

    def answers(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/admin/login/", timeout=5):
                return True
        except OSError:
            return False

    def programs(self):
        """Command lines of this copy's processes by pid (Redis overwrites what tells it apart)."""
        return {
            process.pid: " ".join(process.info["cmdline"] or [])
            for process in psutil.process_iter(["environ", "cmdline"])
            if (process.info["environ"] or {}).get(supervision.MARK) == str(self.folder)
        }

    def stopped(self):
        servers = [name for name in embedded.SERVERS if embedded.running(self.folder, (name,))]
        return not servers and not self.programs()

    def pids(self, program):
        """Of "web", "work", "worker", "beat", "postgres" or "redis"; empty while it is down."""
        if program == "postgres":
            file = self.folder / "postgres" / "postmaster.pid"
            return [int(file.read_text().split()[0])] if file.exists() else []
        if program == "redis":
            return self._redis_pids()
        words = WORDS[program]
        return [pid for pid, command in self.programs().items() if words in command]

    def kill(self, program):
        """kill -9, as a machine out of memory does; False if there was nothing to kill."""
        pids = self.pids(program)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pids = []
        return bool(pids)

    def empty_redis(self):
        try:
            with redis.Redis.from_url(embedded.urls(self.folder)[1]) as connection:
                return bool(connection.flushall())
        except redis.RedisError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)

    def _redis_pids(self):
        try:
            with redis.Redis.from_url(embedded.urls(self.folder)[1]) as connection:
                return [connection.info("server")["process_id"]]
        except redis.RedisError:
            return []
