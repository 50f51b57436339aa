"""Rules that cannot all hold: which, why, and the smallest change that would let them.

The conflict is irreducible (deletion filter, Chinneck 2008): take any one rule of it away and the others can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]

from sampling.design import Rule, plain
from sampling.distance import Floats
from sampling.model import base_rows, best_linear, run, site_bounds
from sampling.problem import Bond, Limits, Problem
from study.errors import StudyError

SEGMENTS = 12
"""How many steps a rule may give; each costs more than the one before, so that the give is spread."""


LISTED_OUT = 12
"""How many ids that are not allowed are tried one by one for their part in a conflict."""


class Infeasible(StudyError):
    """No sample keeps all the rules: `counts`, `conflict` and `relaxation` say why in sentences.

    `kept_in` and `kept_out` are the ids, as a message may show them, that must and may not be in the sample and
    without which the rules of the conflict could hold.
    """

    def __init__(
        self,
        size: int,
        counts: tuple[str, ...],
        conflict: tuple[Rule, ...],
        relaxation: tuple[str, ...],
        *,
        kept_in: str = "",
        kept_out: str = "",
    ) -> None:
        self.counts = counts
        self.conflict = conflict
        self.relaxation = relaxation
        self.kept_in = kept_in
        self.kept_out = kept_out
        gives = any(r.min_floor is not None or r.max_ceiling is not None for r in conflict)
        sentences = [
            f"no sample of {size} keeps all the rules{', not even as far as they may give' if gives else ''}",
            *([f"counting alone shows it: {'; '.join(counts)}"] if counts else []),
            *_together(conflict, counts, kept_in, kept_out),
        ]
        super().__init__(
            ". ".join(f"{s[:1].upper()}{s[1:]}" if k else s for k, s in enumerate(sentences)),
            where="the sampling design",
            remedy=_remedy(relaxation, kept_in, kept_out),
        )


def _together(conflict: tuple[Rule, ...], counts: tuple[str, ...], kept_in: str, kept_out: str) -> list[str]:
    """The conflict as a sentence; nothing where counting one rule has said it already."""
    wishes = list(dict.fromkeys(wish(r) for r in conflict))
    ids = [*([f"{kept_in} must be in"] if kept_in else []), *([f"{kept_out} may not be in"] if kept_out else [])]
    still = f", as long as {' and '.join(ids)}" if ids else ""
    if not wishes or (len(wishes) == 1 and counts and not still):
        return []
    if len(wishes) == 1:
        return [f"{wishes[0]}, which cannot be{still}"]
    return [f"these cannot hold together{still}, and without any one of them the others can: {'; '.join(wishes)}"]


def _remedy(relaxation: tuple[str, ...], kept_in: str, kept_out: str) -> str:
    """What to do: the smallest change of the rules where one would do, else what stands in the way besides them."""
    if relaxation:
        every = " (all of it)" if len(relaxation) > 1 else ""
        other = f", or decide otherwise about {' and '.join(k for k in (kept_in, kept_out) if k)}"
        return (
            f"The smallest change of the rules that would do{every}: {'; '.join(relaxation)}. Write it into study.yaml "
            f"if the study can bear it{other if kept_in or kept_out else ''}, or complete the frame."
        )
    ids = [
        *([f"no longer require {kept_in}"] if kept_in else []),
        *([f"allow {kept_out} again"] if kept_out else []),
    ]
    if ids:
        said = ", or ".join(ids)
        return f"No change of the rules would do: {said}, change the size or what the strategy asks for."
    return "No change of the rules would do: change the size or what the strategy asks for, or complete the frame."


def is_feasible(problem: Problem, seconds: float) -> bool:
    """Whether some sample keeps size, rules, required and forbidden; a search cut short counts as yes."""
    return best_linear(problem, np.zeros(len(problem.ids)), seconds).status != "infeasible"


def explained(problem: Problem, seconds: float, named: Callable[[Iterable[str]], str] = ", ".join) -> Infeasible:
    """The error for a problem that has no sample; `named` shows ids as a message may."""
    counted = counted_out(problem)
    rest = [k for k in range(len(problem.limits.rules)) if k not in counted]
    others = replace(problem, limits=problem.limits.only(rest))
    # what counting has said already needs no second word while another conflict is left
    conflict = irreducible(problem if is_feasible(others, seconds) else others, seconds)
    at = [k for k, rule in enumerate(problem.limits.rules) if any(rule is r for r in conflict)]
    within, without = ids_in_the_way(replace(problem, limits=problem.limits.only(at)), seconds)
    relaxed = relax(problem, seconds, within_floors=False)
    changes = given_way(problem.limits, relaxed) if relaxed else ()
    return Infeasible(
        problem.size, tuple(counted.values()), conflict, changes, kept_in=named(within), kept_out=named(without)
    )


def counted_out(problem: Problem) -> dict[int, str]:
    """The rules that no sample of this size with the required can keep even alone, each with a sentence."""
    found = {}
    limits, size = problem.limits, problem.size
    free = problem.allowed.copy()
    free[list(problem.required)] = False
    places = size - len(problem.required)
    for k, rule in enumerate(limits.rules):
        amounts, low, high = limits.amounts[k], float(limits.low[k]), float(limits.high[k])
        if isinstance(rule, Bond) and rule.is_link:
            continue
        given = float(amounts[list(problem.required)].sum())
        ordered = np.sort(amounts[free])
        most, least = given + float(ordered[::-1][:places].sum()), given + float(ordered[:places].sum())
        fitting = int((amounts[problem.allowed] != 0).sum())
        if most < low - 1e-9:
            share = f"only {fitting} of the eligible fit" if fitting else "none of the eligible fits"
            only = share if rule.sum_of is None and fitting < low else ""
            found[k] = f"{wish(rule)}, and {only or f'a sample of {size} has at most {plain(most)}'}"
        if least > high + 1e-9:
            found[k] = f"{wish(rule)}, and a sample of {size} has at least {plain(least)}"
    return found


def irreducible(problem: Problem, seconds: float) -> tuple[Rule, ...]:
    """Rules that cannot hold together, none of which can be left out of the conflict."""
    kept = list(range(len(problem.limits.rules)))
    for r in list(kept):
        without = [k for k in kept if k != r]
        if not is_feasible(replace(problem, limits=problem.limits.only(without)), seconds):
            kept = without
    return tuple(problem.limits.rules[k] for k in kept)


def ids_in_the_way(problem: Problem, seconds: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of a problem that has no sample the required ids and those not allowed that no sample exists because of.

    Found like the rules, one after the other; more than `LISTED_OUT` that are not allowed are looked at together.
    """
    required = list(problem.required)
    for i in problem.required:
        fewer = [k for k in required if k != i]
        if not is_feasible(replace(problem, required=tuple(fewer)), seconds):
            required = fewer
    problem = replace(problem, required=tuple(required))
    out = [int(i) for i in np.flatnonzero(~problem.allowed)]
    for some in [[i] for i in out] if len(out) <= LISTED_OUT else [out]:
        allowed = problem.allowed.copy()
        allowed[some] = True
        if not is_feasible(replace(problem, allowed=allowed), seconds):
            problem = replace(problem, allowed=allowed)
    return problem.named(required), problem.named(int(i) for i in np.flatnonzero(~problem.allowed))


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


def wish(rule: Rule) -> str:
    """A rule in words: `'two rural' wants at least 2`."""
    if isinstance(rule, Bond) and rule.is_link:
        return f"{rule.name!r}"
    if rule.min is not None and rule.min == rule.max:
        return f"{rule.name!r} wants exactly {plain(rule.min)}{f' of {rule.sum_of} in all' if rule.sum_of else ''}"
    ends = [
        *([f"at least {plain(rule.min)}"] if rule.min is not None else []),
        *([f"at most {plain(rule.max)}"] if rule.max is not None else []),
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
