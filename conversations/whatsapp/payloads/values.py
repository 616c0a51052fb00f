"""JSON values of any type and age, read without ever raising."""

import math
from datetime import UTC, datetime
from typing import Any

MILLISECONDS_FROM = 100_000_000_000  # no message is from the year 5138; a larger stamp is in ms
DIGITS_OF_64_BITS = 20


def as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def clean(text: str) -> str:
    """Without what PostgreSQL cannot store: NUL and lone halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def as_text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def first_text(values: dict[str, Any], *names: str) -> str:
    return next((text for name in names if (text := as_text(values.get(name)))), "")


def as_number(value: object) -> int | None:
    """An int, digits, or protobuf's {"low", "high"}, whose `low` may be negative."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str):
        digits = value.strip()
        fits = len(digits) <= DIGITS_OF_64_BITS and digits.isascii() and digits.isdigit()
        return int(digits) if fits else None
    if isinstance(value, dict):
        low, high = value.get("low"), value.get("high", 0)
        if type(low) is int and type(high) is int:
            return high * 2**32 + (low & 0xFFFFFFFF)
    return None


def as_degrees(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 180:
        return None
    return float(value)


def as_moment(value: object) -> datetime | None:
    """Seconds (or milliseconds) since 1970, in any of the number's spellings."""
    seconds = as_number(value)
    if seconds is None or seconds <= 0:
        return None
    try:
        if seconds >= MILLISECONDS_FROM:
            return datetime.fromtimestamp(seconds / 1000, UTC)
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
