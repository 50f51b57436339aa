"""Reading a labelled file whole and by column: ours, in its child process, beside pandas.read_spss and polars_readstat.

`python -m benchmarks.surveys_reading READER COLUMNS PATH` reads so many columns (0 for all) and prints one line of
JSON. Imports and one read of a small file come first: ours in the same process, its child starts anew for each file.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.surveys_measured import resident

WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10


class ReadingFigure(NamedTuple):
    """Processor seconds, its child's included; seconds by the clock; MiB at most, the larger of it and its child."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    rows: int
    columns: int


def write_sav(path: Path, rows: int, columns: int, *, seed: int = 0) -> None:
    """A labelled .sav of answers from 1 to 5, with -9 declared missing and every tenth variable a text."""
    import pyreadstat

    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 6, (rows, columns)).astype(float)
    answers[rng.random((rows, columns)) < 0.02] = -9.0
    frame = pd.DataFrame(answers, columns=[f"v{n:03d}" for n in range(columns)])
    texts = np.array(["in the office", "on the road", "at home"], dtype=object)
    coded = [name for n, name in enumerate(frame) if n % 10]
    written = frame.assign(**{n: texts[rng.integers(0, 3, rows)] for n in frame if n not in coded})
    pyreadstat.write_sav(
        written,
        str(path),
        column_labels={name: f"Question {name}" for name in written},
        variable_value_labels={name: {1.0: "Never", 5.0: "Always", -9.0: "Refused"} for name in coded},
        missing_ranges={name: [-9] for name in coded},
        row_compress=True,
    )


def ours(path: Path, columns: list[str]) -> Any:
    from evidence.survey import read_survey

    return (read_survey(path, columns=columns) if columns else read_survey(path)).frame


def by_pandas(path: Path, columns: list[str]) -> Any:
    return pd.read_spss(path, usecols=columns or None, convert_categoricals=False)


def by_polars(path: Path, columns: list[str]) -> Any:
    from polars_readstat import scan_readstat

    lazy = scan_readstat(str(path), preserve_order=True)
    return (lazy.select(columns) if columns else lazy).collect()


READERS: dict[str, Callable[[Path, list[str]], Any]] = {
    "ours": ours,
    "pandas.read_spss": by_pandas,
    "polars_readstat": by_polars,
}


def in_a_process_of_its_own(reader: str, path: Path, columns: int) -> ReadingFigure:
    command = [sys.executable, "-m", "benchmarks.surveys_reading", reader, str(columns), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if ran.returncode:
        raise RuntimeError(f"{reader}: {(ran.stderr.strip() or 'it died').splitlines()[-1]}")
    return ReadingFigure(*json.loads(ran.stdout.splitlines()[-1]))


def measured(reader: str, path: Path, columns: int) -> ReadingFigure:
    small = path.with_name("small.sav")
    names = [f"v{n:03d}" for n in range(columns)]
    READERS[reader](small, [])
    before, clock = _used(), time.perf_counter()
    frame = READERS[reader](path, names)
    wall = time.perf_counter() - clock
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEBIBYTE
    return ReadingFigure(_used() - before, wall, max(resident(), child), *frame.shape)


def _used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    both = [resource.getrusage(who) for who in WHOSE]
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    reader, columns, path = sys.argv[1:]
    print(json.dumps(measured(reader, Path(path), int(columns))))
