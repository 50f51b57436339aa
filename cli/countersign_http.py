"""The countersigner over HTTP, for this machine only: C2SP tlog-witness's add-checkpoint."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import typer

from cli.exits import Exit
from study.errors import StudyError
from study.event import instant
from study.objects import StoreUnavailable
from trail.countersign import LARGEST, Answer, Countersigner

ADDRESS = "127.0.0.1"
PATH = "/add-checkpoint"
SECONDS = 10.0  # a request may take, from its first byte to its last
CONNECTIONS = 32  # at once


def serve_on(countersigner: Countersigner, port: int, now: Callable[[], datetime]) -> int:
    """Answer until interrupted; StudyError when the port is taken."""
    try:
        server = Server(countersigner, port, now)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or "no port has that number"
        raise StudyError(why, where=f"{ADDRESS}:{port}", remedy="Choose another port.") from None
    with server:
        typer.echo(f"{countersigner.key.name} answers at http://{ADDRESS}:{server.server_port}; Ctrl-C ends it.")
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return Exit.DONE


class Server(ThreadingHTTPServer):
    """Answers requests on this machine's own address, a bounded number at once."""

    daemon_threads = True

    def __init__(
        self, countersigner: Countersigner, port: int, now: Callable[[], datetime], seconds: float = SECONDS
    ) -> None:
        self.countersigner, self.now, self.seconds = countersigner, now, seconds
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((ADDRESS, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(timeout=self.seconds):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or was sent away for its slowness."""
        self.say("--- the connection broke off")

    def say(self, line: str) -> None:
        typer.echo(f"{instant(self.now())} {line}")


class Handler(BaseHTTPRequestHandler):
    """One request a connection, bounded in size and time."""

    server: Server
    server_version = "fieldtrail"
    sys_version = ""

    def setup(self) -> None:
        self._clock = threading.Timer(self.server.seconds, self._cut)
        self._clock.daemon = True
        self._clock.start()
        super().setup()

    def finish(self) -> None:
        self._clock.cancel()
        super().finish()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            self._reply(Answer(404, f"ask {PATH}\n", "asked for something else"))
        elif not length.isdecimal():
            self._reply(Answer(411, "say how long the request is\n", "not a request: without its length"))
        elif len(length) > 9 or int(length) > LARGEST:
            self._reply(Answer(413, "the request is too long\n", "not a request: too long"))
        else:
            self._reply(self._answered(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        self._reply(Answer(405, f"POST to {PATH}\n", "asked for something else"))

    def log_message(self, format: str, *args: Any) -> None:
        """Said in `_reply`, once a request."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses itself, said as everything else is."""
        self._reply(Answer(code, "this is no request we answer\n", "not a request"))

    def _answered(self, body: bytes) -> Answer:
        try:
            return self.server.countersigner.answer(body, self.server.now())
        except StoreUnavailable as error:
            return Answer(503, "ask again later\n", str(error))
        except StudyError as error:
            return Answer(500, "this countersigner must be looked after first\n", str(error))

    def _reply(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.server.say(f"{answer.status} {answer.said}")
        with suppress(OSError):  # gone, or sent away for its slowness
            self.send_response(answer.status)
            self.send_header(
                "Content-Type", "text/x.tlog.size" if answer.status == 409 else "text/plain; charset=utf-8"
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
