"""Prefect's settings for this machine, put in place before Prefect is imported or started."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_COLORS": "false",
}
EMBEDDED = QUIET | {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
"""A one-off command keeps quiet: it says its own sentences, and the trail is the record."""
ADDRESS = "fieldtrail-server"
IN_MEMORY = "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true&check_same_thread=false"
"""Nothing reads Prefect's own record of a one-off command later, and on disk its writes cost seconds a run."""


def use_embedded_prefect() -> None:
    """Let Prefect run inside this process, unless a person has configured a server.

    A server that `fieldtrail up` runs on this machine is still told what its automations wait for.
    """
    if "PREFECT_API_URL" not in os.environ:
        if address := running_server():
            os.environ.setdefault("FIELDTRAIL_SERVER", address)
        os.environ.setdefault("PREFECT_HOME", str(prefect_home("embedded")))
        os.environ.setdefault("PREFECT_API_DATABASE_CONNECTION_URL", IN_MEMORY)
    for name, value in EMBEDDED.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_heartbeat() -> Iterator[None]:
    """Run flows without Prefect's heartbeat: nobody watches a one-off command, and each join of it costs a second."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings(updates={PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
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
