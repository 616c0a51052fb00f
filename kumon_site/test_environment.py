from decimal import Decimal

import pytest

from kumon_site import environment


@pytest.fixture(autouse=True)
def problems(monkeypatch):
    found = {}
    monkeypatch.setattr(environment, "PROBLEMS", found)
    return found


READERS = {
    "whole": lambda: environment.whole("IT", 8000, 1, 65535),
    "seconds": lambda: environment.seconds("IT", 2.5, 60),
    "amount": lambda: environment.amount("IT", "5.00", "0.01", "1000"),
    "switch": lambda: environment.switch("IT", True),
    "zone": lambda: environment.time_zone("IT", "America/Sao_Paulo"),
    "url": lambda: environment.url("IT", "http", "https"),
}
DEFAULTS = {"whole": 8000, "seconds": 2.5, "switch": True, "zone": "America/Sao_Paulo", "url": ""}
DEFAULTS["amount"] = Decimal("5.00")


@pytest.mark.parametrize(
    ("reader", "given", "read"),
    [
        ("whole", " 9000 ", 9000),
        ("whole", "65535", 65535),
        ("seconds", "0", 0),
        ("amount", "4.75", Decimal("4.75")),
        ("amount", " 4,75 ", Decimal("4.75")),
        ("seconds", "0.25", 0.25),
        ("switch", "0", False),
        ("switch", "Off", False),
        ("switch", "TRUE", True),
        ("zone", "America/Manaus", "America/Manaus"),
        ("url", "https://evolution.example/base", "https://evolution.example/base"),
        *((reader, "", default) for reader, default in DEFAULTS.items()),
    ],
)
def test_what_is_read(monkeypatch, problems, reader, given, read):
    monkeypatch.setenv("IT", given)
    assert READERS[reader]() == read
    assert problems == {}


@pytest.mark.parametrize(
    ("reader", "given"),
    [
        ("whole", "abc"),
        ("whole", "0"),
        ("whole", "65536"),
        ("whole", "9" * 5000),
        ("whole", "-1"),
        ("whole", "1.5"),
        ("whole", "٣"),
        ("seconds", "-1"),
        ("seconds", "61"),
        ("seconds", "nan"),
        ("seconds", "inf"),
        ("seconds", "soon"),
        ("switch", "perhaps"),
        ("zone", "Mars/Base"),
        ("zone", "America"),
        ("zone", "../etc/passwd"),
        ("url", "evolution:8080"),
        ("url", "https://"),
        ("url", "ftp://evolution"),
    ],
)
def test_what_cannot_be_read_gets_the_default_and_a_sentence(monkeypatch, problems, reader, given):
    monkeypatch.setenv("IT", given)
    assert READERS[reader]() == DEFAULTS[reader]
    assert problems["IT"].startswith("IT=")
    assert problems["IT"].endswith(".")
    assert len(problems["IT"]) < 200


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me:secret@host/x",
        "postgresql://me:secret@host:port/x",
        "postgresql://me:secret@host",
        "postgresql://[::1/x?secret",
        "secret",
    ],
)
def test_a_database_that_is_none_is_not_repeated(monkeypatch, problems, address):
    monkeypatch.setenv("IT", address)
    config = environment.database("IT", address, "postgresql://me@here/mine")
    assert config["HOST"] == "here"
    assert "secret" not in problems["IT"]


def test_a_database(problems):
    address = "postgresql://me:p%40ss@host:5433/reception?sslmode=require"
    config = environment.database("IT", address, "postgresql://me@here/mine")
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("host", 5433, "reception")
    assert (config["PASSWORD"], config["OPTIONS"]) == ("p@ss", {"sslmode": "require"})
    assert problems == {}


def test_a_folder_keeps_its_own_key(tmp_path):
    key = environment.local_secret_key(tmp_path / "new")
    assert len(key) > 50
    assert environment.local_secret_key(tmp_path / "new") == key
    assert environment.local_secret_key(tmp_path / "other") != key
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_used_gives_a_passing_key(tmp_path):
    (tmp_path / "file").write_text("")
    assert len(environment.local_secret_key(tmp_path / "file" / "below")) > 50


def test_secrets_of_one_key_differ_by_purpose():
    one, other = (environment.derived_secret("key", purpose) for purpose in ("one", "other"))
    assert one != other
    assert one == environment.derived_secret("key", "one")
    assert len(one) >= 40
