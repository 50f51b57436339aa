"""Samples as rows of a mixed integer program for HiGHS, through `scipy.optimize.milp` (Huangfu and Hall 2018)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]
from scipy.sparse import csr_array, vstack  # type: ignore[import-untyped]

from sampling.distance import Floats
from sampling.problem import Problem
from sampling.quiet import quiet

TIE = 1e-6
"""Two values closer than this count as equal."""
SLACK = 1e-7


@dataclass(frozen=True, slots=True)
class Solved:
    """What HiGHS answered: `chosen` in id order or None; `bound` on the objective, None when it gave none."""

    status: Literal["optimal", "limit", "infeasible"]
    chosen: tuple[int, ...] | None
    bound: float | None


def base_rows(problem: Problem, conflicts: Sequence[Sequence[int]] = ()) -> tuple[csr_array, Floats, Floats]:
    """Size, rules and conflicts over the n site variables: matrix, lower and upper ends of every row.

    Of each group in `conflicts` at most one site may be chosen.
    """
    n, r = len(problem.ids), len(problem.limits.rules)
    rows = np.repeat(np.arange(len(conflicts)), [len(group) for group in conflicts])
    sites = np.array([i for group in conflicts for i in group], dtype=np.int64)
    groups = csr_array((np.ones(len(rows)), (rows, sites)), shape=(len(conflicts), n))
    plain = csr_array(np.vstack([np.ones((1, n)), problem.limits.amounts.reshape(r, n)]))
    matrix = csr_array(vstack([plain, groups])) if conflicts else plain
    low = np.concatenate([[problem.size], problem.limits.low - SLACK, np.full(len(conflicts), -np.inf)])
    high = np.concatenate([[problem.size], problem.limits.high + SLACK, np.ones(len(conflicts))])
    return matrix, low, high


def site_bounds(problem: Problem) -> tuple[Floats, Floats]:
    """0 to 1 for every site, 0 for those not allowed, 1 for those required."""
    low, high = np.zeros(len(problem.ids)), problem.allowed.astype(np.float64)
    low[list(problem.required)] = 1.0
    return low, high


def best_linear(problem: Problem, worth: Floats, seconds: float, conflicts: Sequence[Sequence[int]] = ()) -> Solved:
    """The sample of greatest total worth (length n) that keeps size, rules and conflicts."""
    matrix, low, high = base_rows(problem, conflicts)
    least, most = site_bounds(problem)
    return run(worth, [(matrix, low, high)], np.ones(len(problem.ids)), least, most, seconds, len(problem.ids))


def run(
    worth: Floats,
    rows: Sequence[tuple[Any, Any, Any]],
    integrality: NDArray[Any],
    least: Floats,
    most: Floats,
    seconds: float,
    sites: int,
    *,
    at_least: float | None = None,
) -> Solved:
    """Maximize `worth` · variables; the first `sites` variables are the sites.

    `at_least` is a value known to be reached: HiGHS then looks at nothing below it.
    """
    if seconds <= 0:
        return Solved("limit", None, None)
    options = {"mip_rel_gap": 0.0, "time_limit": seconds}
    if at_least is not None:
        options["objective_bound"] = TIE - at_least
    with quiet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unrecognized options", RuntimeWarning)  # scipy hands it to HiGHS as it is
        result = milp(
            -worth,
            constraints=[LinearConstraint(matrix, low, high) for matrix, low, high in rows],
            integrality=integrality,
            bounds=Bounds(least, most),
            options=options,
        )
    ended = result.status != 1
    if at_least is not None and ended and (result.x is None or -result.fun < at_least - TIE):  # it was not reached
        return run(worth, rows, integrality, least, most, seconds, sites)
    chosen = None if result.x is None else tuple(int(i) for i in np.flatnonzero(result.x[:sites] > 0.5))
    bound = getattr(result, "mip_dual_bound", None)
    status: Literal["optimal", "limit", "infeasible"]
    status = "optimal" if result.status == 0 else "infeasible" if result.status == 2 else "limit"
    return Solved(status, chosen, None if bound is None or not np.isfinite(bound) else -float(bound))
