"""Measure sampling: `python -m benchmarks.sampling` (about 10 minutes on two quiet cores; `--quick`: small sizes).

One run prints Markdown tables: how long the choice and its proof take beside what others find, generic sums of
distances on matrices made by published definitions, and the memory of a large proposal. `--long 600` compares the
matrices with a long run too; `--sweep` instead holds every strategy to brute force on all small cases.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from benchmarks.sampling_expected import expectations
from benchmarks.sampling_frames import MATRICES, Objective
from benchmarks.sampling_measured import Case, Choice, MatrixFound, Peak, chosen, matrix_found, peak_memory
from benchmarks.sampling_rivals import Rival
from benchmarks.trail import machine, spread

PARTS = ("maximum", "matrices", "memory")
SIZES = ((93, 8), (93, 12), (200, 15), (500, 20), (500, 30))
LARGE = 500
"""From so many rows on two frames must do, and one with half the time limit where the smallest distance comes first:
that may take all of it, and greedy has as much."""
QUICK = ((14, 4), (20, 5))
OBJECTIVES: tuple[Objective, ...] = ("max_sum", "lexicographic")
NAMES = {"max_sum": "greatest sum", "lexicographic": "smallest distance, then sum", "max_min": "smallest distance"}
STATUS = {"optimal": "proven", "bounded": "bounded", "heuristic": "not bounded"}
Say = Callable[[str], None]


def choices(options: argparse.Namespace, say: Say) -> list[Choice]:
    """Every case on every frame."""
    found = []
    for rows, size in QUICK if options.quick else SIZES:
        for objective in OBJECTIVES:
            for with_rules in (False, True):
                case = Case(rows, size, objective, with_rules)
                is_long = rows >= LARGE and case.by_smallest
                frames = min(options.frames, options.frames if rows < LARGE else 1 if is_long else 2)
                limit = options.seconds / 2 if is_long else options.seconds
                for seed in range(1, frames + 1):
                    one = chosen(case, seed, seconds=limit, starts=options.starts, means=options.means)
                    say(f"{case}, frame {seed}: {one.cpu_s:.1f} s, {one.answer.status}")
                    found.append(one)
    return found


def choice_table(found: Sequence[Choice]) -> list[str]:
    """One line a case: medians over its frames, and in brackets the smallest and largest."""
    lines = [
        "| n/m | frames | best is | rules | CPU s | value | bound | greatest gap | status "
        "| greedy, exchanges of one | rules kept | k-means, nearest | rules kept |",
        "|" + "---|" * 13,
    ]
    for case in dict.fromkeys(one.case for one in found):
        mine = [one for one in found if one.case == case]
        cells = (
            f"{case.rows}/{case.size}",
            str(len(mine)),
            NAMES[case.objective],
            "with" if case.with_rules else "without",
            spread((one.cpu_s for one in mine), "{:.1f}"),
            f"{median(one.value for one in mine):.4f}",
            _median_bound(mine),
            _gap(mine),
            _counted(STATUS[one.answer.status] for one in mine),
            _ratio(mine, [one.greedy for one in mine]),
            _kept([one.greedy for one in mine], case),
            _ratio(mine, [one.means for one in mine]),
            _kept([one.means for one in mine], case),
        )
        lines.append(f"| {' | '.join(cells)} |")
    below = sum(one.is_below(rival) for one in found for rival in (one.greedy, one.means))
    greedy = [one.greedy for one in found]
    ties = sum(one.is_as_good(one.greedy) for one in found)
    never = "Ours was never below a competitor that keeps the rules"
    said = f"Ours was below a competitor that keeps the rules {below} times" if below else never
    return [
        *lines,
        "",
        f"{said} ({len(found)} choices; greedy found as good a sample in {ties} and proves none). The competitors' "
        "values are shares of ours; a sample that breaks the rules may have more. Greedy had at least our CPU time and "
        f"{min(r.starts for r in greedy):,} starts.",
    ]


def matrix_table(found: Sequence[MatrixFound]) -> list[str]:
    """One line a matrix."""
    lines = ["| matrix | n/m | value | CPU s | bound | after the long run | CPU s | ratio |", "|" + "---|" * 8]
    for one in found:
        late = (f"{one.long:,.4f}", f"{one.long_cpu_s:.0f}", f"{one.ratio:.6f}") if one.long else ("–", "–", "–")
        bound = "–" if one.bound is None else f"{one.bound:,.4f}"
        cells = (f"{one.family} {one.seed}", f"{one.items}/{one.size}", f"{one.short:,.4f}", f"{one.short_cpu_s:.1f}")
        lines.append(f"| {' | '.join((*cells, bound, *late))} |")
    return lines


def memory_table(found: Sequence[Peak]) -> list[str]:
    """One line a proposal."""
    lines = ["| whole proposal with diagnostics, n/m | peak MiB | CPU s | wall s | status |", "|---|---|---|---|---|"]
    return lines + [
        f"| {p.rows:,}/{p.size} | {p.peak_mib:,.0f} | {p.cpu_s:.0f} | {p.wall_s:.0f} | {STATUS[p.status]} |"
        for p in found
    ]


def measure(options: argparse.Namespace, say: Say) -> list[str]:
    """All tables asked for, as lines of Markdown."""
    lines = [f"At the start: {machine()}."]
    made: list[Choice] = []
    found: list[MatrixFound] = []
    peaks: list[Peak] = []
    if options.only in (None, "maximum"):
        made = choices(options, say)
        lines += ["", *choice_table(made)]
    if options.only in (None, "matrices"):
        items, size = (60, 8) if options.quick else (500, 50)
        for family in MATRICES:
            for seed in range(1, options.matrices + 1):
                one = matrix_found(
                    family, seed, items=items, size=size, seconds=options.matrix_seconds, long=options.long
                )
                say(f"{family} {seed}: {one.short:,.4f}")
                found.append(one)
        lines += ["", *matrix_table(found)]
    if options.only in (None, "memory"):
        rows, size = (30, 4) if options.quick else (2000, 20)
        peaks = [peak_memory(rows, size, seconds=options.seconds)]
        lines += ["", *memory_table(peaks)]
    return [*lines, "", *expectations(made, found, peaks), "", f"At the end: {machine()}."]


def _median_bound(found: Sequence[Choice]) -> str:
    known = [one.bound for one in found if one.bound is not None]
    return f"{median(known):.4f}" if len(known) == len(found) else "–"


def _gap(found: Sequence[Choice]) -> str:
    """The greatest gap of all frames; of two measures the wider one."""
    known = [one.answer.gap for one in found if one.answer.gap is not None]
    return f"{100 * max(known):.3f} %" if len(known) == len(found) else "–"


def _ratio(found: Sequence[Choice], theirs: Sequence[Rival]) -> str:
    return spread((one.ratio(rival) for one, rival in zip(found, theirs, strict=True)), "{:.4f}")


def _kept(found: Sequence[Rival], case: Case) -> str:
    return f"{sum(r.keeps_rules for r in found)} of {len(found)}" if case.with_rules else "–"


def _counted(words: Iterable[str]) -> str:
    said = list(words)
    return ", ".join(f"{said.count(w)} {w}" for w in dict.fromkeys(sorted(said)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sampling", description=(__doc__ or "").partition("\n")[0]
    )
    option = parser.add_argument
    option("--only", choices=PARTS, help="one part of it")
    option("--quick", action="store_true", help="small frames and matrices, one of each")
    option(
        "--frames",
        type=int,
        default=3,
        help="seeded frames a case; of 500 rows two or one",
    )
    option(
        "--seconds",
        type=float,
        default=60.0,
        help="time limit of one choice; at 500 rows by smallest distance half",
    )
    option("--starts", type=int, default=100, help="greedy starts at least")
    option("--means", type=int, default=10, help="runs of k-means")
    option("--matrices", type=int, default=2, help="matrices of each family")
    option("--matrix-seconds", type=float, default=10.0, help="time for one matrix")
    option("--long", type=float, help="also look at each matrix for so many seconds (600 is the published comparison)")
    option("--sweep", action="store_true", help="hold every strategy to brute force on all small cases, and no table")
    options = parser.parse_args(arguments)
    if options.sweep:
        from benchmarks.sampling_sweep import sweep

        return sweep(quick=options.quick)
    if options.quick:
        options.frames, options.matrices, options.matrix_seconds, options.starts = 1, 1, 0.2, 5
    print("\n".join(measure(options, lambda line: print(line, file=sys.stderr, flush=True))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
