"""`fieldtrail up`: Prefect's server with every deployment, its schedules running, a flow started as a form starts it.

This is also the proof of the pins (docs/adr/0005-pins.md): with a newer SQLAlchemy the scheduler stops silently.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli.embedded import running_server
from cli.up import deployments
from study import Fact, Subject, load_protocol
from tasks.request import StudyRequest
from tasks.workspace import opened

ROOT = Path(__file__).parent.parent.parent
PREFECT = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text())


@pytest.mark.slow
def test_with_several_studies_each_has_its_own_deployments_in_its_own_time_zone(example: Callable[..., Path]) -> None:
    studies = [(s, load_protocol(s)) for s in (example("fsp", clean=True), example("cps", clean=True))]
    made = deployments(studies, PREFECT)["deployments"]
    names = [d["name"] for d in made]
    assert len(set(names)) == len(names) == 2 * len(PREFECT["deployments"])
    triggers = {d["name"]: d["triggers"] for d in made if "triggers" in d}
    assert {t["match"]["prefect.resource.id"] for t in triggers["track-consent-cps"]} == {"fieldtrail.study.cps"}
    assert {t["match"]["prefect.resource.id"] for t in triggers["track-consent-fsp"]} == {"fieldtrail.study.fsp"}
    seal = next(d for d in made if d["name"] == "seal-trail-cps")
    assert seal["parameters"] == {"request": {"study": str(studies[1][0])}}
    assert seal["schedules"][0]["timezone"] == studies[1][1].time_zone
    assert "timezone" not in next(d for d in PREFECT["deployments"] if d["name"] == "seal-trail")["schedules"][0]


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def ask(address: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/api{path}", data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def wait_for(what: Callable[[], Any], seconds: int = 150) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := what():
                return found
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(1)
    pytest.fail(f"waited {seconds} s in vain")


@pytest.fixture
def up(example: Callable[..., Path], tmp_path: Path) -> Iterator[tuple[str, Path, subprocess.Popen[str]]]:
    study, port = example("peer-support", clean=True), free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment["PREFECT_HOME"] = str(tmp_path / "prefect")
    command = [sys.executable, "-m", "cli.main", "up", str(study), "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    yield f"http://127.0.0.1:{port}", study, process
    process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    finally:
        process.kill()


@pytest.mark.real
@pytest.mark.timeout(600)
def test_up_deploys_schedules_runs_what_a_coordinator_starts_and_what_a_withdrawal_triggers(
    up: tuple[str, Path, subprocess.Popen[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, study, process = up
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    said = next(line for line in lines if "flows are ready at" in line or "Traceback" in line)
    assert address in said

    found = {d["name"]: d for d in ask(address, "/deployments/filter", {})}
    assert set(found) == {d["name"] for d in PREFECT["deployments"]}
    assert all(d["path"] is None and not d["pull_steps"] for d in found.values()), "a deployment holds no machine path"

    form = found["open-study"]["parameter_openapi_schema"]
    assert form["properties"]["request"]
    started = ask(address, f"/deployments/{found['open-study']['id']}/create_flow_run", {})
    state = wait_for(lambda: _final(ask(address, f"/flow_runs/{started['id']}")))
    assert state == "COMPLETED"
    assert (study / "trail.vkey").exists()
    first, *_ = (study / "trail/lanes").rglob("*.jsonl")
    assert '"deployment":"open-study"' in first.read_text(), "the trail says which deployment a run was started by"

    scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED"]}}}}
    seal = found["seal-trail"]["id"]
    wait_for(lambda: [r for r in ask(address, "/flow_runs/filter", scheduled) if r["deployment_id"] == seal])

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    assert running_server() == f"{address}/api"
    monkeypatch.setenv("FIELDTRAIL_SERVER", f"{address}/api")
    withdrawn = record_a_withdrawal(study)
    affected = {d["name"] for d in PREFECT["deployments"] if "triggers" in d}
    names = {d["id"]: name for name, d in found.items()}
    wait_for(lambda: {names[r["deployment_id"]] for r in triggered(address)} == affected)
    told = {"filter": {"event": {"name": ["fieldtrail.withdrawal.recorded"]}}}
    (event,) = ask(address, "/events/filter", told)["events"]
    assert event["resource"] == {"prefect.resource.id": "fieldtrail.study.peer-support"}
    assert event["payload"] == {"event_ids": [withdrawn]}

    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert running_server() is None
    wait_for(lambda: _refused(address), 30)


def record_a_withdrawal(study: Path) -> str:
    """A withdrawal recorded outside of the server, as a command does; the id of its event."""
    with opened(StudyRequest(study=str(study)), "track-consent") as place:
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": (), "disposition": "keep"}
        person = (Subject("participant", place.trail_code("P001")),)
        (event,) = place.trail.append([Fact("consent.withdrawn", "2013-11-01", person, data=data)])
        return event.id


def triggered(address: str) -> list[dict[str, Any]]:
    """The flow runs that an automation started."""
    runs = ask(address, "/flow_runs/filter", {"limit": 100})
    return [run for run in runs if (run.get("created_by") or {}).get("type") == "AUTOMATION"]


def _final(run: dict[str, Any]) -> str | None:
    return run["state_type"] if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED") else None


def _refused(address: str) -> bool:
    try:
        ask(address, "/health")
    except (urllib.error.URLError, OSError):
        return True
    return False
