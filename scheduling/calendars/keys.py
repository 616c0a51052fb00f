"""The service account's key: in the environment itself, or in the file that it names."""

import json
from pathlib import Path
from typing import Any


def read(given: str) -> dict[str, Any]:
    """Raises ValueError, which never repeats what was given."""
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text()
        info = json.loads(text)
    except (OSError, ValueError):
        raise ValueError("neither JSON nor a readable file of it") from None
    if not isinstance(info, dict) or not {"client_email", "private_key", "token_uri"} <= set(info):
        raise ValueError("not the key of a service account")
    return info
