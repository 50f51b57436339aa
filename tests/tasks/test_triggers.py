"""What a server is told of a run: ids only, once; and nothing fails, or costs anything, where there is none."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from study import Fact, StudyError, Subject
from tasks.triggers import LAPSE, WITHDRAWAL, server_address
from tests.tasks.member_check_study import at, write_study

ROW = {"ordinal": 1, "version": 1, "row": "0" * 64}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("FIELDTRAIL_SERVER", raising=False)
    return write_study(tmp_path / "tiny")


@pytest.fixture
def told(study: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict]]]:
    """What a server on this machine was told: path and event."""
    heard: list[tuple[str, dict]] = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.extend((self.path, event) for event in json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("FIELDTRAIL_SERVER", f"http://127.0.0.1:{server.server_port}/api")
    yield heard
    server.shutdown()


def withdraw(study: Path, fails: bool = False) -> list[str]:
    with at(study) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        ending = {**ROW, "scopes": (), "disposition": "keep"}
        facts = [
            Fact("consent.withdrawn", "2016-06-01", person, data=ending),
            Fact("recruitment.withdrawn", "2016-06-01", person, data=ROW),
            Fact("recruitment.enrolled", "2016-01-01", person, data=ROW),
        ]
        events = place.trail.append(facts)
        if fails:
            raise StudyError("something else went wrong")
        return [e.id for e in events[:2]]


def test_a_withdrawal_is_told_once_by_ids_and_names_nobody(study, told):
    ids = withdraw(study)
    withdraw(study)
    ((path, event),) = told
    assert (path, event["event"]) == ("/api/events", WITHDRAWAL)
    assert event["resource"] == {"prefect.resource.id": "fieldtrail.study.tiny"}
    assert sorted(event["payload"]["event_ids"]) == sorted(ids)
    with at(study) as place:
        code = place.known_trail_codes()["P001"]
    assert "P001" not in json.dumps(event)
    assert code not in json.dumps(event)


def test_it_is_told_although_the_run_failed_afterwards(study, told):
    with pytest.raises(StudyError):
        withdraw(study, fails=True)
    assert [event["event"] for _, event in told] == [WITHDRAWAL]


def test_a_lapse_is_told_when_its_query_opens_and_other_queries_are_not(study, told):
    with at(study) as place:
        data = {"fingerprint": "a" * 64, "occurrence": 1, "check": "CN033", "severity": "review"}
        other = {**data, "fingerprint": "b" * 64, "check": "CN005"}
        lapse, _ = place.trail.append([Fact("query.opened", place.instant, data=d) for d in (data, other)])
    assert [(e["event"], e["payload"]["event_ids"]) for _, e in told] == [(LAPSE, [lapse.id])]


def test_a_command_with_a_server_of_its_own_tells_that_of_the_machine_or_none(monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.delenv("FIELDTRAIL_SERVER", raising=False)
    assert server_address() == "http://127.0.0.1:1/api"
    monkeypatch.setenv("FIELDTRAIL_SERVER", "http://127.0.0.1:4200/api")
    assert server_address() == "http://127.0.0.1:4200/api"
    monkeypatch.setenv("FIELDTRAIL_SERVER", "")
    assert server_address() is None


def test_without_a_server_nothing_is_looked_for_and_a_silent_one_fails_nothing(study, monkeypatch):
    from tasks.workspace import Workspace

    withdraw(study)
    reads = []
    monkeypatch.setattr(Workspace, "events", lambda self, kinds=None: reads.append(kinds) or [])
    with at(study):
        reads.clear()
    assert reads == []
    monkeypatch.undo()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FIELDTRAIL_SERVER", f"http://127.0.0.1:{closed.getsockname()[1]}/api")
        with at(study) as place:
            person = (Subject("participant", place.trail_code("P002")),)
            place.trail.append([Fact("recruitment.withdrawn", "2016-06-01", person, data=ROW)])
    with at(study) as place:
        assert len(place.events(["recruitment.withdrawn"])) == 2
