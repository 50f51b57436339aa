"""Prefect's server of a one-off command: there as long as the command is, however the command ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

COMMAND = """
import os, time
from cli.embedded import await_server, use_embedded_prefect
use_embedded_prefect()
await_server()
print(os.environ["PREFECT_API_URL"], flush=True)
time.sleep(300)
"""


@pytest.mark.real
def test_a_killed_command_leaves_no_server_behind() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = subprocess.Popen([sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, text=True, env=environment)
    assert command.stdout is not None
    address = command.stdout.readline().strip()
    assert answers(address)
    command.send_signal(signal.SIGKILL)
    command.wait()
    command.stdout.close()
    deadline = time.monotonic() + 30
    while answers(address):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health") as answer:
            return bool(answer.read() == b"true")
    except OSError:
        return False
