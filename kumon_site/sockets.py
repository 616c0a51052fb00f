"""Which WebSocket goes where, and from which origins a browser may open one."""

from typing import Any

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.urls import URLPattern, path

from conversations.simulator.live import SimulatorConsumer

websocket_urlpatterns: list[URLPattern] = []
if settings.SIMULATOR:
    websocket_urlpatterns.append(path("ws/simulator/", SimulatorConsumer.as_asgi()))


def guarded(application: Any) -> Any:
    return OriginValidator(application, settings.CSRF_TRUSTED_ORIGINS)
