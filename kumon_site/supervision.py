"""Every process of the product under one supervisord, which restarts what dies.

The servers start with it; the product's own processes wait until the database is migrated.
"""

import contextlib
import ctypes
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
from supervisor.xmlrpc import SupervisorTransport

from kumon_site import embedded, system_user

STOP_SECONDS = 40.0
FOR_GOOD = 1_000_000  # tries before supervisord gives a program up
MARK = "KUMON_SUPERVISED_IN"  # in the environment of every process of a data folder
PRIORITIES = {"servers": 1, "product": 2}  # started in this order and stopped in reverse
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


@dataclass(frozen=True)
class Program:
    """One program as supervisord runs it: `processes` equal copies, sharing `socket` as stdin."""

    name: str
    command: list[str]
    processes: int = 1
    socket: str = ""
    user: str = ""
    stop_signal: str = "TERM"
    stop_seconds: int = 10


def servers(data_dir: Path, names: tuple[str, ...]) -> list[Program]:
    """The embedded servers that `names` asks for; PostgreSQL disconnects its clients to stop."""
    commands = embedded.commands(data_dir)
    account = system_user.ACCOUNT if system_user.needed() else ""
    known = {
        "postgres": Program(
            "postgres", commands["postgres"], user=account, stop_signal="INT", stop_seconds=30
        ),
        "redis": Program("redis", commands["redis"]),
    }
    return [known[name] for name in names]


def product(address: str, *, web_processes: int, work_processes: int) -> list[Program]:
    """Web, work, worker and beat. `address` is `host:port`, bound once for all web processes."""
    python = [sys.executable, "-m"]
    web = [*python, "uvicorn", "kumon_site.asgi:application", "--fd", "0", "--lifespan", "off"]
    quiet = ["--no-access-log", "--timeout-graceful-shutdown", "5"]  # addresses name families
    celery = [*python, "celery", "-A", "kumon_site", "--skip-checks"]  # they read all pages
    worker = ["worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
    return [
        Program("web", [*web, *quiet], web_processes, socket=f"tcp://{address}"),
        Program("work", [sys.executable, "manage.py", "work"], work_processes, stop_seconds=30),
        Program("worker", [*celery, *worker, "--without-gossip", "--without-mingle"]),
        Program("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""]),
    ]


class Supervisor:
    """A supervisord over the groups `servers` and `product` of one data folder."""

    def __init__(self, data_dir: Path, base_dir: Path) -> None:
        self.data_dir = data_dir
        self.base_dir = base_dir
        self.config = data_dir / "supervisord.conf"
        self._process: subprocess.Popen[bytes] | None = None
        self._pids: dict[str, int] = {}

    def start(self, servers: list[Program], product: list[Program]) -> None:
        """Run supervisord and in it `servers`; `product` waits for start_product()."""
        self.config.write_text(
            _render(self.data_dir, self.base_dir, {"servers": servers, "product": product})
        )
        log = embedded.log_file(self.data_dir, "supervisord")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(self.config)],
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                env={**os.environ, "PYTHONUNBUFFERED": "1", MARK: str(self.data_dir)},
            )
        deadline = time.monotonic() + embedded.READY_SECONDS
        while not self._listens():
            if not self.running() or time.monotonic() > deadline:
                raise embedded.ServerError(
                    f"The supervisor did not start: {embedded.last_lines(log, 1)} ({log})"
                )
            time.sleep(0.05)

    def start_product(self) -> None:
        """Start web, work, worker and beat; returns at once."""
        for group in ("product", "web"):
            self._call("startProcessGroup", group, False)

    def running(self) -> bool:
        """True while supervisord itself lives."""
        return self._process is not None and self._process.poll() is None

    def fallen(self) -> list[str]:
        """The programs that died since the last call; supervisord starts them again."""
        found: list[str] = []
        for info in self._call("getAllProcessInfo"):
            name, pid = info["name"], info["pid"]
            if self._pids.get(name) and self._pids[name] != pid:
                found.append(name)
            self._pids[name] = pid
        return found

    def stop(self) -> None:
        """Stop the product, then the servers; nothing is left running."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._stop_orphans()
        embedded.stop(self.data_dir)

    def stop_stale(self) -> None:
        """Stop what a killed `up` left behind in this folder."""
        if self._listens():
            os.kill(int((self.data_dir / "supervisord.pid").read_text()), signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self._listens() and time.monotonic() < deadline:
                time.sleep(0.1)
        self._stop_orphans()
        embedded.stop(self.data_dir)

    def _stop_orphans(self) -> None:
        """Stop programs whose supervisord was killed; the servers are stopped in their own way."""
        orphans = [
            process
            for process in psutil.process_iter(["environ", "name"])
            if (process.info["environ"] or {}).get(MARK) == str(self.data_dir)
            and process.info["name"] not in ("postgres", "redis-server")
        ]
        for process in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(orphans, timeout=STOP_SECONDS)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(_socket(self.data_dir))) == 0

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{_socket(self.data_dir)}")
        proxy = xmlrpc.client.ServerProxy("http://supervisor", transport=transport)
        try:
            return cast(Any, getattr(proxy.supervisor, method)(*arguments))
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            log = embedded.log_file(self.data_dir, "supervisord")
            raise embedded.ServerError(f"The supervisor does not answer: see {log}.") from error


def _socket(data_dir: Path) -> Path:
    return embedded.run_dir(data_dir) / "supervisor.sock"


def _die_with_parent() -> None:
    """In supervisord, before it runs: SIGTERM when `up` dies, however it dies (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _render(data_dir: Path, base_dir: Path, groups: Mapping[str, list[Program]]) -> str:
    account = "user = root\n" if system_user.needed() else ""
    address = _escape(_socket(data_dir))
    parts = [
        "; Written at every start.\n",
        f"[supervisord]\nlogfile = {_escape(embedded.log_file(data_dir, 'supervisord'))}\n"
        f"pidfile = {_escape(data_dir / 'supervisord.pid')}\nsilent = true\n{account}",
        f"[unix_http_server]\nfile = {address}\nchmod = 0700\n",
        f"[supervisorctl]\nserverurl = unix://{address}\n",
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n",
    ]
    for group, programs in groups.items():
        # The socket that web processes share cannot be had inside a group of several programs.
        names = ",".join(program.name for program in programs if not program.socket)
        if names:
            priority = PRIORITIES[group]
            parts.append(f"[group:{group}]\nprograms = {names}\npriority = {priority}\n")
        parts += [_section(p, data_dir, base_dir, group == "servers") for p in programs]
    return "\n".join(parts)


def _section(program: Program, data_dir: Path, base_dir: Path, autostart: bool) -> str:
    lines = {
        "command": _escape(shlex.join(program.command)),
        "directory": _escape(base_dir),
        "process_name": "%(program_name)s_%(process_num)d",
        "numprocs": program.processes,
        "autostart": str(autostart).lower(),
        "autorestart": "true",
        "startsecs": 2,  # sooner is a failure: the next try waits longer
        "startretries": FOR_GOOD,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_seconds,
        "stopasgroup": str(not program.user and program.name != "postgres").lower(),
        "killasgroup": "true",
        "stdout_logfile": _escape(embedded.log_file(data_dir, program.name)),
        "redirect_stderr": "true",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 3,
    }
    if program.socket:
        lines["socket"] = program.socket
    if program.user:
        lines["user"] = program.user
    kind = "fcgi-program" if program.socket else "program"
    body = "\n".join(f"{key} = {value}" for key, value in lines.items())
    return f"[{kind}:{program.name}]\n{body}\n"


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")
