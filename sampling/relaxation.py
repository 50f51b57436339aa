"""The smallest change of rules that cannot all hold: each further step of a rule costs more, so that it is spread."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]

from sampling.design import plain
from sampling.distance import Floats
from sampling.model import base_rows, run, site_bounds
from sampling.problem import Bond, Limits, Problem

SEGMENTS = 12
"""How many steps a rule may give; each costs more than the one before, so that the give is spread."""


def relax(problem: Problem, seconds: float, *, within_floors: bool) -> Limits | None:
    """The rules with the smallest give that lets a sample exist, spread by a convex penalty; None when none does.

    With `within_floors` a rule gives only as far as its floor or ceiling, else as far as needed.
    """
    n, limits = len(problem.ids), problem.limits
    count = len(limits.rules)
    unit = _units(limits)
    down, up = _give(limits, within_floors)
    steps = SEGMENTS if count else 0
    ends = np.concatenate([_segments(down, unit, steps), _segments(up, unit, steps)])  # 2R × steps
    cost = np.tile((2.0 * np.arange(1, steps + 1) - 1), (2 * count, 1)) / np.concatenate([unit, unit])[:, None]
    matrix, low, high = base_rows(problem)
    give = np.zeros((1 + count, 2 * count * steps))
    for r in range(count):
        give[1 + r, r * steps : (r + 1) * steps] = 1.0
        give[1 + r, (count + r) * steps : (count + r + 1) * steps] = -1.0
    least, most = site_bounds(problem)
    wide = 2 * count * steps
    worth = np.concatenate([np.zeros(n), -cost.ravel()])
    integrality = np.concatenate([np.ones(n), np.zeros(wide)])
    bounds = np.concatenate([least, np.zeros(wide)]), np.concatenate([most, ends.ravel()])
    solved = run(worth, [(hstack([matrix, csr_array(give)]), low, high)], integrality, *bounds, seconds, n)
    if solved.chosen is None:
        return None
    got = limits.amounts[:, list(solved.chosen)].sum(axis=1)
    return Limits(limits.rules, limits.amounts, np.minimum(limits.low, got), np.maximum(limits.high, got))


def given_way(before: Limits, after: Limits) -> tuple[str, ...]:
    """Each rule that gave, in words."""
    found = []
    for i, rule in enumerate(before.rules):
        if after.low[i] < before.low[i] - 1e-9:
            least = "none needed" if rule.sum_of is None and after.low[i] <= 0 else f"at least {plain(after.low[i])}"
            found.append(f"{rule.name!r} with {least} instead of {plain(before.low[i])}")
        if after.high[i] > before.high[i] + 1e-9:
            found.append(f"{rule.name!r} with at most {plain(after.high[i])} instead of {plain(before.high[i])}")
    return tuple(found)


def _units(limits: Limits) -> Floats:
    """One step of each rule: one row for a count, the largest single amount for a sum."""
    pairs = zip(limits.rules, limits.amounts, strict=True)
    return np.array([1.0 if r.sum_of is None else max(float(np.abs(a).max()), 1e-9) for r, a in pairs])


def _give(limits: Limits, within_floors: bool) -> tuple[Floats, Floats]:
    """How far each minimum may fall and each maximum rise; a strategy's own bonds do neither."""
    is_free = np.array([not isinstance(r, Bond) for r in limits.rules], dtype=bool)
    down = np.where(np.isfinite(limits.low) & is_free, np.inf, 0.0)
    up = np.where(np.isfinite(limits.high) & is_free, np.inf, 0.0)
    if within_floors:
        for i, rule in enumerate(limits.rules):
            if isinstance(rule, Bond):
                continue
            down[i] = 0.0 if rule.min_floor is None else float(limits.low[i]) - rule.min_floor
            up[i] = 0.0 if rule.max_ceiling is None else rule.max_ceiling - float(limits.high[i])
    return down, up


def _segments(give: Floats, unit: Floats, steps: int) -> Floats:
    """Lengths of the steps (R × steps): one unit each, the last one open, together no more than the give."""
    ends = np.tile(unit[:, None], (1, steps))
    before = np.arange(steps) * unit[:, None]
    if steps:
        ends[:, -1] = np.inf
    return np.clip(give[:, None] - before, 0.0, ends)
