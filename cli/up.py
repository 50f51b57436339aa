"""`fieldtrail up`: Prefect's server, a worker and the deployments of some studies, on this machine."""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from ruamel.yaml import YAML

from cli.embedded import QUIET, left_word, server_home
from cli.exits import Exit
from study import Protocol, StudyError, load_protocol

HOST = "127.0.0.1"
POOL = "fieldtrail"
STARTUP_S = 120
PREFECT_FILE = Path(__file__).parent.parent / "prefect.yaml"


def bring_up(studies: list[str], port: int) -> int:
    """Start everything, print the address, and stop everything on Ctrl-C."""
    from tasks.workspace import study_root

    opened = [(root := study_root(study), load_protocol(root)) for study in studies]
    address = f"http://{HOST}:{port}"
    if _answers(address):
        raise StudyError("something answers here already", where=address, remedy="Stop it, or choose another --port.")
    environment = {
        **os.environ,
        **QUIET,
        "PREFECT_HOME": str(server_home()),
        "PREFECT_API_URL": f"{address}/api",
        "FIELDTRAIL_SERVER": f"{address}/api",
        "PREFECT_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "fieldtrail",
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.DONE))
    typer.echo("Starting Prefect's server …")
    with _running(["server", "start", "--host", HOST, "--port", str(port)], environment) as server:
        _wait_for(server, address)
        _prefect(["work-pool", "create", "--type", "process", "--overwrite", POOL], environment)
        deployed = _deploy(opened, environment)
        with (
            _running(["worker", "start", "--pool", POOL, "--type", "process"], environment) as worker,
            left_word(environment["PREFECT_API_URL"]),
        ):
            typer.echo(f"{deployed} flows are ready at {address} — press Ctrl-C to stop.")
            return _until_stopped(server, worker)


def deployments(studies: list[tuple[Path, Protocol]], document: dict[str, Any]) -> dict[str, Any]:
    """prefect.yaml for these studies: each deployment once a study, its study filled in, its schedules in local time,
    its triggers only for what happens in that study.

    With one study a deployment keeps its name; with several the study's id follows it.
    """
    made = []
    for root, protocol in studies:
        for template in document["deployments"]:
            deployment = copy.deepcopy(template)
            deployment["name"] += f"-{protocol.id}" if len(studies) > 1 else ""
            deployment["tags"] = [*deployment["tags"], protocol.id]
            deployment["parameters"] = {"request": {"study": str(root)}}
            for schedule in deployment.get("schedules", []):
                schedule["timezone"] = protocol.time_zone
            for trigger in deployment.get("triggers", []):
                trigger["match"] = {"prefect.resource.id": f"fieldtrail.study.{protocol.id}"}
            made.append(deployment)
    return {"name": document["name"], "prefect-version": document["prefect-version"], "pull": [], "deployments": made}


def _deploy(studies: list[tuple[Path, Protocol]], environment: dict[str, str]) -> int:
    yaml = YAML(typ="safe")
    document = deployments(studies, yaml.load(PREFECT_FILE.read_text()))
    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder) / "prefect.yaml", "w") as file:
            yaml.dump(document, file)
        _prefect(["deploy", "--all"], environment, folder=folder)
    return len(document["deployments"])


def _prefect(arguments: list[str], environment: dict[str, str], *, folder: str | None = None) -> None:
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise StudyError(f"`prefect {arguments[0]}` failed: {last[0]}", remedy="Run it again; if it stays, report it.")


@contextmanager
def _running(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect process that ends with the block, as does everything it started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for sent, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
            try:
                os.killpg(process.pid, sent)
                process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
            break


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + STARTUP_S
    while not _answers(address):
        if server.poll() is not None or time.monotonic() > deadline:
            raise StudyError("Prefect's server did not start", where=address, remedy="Choose another --port.")
        time.sleep(0.5)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/health", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _until_stopped(*processes: subprocess.Popen[bytes]) -> int:
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
        return Exit.DONE
    raise StudyError("Prefect's server or worker stopped by itself", remedy="Start `fieldtrail up` again.")
