"""Rules that cannot all hold: which, why, and the smallest change that would let them.

The conflict is irreducible (deletion filter, Chinneck 2008): take any one rule of it away and the others can hold.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]

from sampling.design import Rule
from sampling.distance import Floats
from sampling.model import base_rows, best_linear, run, site_bounds
from sampling.problem import Bond, Limits, Problem
from study.errors import StudyError

SEGMENTS = 12
"""How many steps a rule may give; each costs more than the one before, so that the give is spread."""


class Infeasible(StudyError):
    """No sample keeps all the rules: `counts`, `conflict` and `relaxation` say why in sentences."""

    def __init__(self, counts: tuple[str, ...], conflict: tuple[Rule, ...], relaxation: tuple[str, ...]) -> None:
        self.counts = counts
        self.conflict = conflict
        self.relaxation = relaxation
        together = "; ".join(dict.fromkeys(wish(r) for r in conflict))
        why = (
            " ".join(counts) or f"these cannot hold together, though without any one of them the others can: {together}"
        )
        remedy = f"The smallest change that would do: {'; '.join(relaxation)}." if relaxation else ""
        super().__init__(
            f"no sample keeps all the rules: {why}",
            where="the sampling design",
            remedy=remedy or "Relax one of these rules, or complete the frame.",
        )


def is_feasible(problem: Problem, seconds: float) -> bool:
    """Whether some sample keeps size, rules, required and forbidden; a search cut short counts as yes."""
    return best_linear(problem, np.zeros(len(problem.ids)), seconds).status != "infeasible"


def explained(problem: Problem, seconds: float) -> Infeasible:
    """The error for a problem that has no sample."""
    conflict = irreducible(problem, seconds)
    relaxed = relax(problem, seconds, within_floors=False)
    changes = given_way(problem.limits, relaxed) if relaxed else ()
    return Infeasible(count_check(problem), conflict, changes)


def count_check(problem: Problem) -> tuple[str, ...]:
    """A sentence for each rule that no sample of this size can keep even alone."""
    found = []
    for rule, amounts, low, high in zip(
        problem.limits.rules, problem.limits.amounts, problem.limits.low, problem.limits.high, strict=True
    ):
        within = amounts[problem.allowed]
        most = float(np.sort(within)[::-1][: problem.size].sum())
        least = float(np.sort(within)[: problem.size].sum())
        if most < low - 1e-9:
            found.append(f"{wish(rule)}, and the eligible rows give at most {most:g}.")
        if least > high + 1e-9:
            found.append(f"{wish(rule)}, and a sample of {problem.size} has at least {least:g}.")
    return tuple(found)


def irreducible(problem: Problem, seconds: float) -> tuple[Rule, ...]:
    """Rules that cannot hold together, none of which can be left out of the conflict."""
    kept = list(range(len(problem.limits.rules)))
    for r in list(kept):
        without = [k for k in kept if k != r]
        if not is_feasible(replace(problem, limits=problem.limits.only(without)), seconds):
            kept = without
    return tuple(problem.limits.rules[k] for k in kept)


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
            found.append(f"{rule.name!r} with at least {after.low[i]:g} instead of {before.low[i]:g}")
        if after.high[i] > before.high[i] + 1e-9:
            found.append(f"{rule.name!r} with at most {after.high[i]:g} instead of {before.high[i]:g}")
    return tuple(found)


def wish(rule: Rule) -> str:
    """A rule in words: `'two rural' wants at least 2`."""
    if isinstance(rule, Bond) and rule.is_link:
        return f"{rule.name!r}"
    if rule.min is not None and rule.min == rule.max:
        return f"{rule.name!r} wants exactly {rule.min:g}{f' of {rule.sum_of} in all' if rule.sum_of else ''}"
    ends = [
        *([f"at least {rule.min:g}"] if rule.min is not None else []),
        *([f"at most {rule.max:g}"] if rule.max is not None else []),
    ]
    return f"{rule.name!r} wants {' and '.join(ends)}{f' of {rule.sum_of} in all' if rule.sum_of else ''}"


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
