"""Start the standalone verifier in a process of its own: the same file an auditor runs, sharing nothing with us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from study.errors import StudyError
from study.event import instant

VERIFIER = Path(__file__).with_name("verify_trail.py")

Given = Path | str | None


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
    place: Path | str,
    key: Path | str,
    *,
    pin: tuple[int, str] | str | None = None,
    now: datetime | str | None = None,
    closed: bool = False,
    versions: Given = None,
    cosigners: Iterable[Path | str] = (),
    persons: Iterable[Path | str] = (),
    artefacts: Given = None,
    keys: Given = None,
    part: bool = False,
) -> Verdict:
    """Verify the trail in a directory, or the proof in a file, with the trail's public key (a file or its text).

    `pin` is a size and root (hex) noted earlier; `now` judges whether the trail is up to date; with `closed`
    study.closed must be the last act. `versions` is the store's list of object versions; `cosigners` and `persons`
    are public keys; `artefacts` and `keys` are the study folder and its restricted folder, given together; with
    `part` they hold some of the study only, and what is not there is noted instead of missed.
    StudyError for arguments the verifier does not understand.
    """
    options = [
        *_options(pin=pin, now=now, versions=versions, artefacts=artefacts, keys=keys),
        *_repeated(cosigners, persons),
        *(["--closed"] if closed else []),
        *(["--part"] if part else []),
    ]
    done = subprocess.run(
        [*_command(place, key), *options, "--json"], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode not in (0, 1) or not done.stdout:
        raise StudyError(_last_line(done.stderr), where=str(place), remedy="See `fieldtrail trail verify --help`.")
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
    place: Path | str,
    key: Path | str,
    *,
    pin: str | None = None,
    now: str | None = None,
    closed: bool = False,
    versions: Given = None,
    cosigners: Iterable[Path | str] = (),
    persons: Iterable[Path | str] = (),
    artefacts: Given = None,
    keys: Given = None,
    part: bool = False,
    as_json: bool = False,
    progress: bool = False,
) -> int:
    """Run the verifier with this process's own output; its exit code: 0 held, 1 a fault, 2 wrong arguments.

    With `progress` it says on standard error how far it is.
    """
    flags = {"--closed": closed, "--part": part, "--json": as_json, "--progress": progress}
    options = [
        *_options(pin=pin, now=now, versions=versions, artefacts=artefacts, keys=keys),
        *_repeated(cosigners, persons),
        *(flag for flag, wanted in flags.items() if wanted),
    ]
    return subprocess.run([*_command(place, key), *options], check=False).returncode


def _command(place: Path | str, key: Path | str) -> list[str]:
    return [sys.executable, "-I", str(VERIFIER), str(place), "--key", str(key)]


def _options(**given: tuple[int, str] | datetime | Path | str | None) -> list[str]:
    """Each option that is given, as the command line spells it."""
    return [part for name, value in given.items() if value is not None for part in (f"--{name}", _spelled(value))]


def _spelled(value: tuple[int, str] | datetime | Path | str) -> str:
    if isinstance(value, tuple):
        return f"{value[0]}:{value[1]}"
    return instant(value) if isinstance(value, datetime) else str(value)


def _repeated(cosigners: Iterable[Path | str], persons: Iterable[Path | str]) -> list[str]:
    pairs = (("--cosigner", cosigners), ("--person", persons))
    return [part for name, keys in pairs for key in keys for part in (name, str(key))]


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].partition("error: ")[2] or lines[-1] if lines else "the verifier said nothing"
