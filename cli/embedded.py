"""Prefect's settings and server for a one-off command, put in place before Prefect is imported."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_COLORS": "false",
}
EMBEDDED = QUIET | {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
}
"""A one-off command keeps quiet: it says its own sentences, and the trail is the record."""
ADDRESS = "fieldtrail-server"
IN_MEMORY = "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true&check_same_thread=false"
"""Nothing reads Prefect's own record of a one-off command later, and on disk its writes cost seconds a run."""
SERVER = Path(__file__).with_name("embedded_server.py")
STARTUP_S = 120


def use_embedded_prefect() -> None:
    """Let Prefect run inside this process, unless a person has configured a server.

    A server that `fieldtrail up` runs on this machine is still told what its automations wait for.
    """
    if "PREFECT_API_URL" not in os.environ:
        os.environ.setdefault("FIELDTRAIL_SERVER", running_server() or "")
        os.environ.setdefault("PREFECT_HOME", str(prefect_home("embedded")))
        os.environ.setdefault("PREFECT_API_DATABASE_CONNECTION_URL", IN_MEMORY)
    for name, value in EMBEDDED.items():
        os.environ.setdefault(name, value)


def start_server() -> None:
    """Let Prefect's server begin, in a process that ends with this one, unless one is configured.

    Who asks it something at once waits until it answers: its port listens already.
    """
    if "PREFECT_API_URL" in os.environ:
        return
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        server = subprocess.Popen(
            [sys.executable, "-P", str(SERVER), str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
    atexit.register(server.communicate)  # the server ends when its input does


def await_server() -> None:
    """Return when the server answers; StudyError when it does not."""
    from study.errors import StudyError

    start_server()
    address = os.environ["PREFECT_API_URL"]
    try:
        urllib.request.urlopen(f"{address}/health", timeout=STARTUP_S).close()
    except OSError as error:
        raise StudyError(
            f"Prefect's server does not answer ({error})", where=address, remedy="Run it again; if it stays, report it."
        ) from None


@contextmanager
def unwatched() -> Iterator[None]:
    """Run flows without what only somebody who watches them needs, as nobody does with a one-off command.

    Each join of the heartbeat costs a second; events are kept from a server whose record is in memory only.
    """
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    if os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL") == IN_MEMORY:
        EventsWorker.set_client_override(NullEventsClient)
    address = os.environ["PREFECT_API_URL"]
    with temporary_settings(updates={PREFECT_API_URL: address, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def server_home() -> Path:
    """The folder of the server that `fieldtrail up` runs."""
    return Path(os.environ.get("PREFECT_HOME") or prefect_home("server"))


def running_server() -> str | None:
    """The API address of the server that `fieldtrail up` left word of, or None."""
    try:
        return (server_home() / ADDRESS).read_text().strip() or None
    except OSError:
        return None


@contextmanager
def left_word(address: str) -> Iterator[None]:
    """While inside, commands on this machine find the server's API address."""
    word = server_home() / ADDRESS
    word.parent.mkdir(parents=True, exist_ok=True)
    word.write_text(address)
    try:
        yield
    finally:
        word.unlink(missing_ok=True)


def prefect_home(purpose: str) -> Path:
    """A folder for Prefect's own database: under the home folder, or a temporary one where that cannot be written."""
    home = Path.home() / ".fieldtrail" / purpose
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="fieldtrail-"))
    return home
