"""Settings' values from the environment, where they are more than text.

A variable that cannot be read gets its default and a sentence in PROBLEMS, which the system check
kumon.E001 repeats: no setting ends in a traceback.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import environ

T = TypeVar("T")

PROBLEMS: dict[str, str] = {}  # by variable

POSTGRES = ("postgres://", "postgresql://")
SWITCH = {"1": True, "true": True, "yes": True, "on": True}
SWITCH |= {"0": False, "false": False, "no": False, "off": False}


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`, both included."""
    given = _given(name)
    if given.isascii() and given.isdigit() and least <= int(given[:18]) <= most:
        return int(given)
    return _default(name, default, f"a whole number from {least} to {most}")


def seconds(name: str, default: float, most: float) -> float:
    """Seconds from 0 to `most`."""
    given = _given(name)
    with suppress(ValueError):
        if 0 <= float(given or default) <= most:
            return float(given or default)
    return _default(name, default, f"a number of seconds from 0 to {most:g}, for example 2.5")


def amount(name: str, default: str, least: str, most: str) -> Decimal:
    """Money or a rate from `least` to `most`, with a decimal point or comma."""
    with suppress(InvalidOperation):
        given = Decimal(_given(name).replace(",", ".") or default)
        if Decimal(least) <= given <= Decimal(most):  # false for NaN, an error for a signalling one
            return given
    expected = f"an amount from {least} to {most}, for example {default}"
    return _default(name, Decimal(default), expected)


def switch(name: str, default: bool) -> bool:
    """On (1, true, yes, on) or off (0, false, no, off)."""
    given = _given(name).lower()
    return SWITCH[given] if given in SWITCH else _default(name, default, "1 or 0")


def time_zone(name: str, default: str) -> str:
    """A name of the time zone database."""
    given = _given(name) or default
    try:
        return ZoneInfo(given).key
    except (KeyError, ValueError, OSError):
        return _default(name, default, "a time zone such as America/Sao_Paulo")


def url(name: str, *schemes: str) -> str:
    """An address with one of `schemes`; empty when the variable is."""
    given = _given(name)
    scheme, there, rest = given.partition("://")
    if there and rest and scheme in schemes:
        return given
    return _default(name, "", " or ".join(f"{each}://…" for each in schemes), secret=True)


def email(name: str) -> dict[str, Any]:
    """Django's e-mail settings; without an address, e-mails are written to the log."""
    given = _given(name)
    with suppress(environ.ImproperlyConfigured, ValueError):
        return dict(environ.Env.email_url_config(given or "consolemail://"))
    _default(name, "", "smtp+tls://user:password@host:587", secret=True)
    return dict(environ.Env.email_url_config("consolemail://"))


def database(name: str, address: str, instead: str) -> dict[str, Any]:
    """Django's configuration of a PostgreSQL `address`; that of `instead` if it is none."""
    with suppress(ValueError):
        if address.startswith(POSTGRES):
            config: dict[str, Any] = environ.Env.db_url_config(address)
            if config["NAME"]:
                return config
    _default(name, "", "postgresql://user:password@host:5432/name", secret=True)
    return dict(environ.Env.db_url_config(instead))


def local_secret_key(data_dir: Path) -> str:
    """A key of this data folder's own: a laptop needs no setting, and restarts keep logins."""
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text() or "unwritten-local-key"
    except OSError:
        return secrets.token_urlsafe(50)  # `up` says what is wrong with the folder


def derived_secret(secret_key: str, purpose: str) -> str:
    """A secret that both ends on this machine can compute."""
    return hashlib.blake2b(f"{purpose}:{secret_key}".encode(), digest_size=20).hexdigest()


def _given(name: str) -> str:
    return os.environ.get(name, "").strip()


def _default(name: str, default: T, expected: str, *, secret: bool = False) -> T:
    if given := _given(name):
        shown = "…" if secret else given[:40]  # addresses may carry passwords
        PROBLEMS[name] = f"{name}={shown} cannot be read: give {expected}."
    return default
