"""Measure the trail: `python -m benchmarks.trail` (about 15 minutes; `--events 20000 --seconds 1` for a quick look).

Every comparison is made in one run, in alternating order; the table gives medians and, in brackets, the smallest and
largest of the rounds. Storage is as far away as S3: PUT 30 ms, GET 15 ms, LIST 30 ms.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.appending import DESIGNS, Appended, append_at_once
from benchmarks.far_store import Latency
from benchmarks.made_trail import BATCH
from benchmarks.sealing import NEW_OBJECTS, Cost, GrowingTrail
from benchmarks.verifying import Verified, make_folders, read_only, verify_digests, verify_ours

MANY = 16
PARTS = ("commits", "sealing", "verification")
DESIGN_NAMES = {"lanes": "lanes", "chain": "linear chain"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what was measured, how, the figure."""

    what: str
    how: str
    figure: str


def spread(values: Iterable[float], form: str = "{:,.0f}") -> str:
    """Median, and smallest to largest where they differ."""
    found = sorted(values)
    low, middle, high = (form.format(value) for value in (found[0], median(found), found[-1]))
    return middle if low == high else f"{middle} ({low} to {high})"


def appending(options: argparse.Namespace, latency: Latency) -> list[Row]:
    rows, rates = [], dict[tuple[str, int, int], list[float]]()
    for writers, batch in ((1, 1), (1, 20), (MANY, 1), (MANY, 20)):
        taken: dict[str, list[Appended]] = {design: [] for design in DESIGNS}
        for turn in range(options.rounds):
            for design in sorted(DESIGNS, reverse=bool(turn % 2)):
                taken[design].append(append_at_once(design, writers, batch, options.seconds, latency))
        for design, rounds in taken.items():
            rates[design, writers, batch] = [one.commits_per_s for one in rounds]
            figures = (
                f"{spread(rates[design, writers, batch])} commits/s; "
                f"p99 {spread((one.p99_ms for one in rounds), '{:,.0f}')} ms; "
                f"{spread((one.requests_per_event for one in rounds), '{:.2f}')} requests an event"
            )
            rows.append(
                Row(
                    "commits",
                    f"{DESIGN_NAMES[design]}, {writers} {'writer' if writers == 1 else 'writers'}, batches of {batch}",
                    figures,
                )
            )
    for batch in (1, 20):
        pairs = zip(rates["lanes", MANY, batch], rates["chain", MANY, batch], strict=True)
        ratio = spread((ours / theirs for ours, theirs in pairs), "{:.1f}")
        rows.append(Row("commits", f"lanes to linear chain, {MANY} writers, batches of {batch}", f"{ratio} times"))
    return rows


def verifying(options: argparse.Namespace, directory: Path) -> list[Row]:
    folders = make_folders(directory, options.events, options.per_seal)
    ways: dict[str, Callable[..., Verified]] = {
        "verify_trail.py": verify_ours,
        "json.loads of each line, nothing checked": read_only,
        "digest files": verify_digests,
    }
    taken: dict[str, list[Verified]] = {name: [] for name in ways}
    for turn in range(options.rounds):
        for name in sorted(ways, reverse=not turn % 2):
            taken[name].append(ways[name](folders))
    made = folders.trail
    size = f"{made.objects:,} objects of {BATCH} events, {made.seals:,} seals"
    rows = [Row("verification", "the trail", f"{size}; made in {folders.made_in_s:,.0f} s")]
    for name, rounds in taken.items():
        figures = (
            f"{spread((one.cpu_s for one in rounds), '{:,.1f}')} CPU s; "
            f"{spread(options.events / one.cpu_s for one in rounds)} a second; "
            f"peak {spread(one.peak_bytes / 2**20 for one in rounds)} MiB"
        )
        rows.append(Row("verification", f"{name}, {options.events:,} records of 1 KB", figures))
    ours, bare = taken["verify_trail.py"], taken["json.loads of each line, nothing checked"]
    ratio = spread((one.cpu_s / two.cpu_s for one, two in zip(ours, bare, strict=True)), "{:.1f}")
    rows.append(Row("verification", "verify_trail.py to json.loads of each line", f"{ratio} times the CPU"))
    return rows


def sealing(options: argparse.Namespace, directory: Path, latency: Latency) -> list[Row]:
    sizes = sorted({max(BATCH, options.past // part) for part in (100, 10, 1)})
    trails = [GrowingTrail(directory / str(past), past, options.past_per_seal, latency) for past in sizes]
    seals: list[list[Cost]] = [[] for _ in trails]
    heartbeats: list[list[Cost]] = [[] for _ in trails]
    for turn in range(options.rounds):
        for which in range(len(trails)) if turn % 2 else reversed(range(len(trails))):
            seals[which].append(trails[which].seal())
    for turn in range(options.rounds):
        for which in range(len(trails)) if turn % 2 else reversed(range(len(trails))):
            heartbeats[which].append(trails[which].heartbeat())
    rows = [
        Row("five-minute seal", f"{trail.past:,} past events, {NEW_OBJECTS + 1} new objects", _cost(costs))
        for trail, costs in zip(trails, seals, strict=True)
    ]
    for trail, costs in zip(trails, heartbeats, strict=True):
        looked_at = costs[-1].looked_at
        each = spread((1000 * one.seconds / looked_at for one in costs), "{:.2f}")
        figures = f"{_cost(costs)}; {looked_at:,} objects, {each} ms each"
        rows.append(Row("daily heartbeat", f"{trail.past:,} past events, nothing new", figures))
    return rows


def _cost(costs: Sequence[Cost]) -> str:
    requests = ", ".join(f"{spread(one.requests[kind] for one in costs)} {kind}" for kind in ("PUT", "GET", "LIST"))
    return f"{spread((one.seconds for one in costs), '{:.2f}')} s; {requests}"


def table(rows: Sequence[Row], *, markdown: bool) -> str:
    """The rows as aligned text, or as a markdown table."""
    if markdown:
        head = ["| | measured | |", "|---|---|---|"]
        return "\n".join(head + [f"| {row.what} | {row.how} | {row.figure} |" for row in rows])
    what, how = (max(len(getattr(row, name)) for row in rows) for name in ("what", "how"))
    return "\n".join(f"{row.what:{what}}  {row.how:{how}}  {row.figure}" for row in rows)


def machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores; load average {load}"


def measure(options: argparse.Namespace) -> list[Row]:
    latency = Latency().times(options.latency)
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        rows = [Row("machine", "at the start", machine())]
        if options.only in (None, "commits"):
            rows += appending(options, latency)
        if options.only in (None, "sealing"):
            rows += sealing(options, Path(directory) / "sealing", latency)
        if options.only in (None, "verification"):
            rows += verifying(options, Path(directory))
    return [*rows, Row("machine", "at the end", machine())]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trail", description=(__doc__ or "").partition("\n")[0])
    option = parser.add_argument
    option("--only", choices=PARTS, help="one part of it")
    option("--events", type=int, default=1_000_000, help="events to verify")
    option("--per-seal", type=int, default=5_000, help="events a seal of the trail that is verified")
    option(
        "--past",
        type=int,
        default=100_000,
        help="past events for sealing; a hundredth and a tenth of it are measured too",
    )
    option("--past-per-seal", type=int, default=1_000, help="past events a seal")
    option("--seconds", type=float, default=5.0, help="how long writers commit in each round")
    option("--rounds", type=int, default=3)
    option("--latency", type=float, default=1.0, help="factor on S3's latencies")
    option("--directory", help="where the trails are made (1.5 KB an event)")
    option("--markdown", action="store_true")
    options = parser.parse_args(arguments)
    print(table(measure(options), markdown=options.markdown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
