"""The web process's application under uvicorn, in a thread of the tests'."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.test import override_settings


@contextmanager
def served() -> Iterator[int]:
    """The port at which it listens."""
    with override_settings(DEBUG=True):  # it refuses a laptop's secrets otherwise
        from kumon_site.asgi import application
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(timeout=10)
