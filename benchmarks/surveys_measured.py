"""One contender in a process of its own: its processor time, and what it takes of memory beyond the frame it is given.

`python -m benchmarks.surveys_measured CONTENDER FRAME` prints one line of JSON. The frame is a pickled
`surveys_made.Made`. Imports and a first run on a thousand rows come before the measurement; what is found must be
exactly what was planted.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from benchmarks.surveys_contenders import CONTENDERS
from benchmarks.surveys_made import Made, made_survey

WARM = 1_000
NOTHING_FOUND = frozenset({"one hash of the checked columns"})


class Figure(NamedTuple):
    """Processor seconds of all threads, seconds by the clock, MiB at most beyond those taken before, checks made."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    checks: int


def in_a_process_of_its_own(contender: str, frame: Path) -> Figure:
    """What one contender takes; RuntimeError where it found other rows than were planted."""
    command = [sys.executable, "-m", "benchmarks.surveys_measured", contender, str(frame)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if ran.returncode:
        raise RuntimeError(f"{contender}: {(ran.stderr.strip() or 'it died').splitlines()[-1]}")
    return Figure(*json.loads(ran.stdout.splitlines()[-1]))


def taken_by(work: Callable[[], Any]) -> tuple[Any, float, float, float]:
    """What `work()` gives; its processor seconds, seconds by the clock, and MiB at most beyond those before it."""
    before = resident(reset=True)
    began, clock = time.process_time(), time.perf_counter()
    given = work()
    return given, time.process_time() - began, time.perf_counter() - clock, max(0.0, resident() - before)


def measured(contender: str, made: Made) -> Figure:
    """One contender in this process; SystemExit names the first check whose rows are not those planted."""
    run = CONTENDERS[contender]
    frame, small = _given(contender, made.frame), made_survey(WARM, errors=1)
    run(_given(contender, small.frame))
    found, cpu_s, wall_s, peak = taken_by(lambda: run(frame))
    if contender not in NOTHING_FOUND:
        wrong = [name for name, rows in made.planted.items() if found.get(name) != rows]
        if wrong:
            raise SystemExit(f"it did not find the rows planted for {wrong[0]} and {len(wrong) - 1} checks more")
    return Figure(cpu_s, wall_s, peak, len(found.get("all", made.planted)))


def _given(contender: str, frame: pd.DataFrame) -> Any:
    if not contender.endswith("polars"):
        return frame
    import polars as pl

    return pl.from_pandas(frame)


def resident(*, reset: bool = False) -> float:
    """MiB resident at most since the last reset; with `reset` the ones resident now, from which to count."""
    if reset:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    name = "VmRSS:" if reset else "VmHWM:"
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    contender, path = sys.argv[1:]
    print(json.dumps(measured(contender, pd.read_pickle(path))))
