"""The console's socket: hints that a conversation has changed, to staff only."""

import asyncio

from asgiref.sync import sync_to_async
from channels.auth import get_user
from channels.db import aclose_old_connections
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import Error
from django.utils.module_loading import import_string

from conversations.console import fanout

CHECK_SECONDS = 30.0
NOT_SIGNED_IN, NOT_STAFF, TRY_AGAIN = 4401, 4403, 1013

SessionStore = import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class ConsoleConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends {"conversation": id, "rev": n}, and {"beat": true} with each check of permission."""

    channel_layer_alias = ""  # none of its own: the process has one, in fanout.py
    tasks: tuple[asyncio.Task[None], ...] = ()

    async def connect(self) -> None:
        await self.accept()  # a close code reaches the browser only after this
        if refusal := await self._refusal():
            await self.close(refusal)
            return
        self.unsent: dict[int, str] = {}  # by conversation: a slow socket gets the latest of each
        self.heard = asyncio.Event()
        await fanout.here().join(self)
        await self.send_json({"beat": True})
        self.tasks = (
            asyncio.create_task(self._keep_checking()),
            asyncio.create_task(self._keep_sending()),
        )

    async def disconnect(self, code: int) -> None:
        fanout.here().leave(self)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)  # the browser may have gone first

    def hear(self, conversation_id: int, text: str) -> None:
        """Keeps a hint until the socket takes it; never waits."""
        self.unsent[conversation_id] = text
        self.heard.set()

    async def _keep_sending(self) -> None:
        while await self.heard.wait():
            self.heard.clear()
            hints, self.unsent = self.unsent, {}
            for text in hints.values():
                await self.send(text_data=text)

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                refusal = await self._refusal()
            except Error:
                refusal = TRY_AGAIN  # nobody listens unchecked; the browser comes back
            if refusal:
                await self.close(refusal)
                return
            await self.send_json({"beat": True})

    async def _refusal(self) -> int | None:
        """The close code for whoever may not listen, by the session and user as they are now."""
        await aclose_old_connections()
        session = await sync_to_async(SessionStore)(self.scope["session"].session_key)
        user = await get_user({"session": session})
        if not user.is_authenticated or not user.is_active:
            return NOT_SIGNED_IN
        return None if user.is_staff else NOT_STAFF
