"""Backup, destroy, restore: the rows are the same, or nothing has changed."""

import json
import tarfile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conversations.models import Message
from kumon_site.operations import backup as module
from tests.talks import well_known

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path, settings):
    settings.DATA_DIR, settings.EMBEDDED_POSTGRES = tmp_path, False  # the tests' own server runs
    well_known("Ana Lima", "+5545999990001", timezone.now())
    path = tmp_path / "unit.backup"
    call_command("backup", str(path))
    return path


def rows():
    with module._snapshot() as (found, _):
        return found


def change(file, member, content):
    """The backup with one of its two files replaced."""
    with tarfile.open(file) as archive:
        archive.extractall(file.parent, filter="data")
    (file.parent / member).write_bytes(content)
    module._pack(file, file.parent)


def manifest(file):
    with tarfile.open(file) as archive:
        return json.load(archive.extractfile(module.MANIFEST))


def test_destroyed_and_restored_every_row_is_the_same(file):
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("restore", str(file))
    assert rows() == before
    assert Message.objects.count() > 5


def test_what_is_replaced_is_kept(file):
    Message.objects.all().update(text="later")
    later = rows()
    call_command("restore", str(file))
    assert not Message.objects.filter(text="later").exists()
    (kept,) = (file.parent / "replaced").iterdir()
    call_command("restore", str(kept))
    assert rows() == later


def test_only_its_owner_may_read_it(file):
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_row_that_differs_undoes_the_whole_restore(file):
    changed = manifest(file)
    changed["tables"]["conversations_message"][1] = "1"
    change(file, module.MANIFEST, json.dumps(changed).encode())
    Message.objects.all().delete()
    with pytest.raises(CommandError, match="conversations_message is not as it was backed up"):
        call_command("restore", str(file))
    assert not Message.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PGDMP and nothing more"])
def test_a_damaged_dump_changes_nothing(file, content):
    change(file, module.DUMP, content)
    before = rows()
    with pytest.raises(CommandError, match="nothing has changed"):
        call_command("restore", str(file))
    assert rows() == before


def test_a_newer_backup_is_refused(file):
    newer = manifest(file)
    newer["migrations"].append(["conversations", "9999_tomorrow"])
    change(file, module.MANIFEST, json.dumps(newer).encode())
    with pytest.raises(CommandError, match="newer version"):
        call_command("restore", str(file))


@pytest.mark.parametrize("content", [None, b"no tar"])
def test_what_is_no_backup_is_named(tmp_path, settings, content):
    settings.EMBEDDED_POSTGRES = False
    path = tmp_path / "wrong.backup"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=r"no file|not a whole backup"):
        call_command("restore", str(path))


def test_a_failed_backup_leaves_the_older_one(file, monkeypatch):
    older = file.read_bytes()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "DUMP", "no/such/folder")
    with pytest.raises(CommandError, match="pg_dump says"):
        call_command("backup", str(file))
    assert file.read_bytes() == older
    assert [path.name for path in file.parent.iterdir()] == [file.name]
