"""`manage.py up`: everything from nothing to a running product, until Ctrl-C."""

import fcntl
import http.client
import signal
import socket
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from kumon_site import embedded
from kumon_site.operations.first_user import ensure_first_user
from kumon_site.supervision import Supervisor, product, servers

WEB_SECONDS = 60.0
LIVE = "/api/v1/health/live"
PLACES = (("Console", "/console/"), ("Admin", "/admin/"))


class Command(BaseCommand):
    help = "Run servers (when no URL is given), web, work, worker and beat; Ctrl-C stops them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _alone(settings.DATA_DIR), _signals_interrupt():
                self._run(options["host"])
        except embedded.ServerError as error:
            raise CommandError(str(error)) from error

    def _run(self, host: str) -> None:
        supervisor = Supervisor(settings.DATA_DIR, settings.BASE_DIR)
        try:
            supervisor.stop_stale()
            _check_port(host, settings.PORT)
            self._start_servers(supervisor, host)
            self._fill_database()
            supervisor.start_product()
            self._wait_for_web(supervisor, host)
            self._greet(ensure_first_user(settings.STAFF_USERNAME, settings.STAFF_PASSWORD))
            connection.close_pool()  # type: ignore[attr-defined]  # only the programs need it now
            self._watch(supervisor)
        except KeyboardInterrupt:
            self.stdout.write("Stopping…")
        finally:
            _ignore_signals()
            supervisor.stop()

    def _start_servers(self, supervisor: Supervisor, host: str) -> None:
        wanted = _wanted_servers()
        embedded.prepare(settings.DATA_DIR, servers=wanted)
        supervisor.start(
            servers(settings.DATA_DIR, wanted),
            product(
                f"{host}:{settings.PORT}",
                web_processes=settings.WEB_PROCESSES,
                work_processes=settings.WORK_PROCESSES,
            ),
        )
        embedded.wait(settings.DATA_DIR, wanted)

    def _fill_database(self) -> None:
        self.stdout.write("Preparing the database…")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_unit", verbosity=0)
        self.check(tags=[Tags.database], databases=["default"])
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)

    def _wait_for_web(self, supervisor: Supervisor, host: str) -> None:
        deadline = time.monotonic() + WEB_SECONDS
        while not _web_answers(host, settings.PORT):
            if time.monotonic() > deadline or not supervisor.running():
                log = embedded.log_file(settings.DATA_DIR, "web")
                raise embedded.ServerError(
                    f"The site does not answer; the end of {log}:\n{embedded.last_lines(log, 8)}"
                )
            time.sleep(0.1)

    def _greet(self, password: str | None) -> None:
        site = f"http://127.0.0.1:{settings.PORT}"
        places = [*PLACES, ("Simulated phone", "/simulator/")] if settings.SIMULATOR else PLACES
        lines = [f"Running at {site} (Ctrl-C stops it)"]
        lines += [f"  {name:<16}{site}{path}" for name, path in places]
        if password:
            lines += [f"  Staff user      {settings.STAFF_USERNAME}   password {password}"]
            lines += ["  (shown only now; change it in the admin)"]
        lines += [f"  {'Logs':<16}{settings.DATA_DIR / 'log'}"]
        self.stdout.write("\n".join(lines))

    def _watch(self, supervisor: Supervisor) -> None:
        while supervisor.running():
            for name in supervisor.fallen():
                log = embedded.log_file(settings.DATA_DIR, name.rsplit("_", 1)[0])
                self.stderr.write(
                    f"{name} died and is started again; the end of {log}:\n"
                    f"{embedded.last_lines(log, 5)}"
                )
            time.sleep(1)
        raise embedded.ServerError(
            "The supervisor died and everything was stopped: start it again."
        )


def _wanted_servers() -> tuple[str, ...]:
    wanted = {"postgres": settings.EMBEDDED_POSTGRES, "redis": settings.EMBEDDED_REDIS}
    return tuple(name for name, here in wanted.items() if here)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Refuse a second `up` on the same data folder; the lock goes with the process."""
    with embedded.explained(data_dir):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "up.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise embedded.ServerError(
                f"It is already running on {data_dir}: stop that one (Ctrl-C there), or give this "
                "one its own DATA_DIR and PORT."
            ) from error
        yield


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and a closed terminal stop us as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        _ignore_signals()  # make and the terminal may both send one
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupt)
    yield


def _ignore_signals() -> None:
    """While everything stops: a second Ctrl-C must not leave processes behind."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise embedded.ServerError(
                f"Port {port} of {host} cannot be used ({error.strerror}): stop the program that "
                f"has it, or choose another, as in PORT={port + 1} make run."
            ) from error


def _web_answers(host: str, port: int) -> bool:
    """True when the web process answers at all; a host name it refuses (400) is an answer too."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", LIVE)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
