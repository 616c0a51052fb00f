"""A receiver in the webhook's place, and the simulated gateway at a real address."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Receiver:
    """Keeps what was posted; `statuses` are its next answers, then always 200."""

    def __init__(self):
        self.bodies, self.tokens, self.statuses = [], [], deque()
        self._changed = threading.Condition()

    def receive(self, body, token):
        with self._changed:
            self.bodies.append(body)
            self.tokens.append(token)
            self._changed.notify_all()
            return self.statuses.popleft() if self.statuses else 200

    def wait_for(self, count):
        from conversations.whatsapp.payloads import read_events  # Django is not ready before

        with self._changed:
            assert self._changed.wait_for(lambda: len(self.bodies) >= count, timeout=10)
        return [(body["event"], *read_events(body)) for body in self.bodies]


@pytest.fixture
def site(settings, transactional_db):
    """The webhook's receiver at this site's own port; leaves when every delivery has ended."""
    from conversations.simulator import webhooks

    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(receiver.receive(body, self.headers["X-Webhook-Token"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Tests read `bodies` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.PORT = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield receiver
    for thread in [each for each in threading.enumerate() if isinstance(each, threading.Timer)]:
        thread.join(timeout=5)
    webhooks._client.cache_clear()
    server.shutdown()
    server.server_close()


@pytest.fixture
def gateway(live_server, settings, site):
    """The product's own gateway, speaking to the simulator over HTTP."""
    from conversations.whatsapp.evolution import EvolutionGateway

    settings.EVOLUTION_API_URL = f"{live_server.url}/simulator/evolution"
    return EvolutionGateway()
