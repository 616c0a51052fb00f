"""What a Sentry is told, over real HTTP."""

import gzip
import json
import logging

import pytest
import sentry_sdk

from kumon_site.operations import reports
from tests.stand_ins.serving import Handler, Server


class Sentry:
    def __init__(self):
        self.events = []
        self.server = Server(0, Envelopes, self)
        self.dsn = self.server.url.replace("://", "://a-public-key@") + "/1"


class Envelopes(Handler):
    def answer(self):
        content = self.content()
        if self.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        self.server.stand_in.events.append(content.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture
def sentry(settings):
    there = Sentry()
    settings.SENTRY_DSN = there.dsn
    reports.begin()
    yield there
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    there.server.stop()


def test_what_failed_is_told_and_not_about_whom(sentry):
    text = "oi, sou a Ana, 45 99999-0001"
    try:
        int(text)
    except ValueError:
        log = logging.getLogger("conversations")
        log.exception("Turn of conversation %s failed: ana.prado@gmail.com", 12)
    sentry_sdk.flush()
    (event,) = [line for line in sentry.events[0].splitlines() if '"exception"' in line]
    assert json.loads(event)["exception"]["values"][0]["type"] == "ValueError"
    assert "Turn of conversation" in event
    for secret in ("Ana", "ana.prado", "99999", "breadcrumbs", '"request"', '"user"'):
        assert secret not in event


def test_without_an_address_nobody_is_told(settings):
    settings.SENTRY_DSN = ""
    reports.begin()
    assert not sentry_sdk.get_client().is_active()
