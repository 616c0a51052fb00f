"""`manage.py up` as a person meets it: it runs, mends itself, stops whole, and starts again."""

import fcntl
import signal
import socket

import pytest

from kumon_site import embedded
from tests.running import SECONDS, Copy, wait_until


@pytest.fixture
def copy(tmp_path):
    copy = Copy(tmp_path / "data")
    yield copy
    copy.stop()


def test_up_mends_itself_stops_whole_and_starts_again(copy):
    copy.up()
    wait_until(copy.ready)
    assert "password" in copy.said(), "the first staff user's password is shown once"
    [web] = copy.pids("web")
    commands = " ".join(copy.programs().values())
    assert all(program in commands for program in ("manage.py work", " worker ", " beat "))
    assert embedded.running(copy.folder)

    copy.kill("web")
    wait_until(lambda: copy.pids("web") not in ([], [web]) and copy.answers())

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
