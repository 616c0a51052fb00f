"""Hints to the open pages: which phone changed. Never what is on it."""

from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import transaction

GROUP = "simulator"


class SimulatorConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # untyped library
    groups = [GROUP]

    async def phone_changed(self, hint: dict[str, Any]) -> None:
        await self.send_json({"parent": hint["parent"]})


def tell(parent_id: int) -> None:
    """After the transaction: this parent's phone shows something new."""
    transaction.on_commit(partial(_send, parent_id), robust=True)


def _send(parent_id: int) -> None:
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(GROUP, {"type": "phone.changed", "parent": parent_id})
