"""What the HTTP servers of all stand-ins have in common."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """`self.server.stand_in` is whom it answers for."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer, or Nagle's algorithm adds 40 ms
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        self.answer()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

    def answer(self) -> None:
        raise NotImplementedError

    def log_message(self, *_: object) -> None:
        """Tests read what the stand-in keeps instead."""

    def reply(self, status: int, content: bytes, kind: str, *headers: tuple[str, str]) -> None:
        try:
            self.send_response(status)
            length = ("Content-Length", str(len(content)))
            for name, value in (*headers, ("Content-Type", kind), length):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the caller did not wait

    def content(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


class Server(ThreadingHTTPServer):
    """Listens from the start, in a thread of its own, until `stop`. Port 0: any free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, port: int, handler: type[Handler], stand_in: Any) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.stand_in = stand_in
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)
