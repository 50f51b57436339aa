"""What robustness costs: reorderings of interviews and resampled transcripts, beside plain ways to do the same.

`python -m benchmarks.saturation` (or `make bench-analysis`) prints one table. 100 interviews hold 500 codes, each in
one of twenty; 20 transcripts of 150 turns are coded by three people with 20 codes. Processor seconds of one core. The
plain ways are measured on fewer orders or resamples in the same run and counted up; what they find must be the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import compare_coders, guest_saturation, krippendorff_alpha
from analysis.orders import Held, new_codes, saturation_over_orders
from analysis.tallies import Array as Table

INTERVIEWS, CODES, ORDERS = 100, 500, 10_000
TRANSCRIPTS, TURNS, USED, RESAMPLES = 20, 150, 20, 1_000
CODERS = ("A", "B", "C")


class Figure(NamedTuple):
    """One way: processor seconds for all orders or resamples, and how many of them were measured."""

    what: str
    way: str
    seconds: float
    measured: int


def interviews(count: int = INTERVIEWS, codes: int = CODES, seed: int = 0) -> Held:
    """Made-up interviews × codes; each code is in about one interview of twenty."""
    return np.random.default_rng(seed).random((count, codes)) < 0.05


def by_sets(held: Held, orders: Iterable[Sequence[int]]) -> list[str | None]:
    """The index of each order with Python's sets."""
    codes = [set(map(int, np.flatnonzero(row))) for row in held]
    labels = []
    for order in orders:
        seen: set[int] = set()
        counts = []
        for interview in order:
            counts.append(len(codes[interview] - seen))
            seen |= codes[interview]
        labels.append(guest_saturation(counts).label)
    return labels


def by_pandas(held: Held, orders: Iterable[Sequence[int]]) -> list[str | None]:
    """The index of each order with a table of codings: sorted, the first of each code kept, counted."""
    rows, codes = np.nonzero(held)
    codings = pd.DataFrame({"interview": rows, "code": codes})
    labels = []
    for order in orders:
        position = pd.Series(range(len(order)), index=list(order))
        first = codings["interview"].map(position).groupby(codings["code"]).min()
        counts = first.value_counts().reindex(range(len(order)), fill_value=0)
        labels.append(guest_saturation(counts.tolist()).label)
    return labels


def coded(transcripts: int = TRANSCRIPTS, turns: int = TURNS, codes: int = USED, seed: int = 0) -> pd.DataFrame:
    """Made-up codings by three people: six of a hundred turns by code, of which each coder misses one in ten."""
    random = np.random.default_rng(seed)
    found = np.argwhere(random.random((transcripts, turns, codes)) < 0.06)
    parts = []
    for coder in CODERS:
        kept = found[random.random(len(found)) > 0.1]
        parts.append(
            pd.DataFrame(
                {
                    "transcript": [f"T{t:03d}" for t in kept[:, 0]],
                    "coder": coder,
                    "code": [f"code{c:02d}" for c in kept[:, 2]],
                    "start": kept[:, 1] + 1,
                    "end": kept[:, 1] + 1,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def tables(segments: pd.DataFrame, turns: int) -> list[Table]:
    """Raters × units (turn by code) of each transcript, 1 where the code was applied."""
    codes = sorted(set(segments["code"]))
    found = []
    for _, rows in segments.groupby("transcript"):
        table = np.zeros((len(CODERS), turns * len(codes)))
        place = (rows["start"] - 1) * len(codes) + rows["code"].map(codes.index)
        table[rows["coder"].map(CODERS.index), place] = 1
        found.append(table)
    return found


def rebuilt(judged: Sequence[Table], resamples: int, seed: int = 1) -> list[float | None]:
    """Alpha overall of each resample, from a table of raters by units made again; no interval by code."""
    drawn = np.random.default_rng(seed).integers(len(judged), size=(resamples, len(judged)))
    return [krippendorff_alpha(pd.DataFrame(np.hstack([judged[i] for i in row]))) for row in drawn]


def taken(work: Callable[[], object]) -> float:
    """Processor seconds of `work()`."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(share: float = 1.0) -> list[Figure]:
    """Every figure; `share` makes all sizes smaller."""
    orders, some = max(int(ORDERS * share), 10), max(int(100 * share), 3)
    held = interviews()
    drawn = np.random.default_rng(1).permuted(np.tile(np.arange(len(held)), (some, 1)), axis=1)
    ours = [guest_saturation(counts).label for counts in new_codes(held, drawn)]
    if not ours == by_sets(held, drawn.tolist()) == by_pandas(held, drawn.tolist()):
        raise RuntimeError("the three ways to reorder interviews do not find the same")
    saturation = [
        Figure("orders", "ours", taken(lambda: saturation_over_orders(held, orders=orders)), orders),
        Figure("orders", "sets", taken(lambda: by_sets(held, drawn.tolist())) * orders / some, some),
        Figure("orders", "pandas", taken(lambda: by_pandas(held, drawn.tolist())) * orders / some, some),
    ]
    resamples, few = max(int(RESAMPLES * share), 10), max(int(20 * share), 2)
    segments = coded(max(int(TRANSCRIPTS * share), 3))
    turns = {t: pd.DataFrame({"turn": range(1, TURNS + 1)}) for t in set(segments["transcript"])}
    judged = tables(segments, TURNS)
    found, alpha = compare_coders(segments, turns), krippendorff_alpha(pd.DataFrame(np.hstack(judged)))
    if found is None or found.overall.alpha is None or alpha is None or abs(found.overall.alpha - alpha) > 1e-9:
        raise RuntimeError("the two ways to compare coders do not find the same")
    return [
        *saturation,
        Figure("resamples", "ours", taken(lambda: compare_coders(segments, turns, resamples=resamples)), resamples),
        Figure("resamples", "rebuilt", taken(lambda: rebuilt(judged, few)) * resamples / few, few),
    ]


def table(figures: Sequence[Figure]) -> str:
    """The figures as one Markdown table, each beside how many times ours it takes."""
    ours = {f.what: f.seconds for f in figures if f.way == "ours"}
    lines = ["| what | way | processor s | times ours | measured |", "|---|---|---|---|---|"]
    for f in figures:
        lines.append(f"| {f.what} | {f.way} | {f.seconds:.2f} | {f.seconds / ours[f.what]:.0f} | {f.measured:,} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=float, default=1.0, help="make all sizes smaller (0 to 1)")
    print(f"{ORDERS:,} orders of {INTERVIEWS} interviews × {CODES} codes; {RESAMPLES:,} resamples of {TRANSCRIPTS}")
    print(f"transcripts × {TURNS} turns × {USED} codes × {len(CODERS)} coders, every code with its interval")
    print(table(measured(arguments.parse_args().share)))


if __name__ == "__main__":
    main()
