"""`manage.py up` as a person meets it: it runs, mends itself, stops whole, and starts again."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from kumon_site import embedded, supervision

BASE_DIR = Path(__file__).resolve().parent.parent
SECONDS = 60


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

    def web(self):
        return [pid for pid, command in self.programs().items() if "uvicorn" in command]


@pytest.fixture
def copy(tmp_path):
    copy = Copy(tmp_path / "data")
    yield copy
    if copy.process and copy.process.poll() is None:
        copy.process.terminate()
        copy.process.wait(SECONDS)


def test_up_mends_itself_stops_whole_and_starts_again(copy):
    copy.up()
    wait_until(copy.ready)
    assert "password" in copy.said(), "the first staff user's password is shown once"
    [web] = copy.web()
    commands = " ".join(copy.programs().values())
    assert all(program in commands for program in ("manage.py work", " worker ", " beat "))
    assert embedded.running(copy.folder)

    os.kill(web, signal.SIGKILL)
    wait_until(lambda: copy.web() not in ([], [web]) and copy.answers())

    copy.process.send_signal(signal.SIGTERM)
    assert copy.process.wait(SECONDS) == 0
    assert copy.stopped()
    log = embedded.log_file(copy.folder, "postgres").read_text()
    assert "database system is shut down" in log.splitlines()[-1], "a clean stop"

    copy.up()
    wait_until(copy.ready)
    assert "password" not in copy.said(), "the staff user is still there"

    copy.process.kill()  # no chance to stop anything itself
    copy.process.wait(SECONDS)
    wait_until(copy.stopped)


def test_a_second_up_on_the_same_folder_is_refused(copy):
    copy.folder.mkdir()
    with (copy.folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert copy.up().wait(SECONDS) == 1
    assert "already running" in copy.said()
    assert "Traceback" not in copy.said()


def test_a_port_in_use_is_one_sentence(copy):
    with socket.socket() as other:
        other.bind(("127.0.0.1", copy.port))
        other.listen()
        assert copy.up().wait(SECONDS) == 1
    assert f"Port {copy.port} of 127.0.0.1 cannot be used" in copy.said()
    assert "Traceback" not in copy.said()


def test_an_unusable_folder_is_one_sentence(copy):
    copy.folder.write_text("a file")
    assert copy.up().wait(SECONDS) == 1
    assert "choose another with DATA_DIR" in copy.said()
    assert "Traceback" not in copy.said()
