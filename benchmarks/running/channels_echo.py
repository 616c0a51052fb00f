"""A bare Channels consumer: what it costs that many sockets hear of something, and nothing else."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

from conversations.live import GROUP  # noqa: E402


class Echo(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.channel_layer.group_add(GROUP, self.channel_name)

    async def conversation_changed(self, event: dict[str, int]) -> None:
        await self.send_json({"conversation": event["conversation"], "rev": event["rev"]})


application = ProtocolTypeRouter({"websocket": Echo.as_asgi(), "http": http})
