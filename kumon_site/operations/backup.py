"""The whole database in one file, and back: consistent, and verified row by row.

A backup is a tar of PostgreSQL's own dump and a manifest with a fingerprint of every table, both
taken from one snapshot. A restore compares the fingerprints before it commits: either the database
is as it was then, or nothing has changed. Redis holds nothing worth keeping.
"""

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from kumon_site import embedded

DUMP, MANIFEST = "database.dump", "manifest.json"
FORMAT = 1

# Independent of the rows' order. Two tables with one fingerprint hold the same rows.
FINGERPRINT = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t"


class BackupError(Exception):
    """The backup or restore was not done, and nothing was changed; the message says what to do."""


@dataclass(frozen=True)
class Summary:
    made_at: str
    tables: int
    rows: int


def backup(file: Path, now: datetime) -> Summary:
    """Write a backup to `file`, readable by its owner only. An older one is replaced at the end,
    when the new one is whole. Raises BackupError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent) as folder, _snapshot() as (rows, name):
            dump = Path(folder) / DUMP
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                 "--schema=public", f"--snapshot={name}", f"--file={dump}")  # fmt: skip
            manifest = _manifest(rows, now)
            (Path(folder) / MANIFEST).write_text(json.dumps(manifest, indent=1))
            _pack(unfinished, Path(folder))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return _summary(manifest)


def restore(file: Path) -> Summary:
    """Put the database back as it was when `file` was made; what stands in it now is replaced.

    One transaction: other programs see the old rows or the restored ones. Raises BackupError.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest = _unpack(file, Path(folder))
        _refuse_newer(manifest)
        script = Path(folder) / "restore.sql"
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}",
             str(Path(folder) / DUMP), file=file)  # fmt: skip
        whole = Path(folder) / "whole.sql"
        with whole.open("w") as out:
            out.write("DROP SCHEMA public CASCADE;\n")
            out.write(script.read_text())
            out.write("\nSET timezone TO 'UTC';\n")
            out.writelines(_comparisons(manifest["tables"]))
        _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             f"--file={whole}", "--output=/dev/null", file=file)  # fmt: skip
    return _summary(manifest)


def holds_families() -> bool:
    """Whether a restore would replace anything that a person might miss."""
    if "conversations_message" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM conversations_message)")
        return bool(cursor.fetchone()[0])


@contextmanager
def _snapshot() -> Iterator[tuple[dict[str, list[Any]], str]]:
    """Every table's fingerprint, and the name of the snapshot in which they were taken."""
    with psycopg.connect(**_parameters(), autocommit=True) as own:
        own.execute("SET timezone TO 'UTC'")
        own.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (name,) = own.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        tables = own.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        if not tables:
            raise BackupError("The database is empty: run `manage.py migrate` first.")
        rows = {
            table: list(own.execute(_fingerprint(table)).fetchone() or ()) for (table,) in tables
        }
        yield rows, name


def _fingerprint(table: str) -> sql.Composed:
    return sql.SQL(FINGERPRINT).format(sql.Identifier("public", table))


def _comparisons(tables: dict[str, list[Any]]) -> Iterator[str]:
    """Statements that fail, and so undo the whole restore, where a table is not as it was."""
    for table, (count, fingerprint) in tables.items():
        yield (
            sql.SQL(
                "DO $verify$ BEGIN IF NOT EXISTS (SELECT FROM ({}) now(count, fingerprint) "
                "WHERE count = {} AND fingerprint = {}) "
                "THEN RAISE EXCEPTION USING MESSAGE = {}; END IF; END $verify$;\n"
            )
            .format(_fingerprint(table), count, fingerprint, f"{table} is not as it was backed up")
            .as_string()
        )


def _manifest(rows: dict[str, list[Any]], now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        migrations = [list(row) for row in cursor.fetchall()]
    return {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "migrations": migrations,
        "tables": rows,
    }


def _refuse_newer(manifest: dict[str, Any]) -> None:
    """Older backups are migrated afterwards; a newer one cannot be read by this code."""
    known = {
        *MigrationLoader(None, ignore_no_migrations=True).disk_migrations,
        *MigrationLoader(connection).applied_migrations,
    }
    unknown = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if unknown:
        raise BackupError(
            f"This backup is of a newer version ({unknown[0]} is unknown here): "
            "install that version first."
        )


def _pack(file: Path, folder: Path) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name in (MANIFEST, DUMP):
                archive.add(folder / name, arcname=name)
        out.flush()
        os.fsync(out.fileno())


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            for name in (MANIFEST, DUMP):
                archive.extract(name, folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != FORMAT:
            raise BackupError(f"{file} has a format that this version does not know.")
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {file}.") from error
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise BackupError(f"{file} is not a whole backup: take another one.") from error
    return manifest


def _summary(manifest: dict[str, Any]) -> Summary:
    counts = [count for count, _ in manifest["tables"].values()]
    return Summary(manifest["made_at"], len(counts), sum(counts))


def _run(program: str, *arguments: str, file: Path | None = None) -> None:
    connection.close()  # a restore waits for whoever has a table open, ourselves too
    done = subprocess.run(
        [str(embedded.postgres_program(program)), *arguments],
        env=os.environ | _environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in said if "error:" in line.lower()), said[-1])
        of_file = f"{file} was not restored, nothing has changed: " if file else ""
        raise BackupError(f"{of_file}{program} says: {reason}")


def _parameters() -> dict[str, Any]:
    """Where the database is, without what only Django's own connection needs."""
    kept = ("dbname", "host", "port", "user", "password", "sslmode", "sslrootcert")
    parameters = connection.get_connection_params()
    return {key: parameters[key] for key in kept if parameters.get(key)}


def _environment() -> dict[str, str]:
    """For PostgreSQL's programs: a password among their arguments could be read by anybody."""
    names = {"dbname": "PGDATABASE"}
    return {names.get(key, f"PG{key.upper()}"): str(value) for key, value in _parameters().items()}
