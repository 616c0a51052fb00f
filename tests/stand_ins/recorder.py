"""A local HTTP server that takes whatever is posted (LangSmith's place) and lets tests read it."""

import gzip
import threading
from typing import Self

from tests.stand_ins.serving import Handler, Server

PATIENCE = 10.0  # seconds; the client posts in the background


class Recorder:
    def __enter__(self) -> Self:
        self._posted = ""
        self._changed = threading.Condition()
        self._server = Server(0, _Handler, self)
        self.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def wait_for(self, word: str) -> str:
        """Everything posted so far, once `word` has been."""
        with self._changed:
            assert self._changed.wait_for(lambda: word in self._posted, PATIENCE), self._posted
            return self._posted

    def take(self, content: bytes) -> None:
        with self._changed:
            self._posted += content.decode(errors="replace")
            self._changed.notify_all()


class _Handler(Handler):
    def answer(self) -> None:
        content = self._body()
        if self.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        self.server.stand_in.take(content)
        self.reply(200, b"{}", "application/json")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.content()
        content = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content
