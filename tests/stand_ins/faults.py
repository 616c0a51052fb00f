"""What can go wrong with one call to the gateway."""

import json
from dataclasses import dataclass
from typing import Any, Self

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
GRAPH_ERROR = "(#{code}) Meta does not want to"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call. `accepted`: the message arrives all the same. `answered`: the
    answer is the ordinary one, only late."""

    status: int | None = None  # None: no answer, the connection is dropped
    body: bytes = b""
    content_type: str = "application/json"
    accepted: bool = False
    seconds: float = 0.0
    answered: bool = False
    path: str = "/message/sendText/"

    @classmethod
    def answer(cls, status: int, body: Any, **kwargs: Any) -> Self:
        return cls(status=status, body=json.dumps(body).encode(), **kwargs)

    @classmethod
    def html(cls, status: int = 502, **kwargs: Any) -> Self:
        return cls(status=status, body=HTML, content_type="text/html", **kwargs)

    @classmethod
    def graph(cls, code: int) -> Self:
        """A refusal of Meta's: 201 without a key."""
        text = GRAPH_ERROR.format(code=code)
        return cls.answer(201, {"message": text, "type": "OAuthException", "code": code})

    @classmethod
    def failed(cls, status: int, message: Any, error: str = "Bad Request") -> Self:
        body = {"status": status, "error": error, "response": {"message": message}}
        return cls.answer(status, body)

    @classmethod
    def dropped(cls) -> Self:
        return cls()

    @classmethod
    def dropped_after_accepting(cls) -> Self:
        return cls(accepted=True)

    @classmethod
    def late(cls, seconds: float, **kwargs: Any) -> Self:
        return cls(answered=True, seconds=seconds, **kwargs)

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """Accepts and hangs, so that the caller's timeout comes first."""
        return cls(accepted=True, seconds=seconds)
