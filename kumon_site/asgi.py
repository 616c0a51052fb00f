"""The web process: HTTP by Django, hints to browsers by Channels."""

import os
import socket
from contextlib import suppress

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

from django.core.asgi import get_asgi_application

get_asgi_application()  # sets Django up, before anything imports a model

from typing import Any  # noqa: E402

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from conversations.webhook import webhook  # noqa: E402
from kumon_site.operations.checks import refuse_unsafe  # noqa: E402
from kumon_site.requests import RequestHandler  # noqa: E402
from kumon_site.sockets import guarded, websocket_urlpatterns  # noqa: E402

refuse_unsafe()

# The listening socket that `up` hands over as stdin is taken for a local one by `uvicorn --fd`, and
# so without this option: the body of each answer would wait 40 ms until its head is acknowledged.
with suppress(OSError), socket.socket(fileno=os.dup(0)) as listener:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

pages = RequestHandler()


async def http(scope: Any, receive: Any, send: Any) -> None:
    """WhatsApp has a door of its own."""
    door = webhook if scope["path"].startswith("/webhooks/") else pages
    await door(scope, receive, send)


application = ProtocolTypeRouter(
    {"http": http, "websocket": guarded(URLRouter(websocket_urlpatterns))}
)
