"""Which WebSocket goes where, and from which origins a browser may open one."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.urls import URLPattern, path

from conversations.console.consumer import ConsoleConsumer
from conversations.simulator.live import SimulatorConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/console/", ConsoleConsumer.as_asgi()),
]
if settings.SIMULATOR:
    websocket_urlpatterns.append(path("ws/simulator/", SimulatorConsumer.as_asgi()))


def guarded(application: Any) -> Any:
    """Lets in pages of this very origin (scheme, host and port) and of the trusted ones."""
    signed_in = AuthMiddlewareStack(application)

    async def by_origin(scope: Any, receive: Any, send: Any) -> Any:
        allowed = [_own_origin(scope), *settings.CSRF_TRUSTED_ORIGINS]
        return await OriginValidator(signed_in, allowed)(scope, receive, send)

    return by_origin


def _own_origin(scope: Any) -> str:
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    header, secure = settings.SECURE_PROXY_SSL_HEADER
    forwarded = headers.get(header.removeprefix("HTTP_").replace("_", "-").lower())
    https = scope.get("scheme") == "wss" or forwarded == secure
    return f"{'https' if https else 'http'}://{headers.get('host', '')}"
