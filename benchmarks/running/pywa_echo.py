"""What a Python developer would take: pywa on FastAPI. Its echo stores and sends nothing."""

import os

from fastapi import FastAPI
from pywa import WhatsApp, types

from benchmarks.running.peers import SECRET

SIGNED = os.environ.get("SIGNED") == "1"

application = FastAPI()
whatsapp = WhatsApp(
    phone_id="100",
    token="token",
    server=application,
    verify_token="token",
    validate_updates=SIGNED,
    app_secret=SECRET if SIGNED else None,
)


@whatsapp.on_message
def echo(client: WhatsApp, message: types.Message) -> None:
    """The text that an echo would send."""
    application.state.last = message.text
