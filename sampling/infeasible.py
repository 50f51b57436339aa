"""Rules that cannot all hold: which, why, and the smallest change that would let them.

The conflict is irreducible (deletion filter, Chinneck 2008): take any one rule of it away and the others can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from sampling.design import Rule, plain
from sampling.model import best_linear
from sampling.problem import Bond, Problem
from sampling.relaxation import given_way, relax
from study.errors import StudyError

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
