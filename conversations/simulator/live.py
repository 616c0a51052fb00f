"""Hints to the open pages: which phone changed. Never what is on it."""

from functools import partial
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import transaction

from conversations.live import publish

GROUP = "simulator"


class SimulatorConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    groups = [GROUP]

    async def phone_changed(self, hint: dict[str, Any]) -> None:
        await self.send_json({"parent": hint["parent"]})


def tell(parent_id: int) -> None:
    """After the transaction: this parent's phone shows something new."""
    hint = {"type": "phone.changed", "parent": parent_id}
    transaction.on_commit(partial(publish, GROUP, hint), robust=True)
