"""A local HTTP server that takes whatever is posted (LangSmith's place) and lets tests read it."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE = 10.0  # seconds; the client posts in the background


class Recorder:
    def __enter__(self) -> Self:
        self._posted = ""
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, word: str) -> str:
        """Everything posted so far, once `word` has been."""
        with self._changed:
            assert self._changed.wait_for(lambda: word in self._posted, PATIENCE), self._posted
            return self._posted

    def take(self, content: bytes) -> None:
        with self._changed:
            self._posted += content.decode(errors="replace")
            self._changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"{}")

            def do_POST(self) -> None:
                content = self._body()
                if self.headers.get("Content-Encoding") == "gzip":
                    content = gzip.decompress(content)
                recorder.take(content)
                self._answer(b"{}")

            def do_PATCH(self) -> None:
                self.do_POST()

            def log_message(self, *_: Any) -> None:
                """Tests read what was posted instead."""

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = b""
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    content += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return content

            def _answer(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
