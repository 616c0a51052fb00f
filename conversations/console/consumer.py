"""The console's socket: hints that a conversation has changed, to staff only."""

import asyncio
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from channels.auth import get_user
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.utils.module_loading import import_string

GROUP = "console"
CHECK_SECONDS = 30.0
NOT_SIGNED_IN, NOT_STAFF = 4401, 4403

SessionStore = import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class ConsoleConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends {"conversation": id, "rev": n}, and {"beat": true} with each check of permission."""

    checking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()  # a close code reaches the browser only after this
        if refusal := await self._refusal():
            await self.close(refusal)
            return
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.send_json({"beat": True})
        self.checking = asyncio.create_task(self._keep_checking())

    async def disconnect(self, code: int) -> None:
        if self.checking:
            self.checking.cancel()
            with suppress(asyncio.CancelledError):
                await self.checking
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def conversation_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"conversation": event["conversation"], "rev": event["rev"]})

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if refusal := await self._refusal():
                await self.close(refusal)
                return
            await self.send_json({"beat": True})

    async def _refusal(self) -> int | None:
        """The close code for whoever may not listen, by the session and user as they are now."""
        session = await sync_to_async(SessionStore)(self.scope["session"].session_key)
        user = await get_user({"session": session})
        if not user.is_authenticated or not user.is_active:
            return NOT_SIGNED_IN
        return None if user.is_staff else NOT_STAFF
