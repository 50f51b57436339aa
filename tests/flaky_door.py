"""A door before the S3 server that fails on demand: errors, lost replies, silence, altered bodies; on loopback."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>secret-of-the-server</Message></Error>"


class FlakyDoor:
    """Passes requests on to `endpoint`; each entry of `faults` spoils one request, in order.

    `"503 SlowDown"` answers so without passing it on; `"lost"` passes it on and breaks the line before the reply;
    `"silent"` passes it on and answers nothing for `silence_s`; `"altered"` flips the last byte of the reply's body;
    `"ok"` spoils nothing. `passed` lists the methods that reached the server, `asked` all of them.
    """

    def __init__(self, endpoint: str, silence_s: float = 1.0) -> None:
        self.faults: deque[str] = deque()
        self.passed: list[str] = []
        self.asked: list[str] = []
        self.silence_s = silence_s
        self._target = urlsplit(endpoint).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def handle_expect_100(self) -> bool:
                return super().handle_expect_100()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                door.asked.append(self.command)
                fault = door.faults.popleft() if door.faults else "ok"
                if fault[:3].isdigit():
                    status, _, code = fault.partition(" ")
                    self._reply(int(status), [("Content-Type", "application/xml")], _ERROR.format(code=code).encode())
                    return
                status, headers, answer = door.pass_on(self.command, self.path, dict(self.headers), body)
                if fault == "silent":
                    time.sleep(door.silence_s)
                if fault in ("silent", "lost"):
                    self.close_connection = True
                    return
                if fault == "altered":
                    answer = answer[:-1] + bytes([answer[-1] ^ 1])
                self._reply(status, headers, answer)

            def _reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815

        return Handler

    def pass_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's status, headers and body; the Host header stays, since the signature covers it."""
        headers.pop("Expect", None)
        connection = http.client.HTTPConnection(self._target, timeout=10)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            self.passed.append(method)
            return reply.status, reply.getheaders(), reply.read()
        finally:
            connection.close()
