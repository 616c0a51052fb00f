"""How a request runs: all of it in one thread, because every view of ours is synchronous."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class RequestHandler(ASGIHandler):
    """Django's, which changes threads before and after most middlewares: a dozen times a request
    (docs/decisions/0041-a-request-stays-in-one-thread.md)."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: Any = sync_to_async(self.get_response)
        response: HttpResponseBase = await answer(request)
        return response
