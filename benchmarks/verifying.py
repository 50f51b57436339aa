"""CPU time and memory of verification in a process of its own: ours, and that of CloudTrail-style digests."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.digest_files import make_digest_files
from benchmarks.made_trail import BATCH, Made, make_trail, noon
from benchmarks.material import VKEY
from trail.verify import VERIFIER

ROOT = Path(__file__).parents[1]
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss
# A process's peak counts what it shared with its parent when it was started: this small one starts the command.
_STARTER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
raise SystemExit(code)
"""


@dataclass(frozen=True, slots=True)
class Verified:
    """One verification: CPU and wall seconds, peak resident bytes."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Folders:
    """The same number of records, as our trail and as log files with digests."""

    trail: Made
    digests: Path
    made_in_s: float


def make_folders(directory: Path, events: int, per_seal: int) -> Folders:
    """Make both; a digest covers as many records as a seal does."""
    began = time.perf_counter()
    made = make_trail(directory / "trail", events, per_seal=per_seal, until=noon())
    taken = time.perf_counter() - began
    make_digest_files(directory / "digests", events, per_file=BATCH, files_per_digest=max(1, per_seal // BATCH))
    return Folders(made, directory / "digests", taken)


def verify_ours(folders: Folders) -> Verified:
    command = [sys.executable, "-I", str(VERIFIER), str(folders.trail.directory), "--key", VKEY]
    return _measured(command, f"PASS: size {folders.trail.events + folders.trail.seals},")


def verify_digests(folders: Folders) -> Verified:
    command = [sys.executable, "-m", "benchmarks.digest_files", str(folders.digests)]
    return _measured(command, f"{folders.trail.objects} log files valid")


def read_only(folders: Folders) -> Verified:
    """The same lines read as JSON and nothing checked: what this machine's Python can do at best."""
    command = [sys.executable, "-m", "benchmarks.reading_only", str(folders.trail.directory)]
    return _measured(command, f"{folders.trail.events + folders.trail.objects} lines read")


def _measured(command: list[str], expected: str) -> Verified:
    """Run a command that must succeed and say what is expected."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _STARTER, *command], capture_output=True, text=True, check=False, cwd=ROOT
    )
    wall = time.perf_counter() - began
    if done.returncode or expected not in done.stdout:
        raise RuntimeError(f"{command[2:4]} did not pass: {done.stdout[-500:]} {done.stderr[-500:]}")
    cpu, peak = done.stderr.splitlines()[-1].split()
    return Verified(float(cpu), wall, int(peak) * _UNIT)
