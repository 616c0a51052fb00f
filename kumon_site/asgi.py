"""The web process: HTTP by Django, hints to browsers by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

from django.core.asgi import get_asgi_application

get_asgi_application()  # sets Django up, before anything imports a model

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from kumon_site.operations.checks import refuse_unsafe  # noqa: E402
from kumon_site.requests import RequestHandler  # noqa: E402
from kumon_site.sockets import guarded, websocket_urlpatterns  # noqa: E402

refuse_unsafe()

application = ProtocolTypeRouter(
    {"http": RequestHandler(), "websocket": guarded(URLRouter(websocket_urlpatterns))}
)
