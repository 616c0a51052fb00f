"""The servers in a folder: they keep what they are given, and say what is wrong in a sentence."""

import os
from pathlib import Path

import psycopg
import pytest
import redis

from kumon_site import embedded


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "data"
    embedded.stop(tmp_path / "data")


def test_both_servers_start_stop_and_keep_their_data(folder):
    database_url, redis_url = embedded.urls(folder)
    assert embedded.start(folder) is True
    assert embedded.start(folder) is False, "already running"
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE family (name text)")
        connection.execute("INSERT INTO family VALUES ('Ação')")
    with redis.Redis.from_url(redis_url) as memory:
        memory.set("key", "value")

    embedded.stop(folder)
    assert not embedded.running(folder, ("postgres",))
    assert not embedded.running(folder, ("redis",))

    embedded.start(folder)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT upper(name) FROM family").fetchone() == ("AÇÃO",)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with redis.Redis.from_url(redis_url) as memory:
        assert memory.get("key") == b"value"


def test_folders_do_not_share_servers(tmp_path):
    assert embedded.urls(tmp_path / "a") != embedded.urls(tmp_path / "b")


def test_a_long_path_moves_the_sockets_only(tmp_path):
    long = tmp_path / ("x" * 120)
    assert len(str(embedded.run_dir(long))) < embedded.SOCKET_PATH_BYTES
    assert embedded.run_dir(long) != embedded.run_dir(tmp_path / ("y" * 120))
    assert embedded.run_dir(Path("/srv/kumon")) == Path("/srv/kumon/run")


def test_a_folder_of_an_old_postgresql_says_what_to_do(folder):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.ServerError, match=r"written by PostgreSQL 16 .* restore a backup"):
        embedded.prepare(folder)
    assert (folder / "postgres" / "PG_VERSION").read_text() == "16\n", "left as it was"


def test_a_file_in_the_folders_place_says_what_to_do(folder):
    folder.write_text("not a folder")
    with pytest.raises(embedded.ServerError, match="make it writable, or choose another"):
        embedded.prepare(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_says_what_to_do(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(embedded.ServerError, match="make it writable, or choose another"):
        embedded.start(tmp_path / "data")
    tmp_path.chmod(0o700)


def test_a_missing_wheel_says_what_to_do(folder, monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(embedded.ServerError, match="make run"):
        embedded.prepare(folder)


def test_no_room_says_what_to_do(folder, monkeypatch):
    monkeypatch.setattr(embedded, "NEEDED_BYTES", 2**62)
    with pytest.raises(embedded.ServerError, match="free 200 MB"):
        embedded.prepare(folder)
    assert not (folder / "postgres").exists()
