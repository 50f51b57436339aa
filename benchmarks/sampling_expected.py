"""What sampling is expected to reach, each in one line: met or not, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.sampling_measured import Choice, MatrixFound, Peak

MEDIAN_S = {93: 5.0, 200: 20.0}
"""CPU seconds of the median proof, by rows of the frame."""
LARGE, LARGE_GAP, LARGE_S = 500, 0.001, 60.0
MATRIX_SHARE = 0.999
MEMORY_MIB = 1024.0


def expectations(made: Sequence[Choice], matrices: Sequence[MatrixFound], peaks: Sequence[Peak]) -> list[str]:
    """One line for every expectation of which something was measured."""
    found = []
    for rows, seconds in MEDIAN_S.items():
        here = [one for one in made if one.case.rows == rows]
        if here:
            found.append(_proven(here, rows, seconds))
    for by_smallest, name in ((False, "greatest sum"), (True, "smallest distance, then sum")):
        here = [one for one in made if one.case.rows == LARGE and one.case.by_smallest == by_smallest]
        if here:
            found.append(_near(here, name))
    if made:
        below = sum(one.is_below(rival) for one in made for rival in (one.greedy, one.means))
        found.append(_said(below == 0, "Never below a competitor that keeps the rules", f"{below} of {2 * len(made)}"))
    ratios = [one.ratio for one in matrices if one.ratio is not None]
    if ratios:
        said = f"the least share is {min(ratios):.6f}"
        found.append(_said(min(ratios) >= MATRIX_SHARE, "Matrices within 0.1 % of the long run", said))
    elif matrices:
        found.append("- not measured: matrices within 0.1 % of a long run (`--long 600`).")
    for peak in peaks:
        wanted = f"Under 1 GB for a proposal from {peak.rows:,} rows"
        found.append(_said(peak.peak_mib < MEMORY_MIB, wanted, f"{peak.peak_mib:,.0f} MiB in {peak.wall_s:.0f} s"))
    return found


def _proven(here: Sequence[Choice], rows: int, seconds: float) -> str:
    proven = sum(one.answer.status == "optimal" for one in here)
    middle = median(one.cpu_s for one in here)
    wanted = f"Proven at {rows} rows, median under {seconds:.0f} CPU s"
    said = f"{proven} of {len(here)} proven, median {middle:.1f} CPU s"
    return _said(proven == len(here) and middle < seconds, wanted, said)


def _near(here: Sequence[Choice], name: str) -> str:
    """The objective's gap, of two measures the wider one; and for those the gap of each."""
    gaps = [one.answer.gap for one in here if one.answer.gap is not None]
    slowest = max(one.cpu_s for one in here)
    is_met = len(gaps) == len(here) and max(gaps) <= LARGE_GAP and slowest <= LARGE_S
    said = f"at most {100 * max(gaps):.3f} % in {slowest:.0f} CPU s" if gaps else "no bound"
    if any(one.case.by_smallest for one in here):
        first = _widest(here, lambda one: (one.answer.smallest, one.answer.smallest_bound))
        said += f"; smallest distance {first}, sum {_widest(here, lambda one: (one.answer.value, one.answer.bound))}"
    return _said(is_met, f"Gap at most 0.1 % at {LARGE} rows within {LARGE_S:.0f} s, {name}", said)


def _widest(here: Sequence[Choice], pair: Callable[[Choice], tuple[float, float | None]]) -> str:
    gaps = [(bound - value) / value for value, bound in map(pair, here) if bound is not None and value]
    return f"{100 * max(gaps):.3f} %" if gaps else "–"


def _said(is_met: bool, wanted: str, measured: str) -> str:
    return f"- {'met' if is_met else 'NOT met'}: {wanted} ({measured})."
