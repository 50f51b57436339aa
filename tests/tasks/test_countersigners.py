"""How countersigners are reached: over HTTP and through a folder, by a real countersigner on the other side."""

from __future__ import annotations

import http.server
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.countersign import countersign, made, opened
from cli.countersign_http import Server
from storage.local import LocalStore
from study import Actor, Fact, Run, StudyError, Subject
from tasks.countersigners import OverHttp, ThroughFolder, ask_all, transport_of
from trail import Trail, seal, verify
from trail.asking import Question, Unreachable, ask_countersigner
from trail.note import generate_key

ORIGIN = "fieldtrail/fsp/0a1b2c3d"
PRIVATE, VKEY = generate_key(ORIGIN)


class Study:
    """A trail in a folder that grows, and the ethics office's folder."""

    def __init__(self, folder: Path) -> None:
        self.trail, self.office, self.drop = folder / "trail", folder / "office", folder / "drop"
        self.store, self.memory = LocalStore(self.trail), LocalStore(folder / "restricted")
        self.moment = datetime.now(UTC) - timedelta(hours=1)
        self.vkey = made(self.office, "ethics-office")
        opened(self.office).trust(VKEY)

    def grow(self) -> int:
        self.moment += timedelta(minutes=1)
        run = Run(f"run-{self.moment.minute}", "track-consent", "none", 1, "0.1.0")
        trail = Trail.open(
            self.store,
            study=ORIGIN,
            actor=Actor("service", "fieldtrail", "software"),
            run=run,
            now=lambda: self.moment,
            forbidden=lambda line: None,
        )
        subject = (Subject("site", f"S{self.moment.minute}"),)
        trail.append([Fact("site.invited", "2026-02-02", subject, data={"ordinal": 0, "version": 1})])
        sealed = seal(self.store, origin=ORIGIN, key=PRIVATE, now=lambda: self.moment)
        assert sealed
        return sealed.size

    def cosigned(self) -> list[str]:
        return [stored.key for stored in self.store.list("cosignatures/")]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@contextmanager
def serving(server: http.server.HTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def office(study: Study, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    with serving(Server(opened(study.office), 0, lambda: datetime.now(UTC), seconds=1.0)) as address:
        yield address


def test_over_http_every_closing_is_cosigned(
    study: Study, office: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nothing on this machine is asked through a proxy
    sizes = []
    for _ in range(3):
        sizes.append(study.grow())
        (vouched,) = ask_all(study.store, ORIGIN, [(study.vkey, office)], base=study.trail, memory=study.memory)
        assert vouched.said == f"ethics-office cosigned {sizes[-1]} entries."
    assert study.cosigned() == [f"cosignatures/{size:012d}.ethics-office" for size in sizes]
    said = [line.partition(" ")[2] for line in capsys.readouterr().out.splitlines()]
    assert said == [f"200 {ORIGIN}: size {size} cosigned" for size in sizes]
    assert opened(study.office).seen(ORIGIN).size == sizes[-1]


def test_the_server_and_the_sealer_agree_after_either_forgot(study: Study, office: str) -> None:
    transport = OverHttp(office)
    for _ in range(2):
        study.grow()
        assert ask_countersigner(study.store, ORIGIN, study.vkey, transport).cosigned
    for key in study.cosigned():
        (study.trail / key).unlink()
    study.grow()
    assert ask_countersigner(study.store, ORIGIN, study.vkey, transport).cosigned


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: 3\r\n\r\nold", 400),
        (b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: 65537\r\n\r\n", 413),
        (b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: -1\r\n\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.0\r\n\r\n", 411),
        (b"POST /elsewhere HTTP/1.0\r\nContent-Length: 0\r\n\r\n", 404),
        (b"GET /add-checkpoint HTTP/1.0\r\n\r\n", 405),
        (b"DELETE / HTTP/1.0\r\n\r\n", 501),
        (b"rubbish\r\n\r\n", 400),
    ],
)
def test_what_the_server_refuses_is_one_line(
    office: str, capsys: pytest.CaptureFixture[str], sent: bytes, status: int
) -> None:
    answer = exchanged(office, sent)
    assert f" {status} ".encode() in answer.split(b"\r\n")[0] or status == 400
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1
    assert said[0].split()[1] == str(status)
    assert "Traceback" not in said[0]


@pytest.mark.slow
def test_a_slow_client_is_sent_away_and_others_are_served(study: Study, office: str) -> None:
    slow = socket.create_connection(("127.0.0.1", int(office.rpartition(":")[2])))
    slow.sendall(b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: 500\r\n\r\nold 0")
    began = time.monotonic()
    study.grow()
    assert ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(office)).cosigned
    slow.settimeout(5)
    while slow.recv(1000):
        pass
    assert time.monotonic() - began < 4
    slow.close()


def test_a_damaged_countersigner_says_so_and_answers_500(
    study: Study, office: str, capsys: pytest.CaptureFixture[str]
) -> None:
    study.grow()
    ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(office))
    next(path for path in (study.office / "seen").rglob("*") if path.is_file()).write_bytes(b"")
    study.grow()
    vouched = ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(office))
    assert (vouched.cosigned, vouched.alarm) == (False, False)
    assert "asked again by the next closing (it answers 500)" in vouched.said
    assert "500 " in capsys.readouterr().out


@pytest.mark.slow
def test_one_that_does_not_answer_is_said(study: Study) -> None:
    study.grow()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        vouched = ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(address))
    assert "did not answer and is asked again by the next closing" in vouched.said
    assert (vouched.cosigned, vouched.alarm) == (False, False)
    silent = socket.create_server(("127.0.0.1", 0))
    began = time.monotonic()
    transport = OverHttp(f"http://127.0.0.1:{silent.getsockname()[1]}", patience=0.3)
    assert "did not answer" in ask_countersigner(study.store, ORIGIN, study.vkey, transport).said
    assert time.monotonic() - began < 2
    silent.close()


@pytest.mark.slow
def test_a_dribbling_or_redirecting_server_is_not_followed(study: Study) -> None:
    class Odd(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path.startswith("/slow"):
                for _ in range(20):
                    self.wfile.write(b"H")
                    time.sleep(0.1)
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    study.grow()
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)) as address:
        began = time.monotonic()
        slow = ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(f"{address}/slow", patience=0.4))
        assert time.monotonic() - began < 1.5
        assert "no answer within 0.4 seconds" in slow.said
        moved = ask_countersigner(study.store, ORIGIN, study.vkey, OverHttp(address))
    assert "refused 2 entries (302: )" in moved.said


@pytest.mark.slow
def test_through_a_folder_answers_are_taken_when_they_lie_there(study: Study) -> None:
    countersigners = [(study.vkey, "drop")]

    def ask() -> str:
        (vouched,) = ask_all(study.store, ORIGIN, countersigners, base=study.trail.parent, memory=study.memory)
        return vouched.said

    first = study.grow()
    assert ask() == "ethics-office is asked, no answer yet."
    second = study.grow()
    ask()
    # only the newest request lies there
    assert os.listdir(study.drop) == [f"fieldtrail-fsp-0a1b2c3d.{0:012d}.{second:012d}.request"]
    assert countersign(study.office, inbox=study.drop) == 0
    third = study.grow()
    ask()
    assert study.cosigned() == [f"cosignatures/{second:012d}.ethics-office"]
    assert os.listdir(study.drop) == [f"fieldtrail-fsp-0a1b2c3d.{second:012d}.{third:012d}.request"]
    assert countersign(study.office, inbox=study.drop) == 0
    assert ask() == f"ethics-office cosigned {third} entries."
    assert os.listdir(study.drop) == []
    assert first < second < third
    assert verify(study.trail, VKEY).faults == ()


def test_a_folder_that_was_emptied_or_holds_noise(study: Study) -> None:
    transport = ThroughFolder(LocalStore(study.drop))
    size = study.grow()
    ask_countersigner(study.store, ORIGIN, study.vkey, transport)
    (name,) = os.listdir(study.drop)
    (study.drop / f"{name}.reply").write_bytes(b"200\n\xe2\x80\x94 ethics")  # still being copied
    (study.drop / "README.txt").write_text("hello")
    assert ask_countersigner(study.store, ORIGIN, study.vkey, transport).said.endswith("no answer yet.")
    (study.drop / f"{name}.reply").write_text("hello\nworld\n")
    vouched = ask_countersigner(study.store, ORIGIN, study.vkey, transport)
    assert not vouched.alarm
    assert f"refused {size} entries (0: world)" in vouched.said
    assert sorted(os.listdir(study.drop)) == ["README.txt", name]  # asked again, the noise gone
    assert countersign(study.office, inbox=study.drop) == 0
    assert ask_countersigner(study.store, ORIGIN, study.vkey, transport).cosigned


def test_a_folder_that_cannot_be_reached_is_said(study: Study) -> None:
    study.grow()
    study.drop.write_text("a file where the folder should be")
    vouched = ask_countersigner(study.store, ORIGIN, study.vkey, ThroughFolder(LocalStore(study.drop)))
    assert (vouched.cosigned, vouched.alarm) == (False, False)
    assert "did not answer and is asked again by the next closing" in vouched.said


def test_where_a_countersigner_may_be(study: Study) -> None:
    assert isinstance(transport_of("https://ethics.example", study.trail), OverHttp)
    assert isinstance(transport_of("../drop", study.trail), ThroughFolder)
    with pytest.raises(StudyError, match="cannot be reached at ftp://"):
        transport_of("ftp://ethics.example", study.trail)
    with pytest.raises(Unreachable):
        OverHttp("http://127.0.0.1:1", patience=2).ask(Question(ORIGIN, 0, 1, b""))


def exchanged(address: str, sent: bytes) -> bytes:
    """What a server answers to these bytes."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(sent)
        answer = b""
        while more := connection.recv(4096):
            answer += more
    return answer
