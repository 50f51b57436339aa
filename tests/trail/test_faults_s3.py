"""S3 behind a bad network: every request once refused, once answered and lost, once never answered; then an outage."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from storage.retries import Patience
from storage.s3 import S3Store
from study.objects import StoreUnavailable

if TYPE_CHECKING:
    from tests.weed import Weed

Notebook = Any
TIMEOUT_S = 0.25
FAULTS = ("500", "503", "cut before", "cut after", "500 after", "half a reply", "hang before", "hang after")
_BUSY = b'<?xml version="1.0"?><Error><Code>%s</Code><Message>later</Message></Error>'


class Network:
    """A proxy on loopback before the server; `fault(number of the request)` names what happens to it, or nothing."""

    def __init__(self, endpoint: str) -> None:
        self.upstream = urlsplit(endpoint)
        self.requests = 0
        self.done: list[str] = []
        self.fault: Callable[[int], str] = lambda number: ""
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def handle_expect_100(self) -> bool:
                super().handle_expect_100()
                self.wfile.flush()
                return True

            def handle_any(self) -> None:
                network.handle(self)

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any  # noqa: N815

            def log_message(self, format: str, *arguments: Any) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        fault = self.fault(self.requests)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if fault:
            self.done.append(f"{request.command} {fault}")
        status, headers, answer = 500, {}, _BUSY % b"InternalError"
        if fault == "503":
            status, answer = 503, _BUSY % b"SlowDown"
        elif fault not in ("500", "cut before", "hang before"):
            status, headers, answer = self.forward(request, body)
        if fault == "500 after":
            status, headers, answer = 500, {}, _BUSY % b"InternalError"
        if fault.startswith("hang"):
            time.sleep(TIMEOUT_S * 1.5)
        if fault.startswith(("cut", "hang")):
            request.close_connection = True
            return
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if "Content-Length" not in headers:
            request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.close_connection = fault == "half a reply"
        if request.command != "HEAD":
            request.wfile.write(answer[: len(answer) // 2] if request.close_connection else answer)

    def forward(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=5)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
        connection.request(request.command, request.path, body, headers)
        reply = connection.getresponse()
        answer = reply.read()
        kept = {name: value for name, value in reply.getheaders() if name.lower() not in ("transfer-encoding", "date")}
        connection.close()
        return reply.status, kept, answer


@pytest.fixture
def network(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    network = Network(weed.endpoint)
    yield network
    network.server.shutdown()
    network.server.server_close()


def day(notebook: Notebook, acknowledged: list[str]) -> None:
    writer = notebook.open()
    acknowledged += [event.id for event in writer.append([notebook.opened()])]
    for batch in range(2):
        acknowledged += [event.id for event in writer.append([notebook.site(10 * batch + n) for n in range(2)])]
    writer.close()
    sealer = notebook.open()
    notebook.seal(record=sealer.append)
    sealer.close()


def on(network: Network, notebook: Notebook, bucket: str, tries: int) -> Notebook:
    patience = Patience(lambda seconds: None, lambda: 0.0, tries=tries)
    notebook.store = S3Store(f"s3://{bucket}", endpoint=network.endpoint, patience=patience, timeout_s=TIMEOUT_S)
    notebook.moment = datetime.now(UTC)
    return notebook


def check(notebook: Notebook, network: Network, acknowledged: list[str], acts: int) -> None:
    network.fault = lambda number: ""
    trail = notebook.open()
    held = [event.id for event in trail.events() if event.kind != "run.closed"]
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held)) == acts
    assert trail.unread == ()
    versions = [stored.key for stored in notebook.store.list_versions()]
    assert len(versions) == len(set(versions)), "nothing was written over"
    for key in versions:
        (notebook.directory / key).parent.mkdir(parents=True, exist_ok=True)
        (notebook.directory / key).write_bytes(notebook.store.get(key))
    result = notebook.verified()
    assert (result.code, result.faults) == (0, [])
    assert result.report["events"] == len(trail.events())


@pytest.mark.real
@pytest.mark.parametrize("start", [0, 1, 2])
def test_every_request_fails_once_and_nobody_notices(
    network: Network, notebook: Notebook, weed: Weed, start: int
) -> None:
    """Of three requests that follow each other one meets a fault, each kind in turn."""
    network.fault = lambda number: FAULTS[number // 3 % len(FAULTS)] if number % 3 == start else ""
    notebook = on(network, notebook, weed.bucket(), tries=4)
    day(notebook, acknowledged := [])
    assert {done.partition(" ")[2] for done in network.done} == set(FAULTS)
    check(notebook, network, acknowledged, acts=5)
    assert len({path.parent.name for path in notebook.objects("lanes")}) == 1, "one writer, one lane"


@pytest.mark.real
@pytest.mark.parametrize("fault", ["500", "500 after", "cut after"])
def test_an_outage_while_recording_and_sealing(network: Network, notebook: Notebook, weed: Weed, fault: str) -> None:
    notebook = on(network, notebook, weed.bucket(), tries=2)
    writer, acknowledged = notebook.open(), []
    acknowledged += [event.id for event in writer.append([notebook.opened()])]
    network.fault = lambda number: fault
    for number in range(3):
        with pytest.raises(StoreUnavailable, match=r"s3://study-\d+/"):
            writer.append([notebook.site(number)])
    with pytest.raises(StoreUnavailable):
        writer.close()
    with pytest.raises(StoreUnavailable):
        notebook.seal()
    network.fault = lambda number: ""
    acknowledged += [event.id for event in writer.append([notebook.site(number) for number in range(3)])]
    writer.close()
    puts = 0

    def at_the_seal(number: int) -> str:  # the seal is written, its checkpoint is not, nobody is told
        nonlocal puts
        puts += number > before
        return fault if puts > 6 else ""

    before = network.requests
    network.fault = at_the_seal
    with pytest.raises(StoreUnavailable):
        notebook.seal()
    network.fault = lambda number: ""
    notebook.seal()
    check(notebook, network, acknowledged, acts=4)
    assert len(notebook.objects("seals")) == 1
