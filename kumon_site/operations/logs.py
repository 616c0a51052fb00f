"""Log lines: one event each, `key=value` (JSON in production), never with personal data.

Our own events name rows by id. What a library or an exception lets slip is masked as last defence.
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")  # and WhatsApp's jids and lids
# Eight digits or more, as people group them; neither a date nor part of a longer word.
PHONE = re.compile(r"(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ()-]{0,2}\d){7,14}(?!\w)")
OURS = ("timestamp", "level", "logger")  # written here, so not searched

_key_values = structlog.processors.LogfmtRenderer(key_order=[*OURS, "event"])


def mask(text: str) -> str:
    """`text` with everything that looks like a phone or an e-mail replaced."""
    return PHONE.sub("[phone]", EMAIL.sub("[email]", text))


def formatter(as_json: bool) -> logging.Formatter:
    """Renders structlog's events and every library's records alike."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _legible
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_described(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_described(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _masked,
            render,
        ],
    )
    assert isinstance(renderer, logging.Formatter)
    return renderer


def _legible(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """One line of `key=value`, and below it the exception as Python prints it."""
    exception = event.pop("exception", "")
    return f"{_key_values(logger, method, event)}\n{exception}".rstrip()


def _described() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]


def _masked(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key not in OURS and not isinstance(value, bool | int | float | None):
            event[key] = mask(str(value))
    return event
