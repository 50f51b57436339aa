"""Start the standalone verifier in a process of its own: the same file an auditor runs, sharing nothing with us."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from study.errors import StudyError
from study.event import instant

VERIFIER = Path(__file__).with_name("verify_trail.py")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found: `ok` when everything held, faults and notes a line each, size and root to pin."""

    ok: bool
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    size: int
    root: str
    seals: int
    events: int
    output: str


def verify(
    directory: Path | str,
    key: Path | str,
    *,
    pin: tuple[int, str] | str | None = None,
    now: datetime | str | None = None,
    closed: bool = False,
) -> Verdict:
    """Verify the trail in a directory with a public key (a file or its text).

    `pin` is a size and root (hex) noted earlier; `now` judges whether the trail is up to date; with `closed`
    study.closed must be the last act. StudyError for arguments the verifier does not understand.
    """
    options = _options(pin, now, closed)
    done = subprocess.run(
        [*_command(directory, key), *options, "--json"], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode not in (0, 1) or not done.stdout:
        raise StudyError(_last_line(done.stderr), where=str(directory), remedy="See `fieldtrail trail verify --help`.")
    report = json.loads(done.stdout)
    return Verdict(
        ok=done.returncode == 0,
        faults=tuple(report["faults"]),
        notes=tuple(report["notes"]),
        size=report["size"],
        root=report["root"],
        seals=report["seals"],
        events=report["events"],
        output="\n".join(report["lines"]),
    )


def run_verifier(
    directory: Path | str,
    key: Path | str,
    *,
    pin: str | None = None,
    now: str | None = None,
    closed: bool = False,
    as_json: bool = False,
) -> int:
    """Run the verifier with this process's own output; its exit code: 0 held, 1 a fault, 2 wrong arguments."""
    options = [*_options(pin, now, closed), *(["--json"] if as_json else [])]
    return subprocess.run([*_command(directory, key), *options], check=False).returncode


def _command(directory: Path | str, key: Path | str) -> list[str]:
    return [sys.executable, "-I", str(VERIFIER), str(directory), "--key", str(key)]


def _options(pin: tuple[int, str] | str | None, now: datetime | str | None, closed: bool) -> list[str]:
    options = ["--closed"] if closed else []
    if pin is not None:
        options += ["--pin", pin if isinstance(pin, str) else f"{pin[0]}:{pin[1]}"]
    if now is not None:
        options += ["--now", now if isinstance(now, str) else instant(now)]
    return options


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].partition("error: ")[2] or lines[-1] if lines else "the verifier said nothing"
