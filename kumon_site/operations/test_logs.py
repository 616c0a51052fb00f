import json
import logging
import sys

import pytest
import structlog

from kumon_site.operations.logs import formatter, mask


@pytest.mark.parametrize(
    "text",
    [
        "+5545999990000",
        "5545999990000",
        "45999990000",
        "(45) 99999-0000",
        "+55 (45) 99999-0000",
        "+55 45 9 9999 0000",
        "3333-4444",
        "5545999990000@s.whatsapp.net",
        "123456789012345@lid",
        "ana.souza+kumon@example.com.br",
    ],
)
def test_what_names_a_family_is_masked(text):
    masked = mask(f"from {text}, again")
    assert masked in ("from [phone], again", "from [email], again")


@pytest.mark.parametrize(
    "text",
    [
        "conversation 1234567 reached rev 118",
        "2026-11-21 11:20:05,123",
        "2026-11-21T11:20:05.123456-03:00",
        "took 0.123456789 s",
        "0b3e2c1a-9f1d-4f6e-8a77-1c2d3e4f5a6b",
        "http://127.0.0.1:8000/api/v1/health",
    ],
)
def test_what_names_nobody_stays(text):
    assert mask(text) == text


@pytest.fixture
def lines(capsys):
    """Writes a record as the console would and returns its line."""

    def write(as_json, say):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(formatter(as_json))
        logger = logging.getLogger("kumon.test")
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        say(logger)
        return capsys.readouterr().out.strip()

    return write


def test_a_library_s_record_is_masked_with_its_arguments_and_its_exception(lines):
    def say(logger):
        try:
            raise ValueError("Key (phone)=(+5545999990000) already exists")
        except ValueError:
            logger.exception("no row for %s", "ana@example.com")

    event = json.loads(lines(True, say))
    assert event["event"] == "no row for [email]"
    assert "Key (phone)=([phone]) already exists" in event["exception"]
    assert event["level"] == "error"
    assert event["logger"] == "kumon.test"


def test_our_own_events_are_key_value_lines(lines):
    line = lines(
        False,
        lambda logger: structlog.get_logger("kumon.test").info(
            "turn_answered", conversation=12, seconds=0.25, note="call 45 99999-0000"
        ),
    )
    assert "event=turn_answered" in line
    assert "conversation=12 seconds=0.25" in line
    assert 'note="call [phone]"' in line


@pytest.mark.parametrize("name", ["django", "django.request", "uvicorn", "uvicorn.error"])
def test_no_library_prints_past_the_mask(name, caplog):
    logger = logging.getLogger(name)
    handlers = []
    while logger is not logging.root:
        handlers += logger.handlers
        assert logger.propagate
        logger = logger.parent
    assert [each for each in handlers if each is not caplog.handler] == []


def test_addresses_that_were_asked_for_are_not_logged():
    assert not logging.getLogger("uvicorn.access").isEnabledFor(logging.INFO)
