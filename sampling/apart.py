"""Whether a sample exists whose sites are far enough apart, by CP-SAT of OR-Tools: one worker, fixed seed.

Of each group of sites that are pairwise too close at most one may be chosen; the rules are rows of the same model.
CP-SAT counts in whole numbers only, so amounts are scaled: exactly where they have up to 9 decimals, and otherwise so
that no sample that keeps the rules is lost. What it finds is held against the rules as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sampling.distance import Floats
from sampling.model import Solved, best_linear
from sampling.problem import Problem

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

DECIMALS = 9
LARGEST = 2**52
"""Scaled amounts of all sites together stay below this."""
KEPT = 1e-9
"""How far a rule may be missed by rounding, as in `Limits.holds`."""


def sample_apart(
    problem: Problem, groups: Sequence[Sequence[int]], seconds: float, *, lowest_ids: bool = False
) -> Solved:
    """A sample with at most one site of each group that keeps the rules, or that there is none.

    With `lowest_ids` the one with the least sum of positions in id order.
    """
    if seconds <= 0:
        return Solved("limit", None, None)
    from ortools.sat.python import cp_model  # only here: it takes a third of a second, and most designs need none

    model = cp_model.CpModel()
    sites = [model.new_bool_var("") for _ in problem.ids]
    model.add(sum(sites) == problem.size)
    for i in problem.required:
        model.add(sites[i] == 1)
    for site, is_allowed in zip(sites, problem.allowed, strict=True):
        if not is_allowed:
            model.add(site == 0)
    for group in groups:
        model.add_at_most_one([sites[i] for i in group])
    for amounts, low, high in zip(problem.limits.amounts, problem.limits.low, problem.limits.high, strict=True):
        _add_rule(model, sites, amounts, low, high, problem.size)
    if lowest_ids:
        model.minimize(cp_model.LinearExpr.weighted_sum(sites, list(range(len(sites)))))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Solved("infeasible", None, None)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved("limit", None, None)
    chosen = tuple(i for i, site in enumerate(sites) if solver.boolean_value(site))
    if not problem.limits.holds(chosen).all():  # an amount with more decimals than whole numbers can hold
        worth = -np.arange(len(sites), dtype=np.float64) if lowest_ids else np.zeros(len(sites))
        return best_linear(problem, worth, seconds - solver.wall_time, groups)
    return Solved("optimal" if status == cp_model.OPTIMAL else "limit", chosen, None)


def _add_rule(model: CpModel, sites: list[IntVar], amounts: Floats, low: float, high: float, size: int) -> None:
    """One rule in whole numbers, widened by what rounding may have cost."""
    from ortools.sat.python import cp_model

    scaled, scale, lost = whole(amounts)
    slack = (KEPT + size * lost) * scale
    ends = np.clip([low * scale - slack, high * scale + slack], -2 * LARGEST, 2 * LARGEST)  # beyond any sum
    least, most = math.ceil(ends[0]), math.floor(ends[1])
    model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(sites, scaled), least, most)


def whole(amounts: Floats) -> tuple[list[int], float, float]:
    """Amounts times a power of ten as whole numbers, the power, and how far one of them may be off, unscaled."""
    most = float(np.abs(amounts).max(initial=0.0)) * len(amounts)
    room = DECIMALS if most == 0 else min(DECIMALS, math.floor(math.log10(LARGEST / most)))
    for decimals in range(min(0, room), room + 1):
        scale = 10.0**decimals
        scaled = np.round(amounts * scale)
        off = float(np.abs(scaled / scale - amounts).max(initial=0.0))
        if off <= 1e-12 * max(1.0, most):
            break
    return [int(a) for a in scaled], scale, off
