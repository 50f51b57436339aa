"""Measure surveys: `python -m benchmarks.surveys` (about 30 minutes; `--small` for a quick look).

Every comparison is made in one run, in alternating order, each contender in a fresh process; figures are medians with,
in brackets, the smallest and largest of the rounds. Time is processor time of all threads. Every answer is made up.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import surveys_measured, surveys_reading, surveys_starting
from benchmarks.surveys_contenders import CONTENDERS
from benchmarks.surveys_made import made_survey
from benchmarks.surveys_measured import Figure
from benchmarks.surveys_reading import READERS, ReadingFigure
from benchmarks.trail import Row, machine, spread, table

PARTS = ("checks", "reading", "starting")
BASE = "plain Great Expectations"
F = TypeVar("F")


def checks(options: argparse.Namespace) -> list[Row]:
    """Thirty checks by every contender, which must all find what was planted; the ratios to plain GX."""
    rows: list[Row] = []
    for size in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            frame = Path(folder) / "frame.pickle"
            frame.write_bytes(pickle.dumps(made_survey(size, errors=1 if options.small else 5), protocol=5))
            run = partial(surveys_measured.in_a_process_of_its_own, frame=frame)
            taken = _in_turns(CONTENDERS, options.rounds, run)
        rows += _compared(size, taken)
    return rows


def _compared(size: int, taken: Mapping[str, Sequence[Figure]]) -> list[Row]:
    rows = []
    for name, rounds in taken.items():
        made = "" if name.startswith("one hash") else f", {rounds[0].checks} checks"
        figure = f"{spread((r.cpu_s for r in rounds), '{:.2f}')} CPU-s, {spread(r.peak_mib for r in rounds)} MiB"
        if name != BASE:
            figure += f"; {_ratio(rounds, taken[BASE])} of plain GX's time"
        rows.append(Row(f"{size:,} × 60", f"{name}{made}", figure))
    return rows


def _ratio(ours: Sequence[Figure | ReadingFigure], theirs: Sequence[Figure | ReadingFigure]) -> str:
    return spread((a.cpu_s / b.cpu_s for a, b in zip(ours, theirs, strict=True)), "{:.2f}")


def reading(options: argparse.Namespace) -> list[Row]:
    """A .sav of 200 variables, whole and ten of its columns."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        surveys_reading.write_sav(path.with_name("small.sav"), 50, 20)
        surveys_reading.write_sav(path, options.reading_rows, options.reading_columns)
        for columns in (0, 10):
            run = partial(surveys_reading.in_a_process_of_its_own, path=path, columns=columns)
            taken = _in_turns(READERS, options.rounds, run)
            what = f"{options.reading_rows:,} × {options.reading_columns} .sav"
            for name, rounds in taken.items():
                part = "whole" if not columns else f"{columns} columns"
                cpu = spread((r.cpu_s for r in rounds), "{:.2f}")
                figure = f"{cpu} CPU-s, {spread(r.peak_mib for r in rounds)} MiB at most in a process"
                if name != "pandas.read_spss":
                    figure += f"; {_ratio(rounds, taken['pandas.read_spss'])} of pandas.read_spss's time"
                rows.append(Row(what, f"{name}, {part}", figure))
    return rows


def starting(options: argparse.Namespace) -> list[Row]:
    """The help page, and a night of small files in one run and one by one."""
    pages = [surveys_starting.help_page() for _ in range(max(3, options.rounds))]
    shown = spread((page.wall_s for page in pages), "{:.2f}"), spread((page.cpu_s for page in pages), "{:.2f}")
    names = [f"small{n:02d}" for n in range(options.files)]
    alone = names[: options.separate]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        surveys_starting.make_study(whole, names)
        together = surveys_starting.nightly(whole)
        again = surveys_starting.nightly(whole)
        each = []
        for name in alone:
            surveys_starting.make_study(Path(folder) / name, [name])
            each.append(surveys_starting.nightly(Path(folder) / name))
    one, cpu = (median(r.wall_s for r in each), median(r.cpu_s for r in each))
    said = f"{len(names)} files of 200 × 20"
    return [
        Row("start-up", "fieldtrail --help", f"{shown[0]} s, {shown[1]} CPU-s"),
        Row("nightly", f"{said}, one run", f"{together.wall_s:.0f} s, {together.cpu_s:.0f} CPU-s"),
        Row("nightly", f"{said}, the same again, nothing new", f"{again.wall_s:.0f} s, {again.cpu_s:.0f} CPU-s"),
        Row("nightly", f"one file, a run of its own (of {len(alone)} runs)", f"{one:.0f} s, {cpu:.0f} CPU-s"),
        Row(
            "nightly",
            f"one run to {len(names)} of their own",
            f"{together.wall_s / (one * len(names)):.2f} of the time, {together.cpu_s / (cpu * len(names)):.2f} of "
            "the processor time",
        ),
    ]


def _in_turns(names: Mapping[str, object], rounds: int, run: Callable[[str], F]) -> dict[str, list[F]]:
    """Every contender once a round, the order turned round each time."""
    taken: dict[str, list[F]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in list(names)[:: -1 if turn % 2 else 1]:
            taken[name].append(run(name))
    return taken


MEASURES: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "checks": checks,
    "reading": reading,
    "starting": starting,
}


def measure(options: argparse.Namespace) -> list[Row]:
    rows = [Row("machine", "at the start", machine())]
    for part in PARTS:
        if options.only in (None, part):
            rows += MEASURES[part](options)
    return [*rows, Row("machine", "at the end", machine())]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.surveys", description=(__doc__ or "").partition("\n")[0]
    )
    option = parser.add_argument
    option("--only", choices=PARTS, help="one part of it")
    option("--small", action="store_true", help="so little of everything that it takes seconds and shows nothing")
    option("--rows", type=int, nargs="+", default=[100_000, 1_000_000], help="rows of the survey that is checked")
    option("--reading-rows", type=int, default=100_000, help="rows of the .sav that is read")
    option("--reading-columns", type=int, default=200)
    option("--files", type=int, default=50, help="small files of a night")
    option("--separate", type=int, default=5, help="of these, those checked in a run of their own")
    option("--rounds", type=int, default=3)
    option("--markdown", action="store_true")
    options = parser.parse_args(arguments)
    if options.small:
        little = {"rows": [1_000], "reading_rows": 100, "reading_columns": 20, "files": 2, "separate": 1, "rounds": 1}
        vars(options).update(little)
    print(table(measure(options), markdown=options.markdown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
