"""What tracking costs: registers read, checked against the trail and folded, in processor seconds on one core.

A study folder is made with registers of each size and their acts in its trail; then both tracking flows' tasks run on
it as Prefect would run them. The first reading, which records everything, is shown too. `unchanged` is what a run costs
when nothing in the registers, the protocol or the trail has changed since the last.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.made_registers import made_registers, sites

SIZES = (2_000, 20_000, 200_000)
PROTOCOL = """
id: bench
title: "Registers of any size (made up)"
synthetic: true
time_zone: America/Los_Angeles
as_of: 2016-12-31
strands: [qualitative]
ethics: {board: "None (made up)", reference: "NONE", approvals: [{from: 2014-01-01}]}
team:
  - {code: RA1, name: "Nobody (made up)", role: coordinator, tasks: [{task: obtain_consent, from: 2014-01-01}]}
participants:
  code_pattern: 'P\\d{5}'
  site_pattern: 'S\\d{3}'
  roles: [{id: peer_provider, label: Peer provider}, {id: program_director, label: Program director}]
sampling:
  frame: sampling/frame.csv
  id_column: site_id
  stages: [{name: sites, of: sites, strategy: criterion, rationale: "None (made up)", size: 1, seed: 1}]
consent_forms:
  - form: FORM
    version: "1"
    file: consent_forms/form.txt
    approved: 2014-01-02
    opens: 2014-01-02
    scopes: [take_part, record, transcribe, quote, recontact]
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of one run, by part."""

    opening: float
    reading: float
    checking: float
    folding: float

    @property
    def total(self) -> float:
        """What the registers cost: everything but the opening of the trail, which every command pays."""
        return self.reading + self.checking + self.folding


def make_study(folder: Path, rows: int) -> None:
    """A study folder with registers of about that many rows, opened."""
    from tasks.opening import opening_facts
    from tasks.workspace import StudyRequest, opened

    files = made_registers(rows)
    frame = "site_id\n" + "".join(f"{site}\n" for site in sorted(sites(rows)))
    texts = {"study.yaml": PROTOCOL, "sampling/frame.csv": frame, "consent_forms/form.txt": "Made up."}
    where = {name: f"registers/{name}.csv" for name in files} | {"participants": "restricted/participants.csv"}
    for path, body in {**{p: t.encode() for p, t in texts.items()}, **{where[n]: b for n, b in files.items()}}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    with opened(StudyRequest(study=str(folder)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))


def track(folder: Path) -> tuple[Cost, int]:
    """One run of both tracking flows' tasks; how many acts were new."""
    from recruitment import fold_consent, fold_recruitment
    from tasks.queries import settle_queries
    from tasks.record import record
    from tasks.recruitment import is_of_consent, is_of_recruitment, tracked_consent, tracked_recruitment, uncovered
    from tasks.registers import read_registers
    from tasks.workspace import StudyRequest, opened

    clock = _Clock()
    with opened(StudyRequest(study=str(folder)), "track-recruitment") as place:
        opening = clock.lap()
        registers = read_registers.fn(place)
        reading = clock.lap()
        tracked = tracked_recruitment.fn(place, registers)
        record.fn(place, [*tracked.withdrawals, *tracked.facts])
        settle_queries.fn(place, tracked.queries, is_of_recruitment(place, tracked))
        new = len(tracked.withdrawals) + len(tracked.facts)
        tracked = tracked_consent.fn(place, registers)
        record.fn(place, [*tracked.withdrawals, *tracked.facts])
        queries = [*tracked.queries, *uncovered.fn(place, tracked)]
        settle_queries.fn(place, queries, is_of_consent(place, tracked))
        checking = clock.lap()
        fold_recruitment(place.events())
        fold_consent(place.events())
        folding = clock.lap()
    return Cost(opening, reading, checking, folding), new + len(tracked.withdrawals) + len(tracked.facts)


class _Clock:
    """Processor seconds since the last lap."""

    def __init__(self) -> None:
        self._at = time.process_time()

    def lap(self) -> float:
        before, self._at = self._at, time.process_time()
        return self._at - before


def measured(rows: int, folder: Path) -> Iterator[tuple[str, ...]]:
    """The table's lines for one size, each as soon as it is known."""
    make_study(folder, rows)
    for run in ("first", "again"):
        cost, new = track(folder)
        parts = (cost.opening, cost.reading, cost.checking, cost.folding, cost.total)
        yield f"{rows:,}", run, f"{new:,}", *(f"{part:.1f}" for part in parts)
    yield f"{rows:,}", "unchanged", "0", "", "", "", "", f"{unchanged_cost(folder):.2f}"


def unchanged_cost(folder: Path) -> float:
    """What a run costs that finds everything as the last one left it."""
    from tasks.outcome import Outcome
    from tasks.unchanged import kept_for_next_time, unchanged
    from tasks.workspace import StudyRequest

    request = StudyRequest(study=str(folder))
    kept_for_next_time.fn(request, Outcome("track-recruitment", said=("0 new acts were recorded.",)))
    clock = _Clock()
    assert unchanged.fn(request, "track-recruitment") is not None
    return clock.lap()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recruitment", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--directory", help="where the studies are made")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    importlib.import_module("great_expectations")
    print(_line(("rows", "run", "new acts", "open trail", "read", "check", "fold", "registers in all")))
    for rows in options.rows:
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            for line in measured(rows, Path(directory)):
                print(_line(line), flush=True)
    return 0


def _line(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, (7, 9, 8, 10, 5, 5, 5, 16), strict=True))


if __name__ == "__main__":
    sys.exit(main())
