"""The sample of a problem by its strategy's way: solved, paired, closest, drawn or decided by people; and its proof."""

from __future__ import annotations

import math
from dataclasses import replace as changed
from itertools import combinations

import numpy as np

from sampling import local
from sampling.design import Design, Rule, plain
from sampling.diagnose import rules_met
from sampling.frame import Frame
from sampling.goal import CLOSENESS, Goal
from sampling.matching import matched, nearest_opposites
from sampling.model import TIE, Solved, best_linear
from sampling.plan import Plan
from sampling.problem import Problem
from sampling.sample import Proof
from sampling.solve import Answer, Clock, Ties, solve
from study.errors import StudyError

LOOKED_AT = 20_000
"""The least spread is proven by looking at every sample where there are at most this many."""
Found = tuple[tuple[int, ...], Proof, tuple[int, ...] | None]
"""The chosen in id order, what is proven, and the best other sample where one was found."""


def choose(problem: Problem, laid: Plan, design: Design, frame: Frame, clock: Clock) -> Found:
    """The sample that the plan's way gives; StudyError when people's choice breaks a rule or no sample was found."""
    if laid.answered == "decided_by_people":
        return _by_people(problem, design, frame), _unproven("decided_by_people"), None
    if laid.answered == "closest":
        return _closest(problem, design, clock)
    if laid.answered == "paired":
        return _paired(problem, laid.goal, design, clock)
    if laid.goal.worth is not None:
        return _by_worth(problem, laid.goal, laid.answered == "drawn", design, clock)
    answer = solve(problem, design.objective, seed=design.seed, time_limit_s=design.time_limit_s, clock=clock)
    if answer is None:
        raise _out_of_time(design)
    return answer.chosen, _proof(answer, design.objective), answer.runner_up


def _by_people(problem: Problem, design: Design, frame: Frame) -> tuple[int, ...]:
    """The rows people chose, once every rule holds."""
    outside = sorted(set(design.chosen) - {i for i, a in zip(problem.ids, problem.allowed, strict=True) if a})
    if outside:
        raise StudyError(
            f"chosen but not eligible: {frame.named(outside)}",
            where="the sampling design",
            remedy="Choose others, or change the criterion or `forbidden`.",
        )
    missing = sorted(set(design.required) - set(design.chosen))
    if missing:
        raise StudyError(
            f"required but not chosen: {frame.named(missing)}",
            where="the sampling design",
            remedy="Add them to `chosen` or take them out of `required`.",
        )
    chosen = tuple(sorted(problem.index(design.chosen)))
    held = problem.limits.holds(chosen)
    if not held.all():
        first = rules_met(problem.limits, chosen)[int(np.argmin(held))]
        raise StudyError(
            f"the chosen rows break the rule {first.name!r}: {plain(first.got)} where it wants {first.wanted}",
            where="the sampling design",
            remedy="Choose others, or change the rule with a reason.",
        )
    return chosen


def _by_worth(problem: Problem, goal: Goal, is_drawn: bool, design: Design, clock: Clock) -> Found:
    """The sample of greatest worth; of equally worthy ones that of the lowest ids by sum of positions."""
    began = clock()
    assert goal.worth is not None
    solved = best_linear(problem, goal.worth, design.time_limit_s)
    if solved.chosen is None:
        raise _out_of_time(design)
    value = goal.values(problem, solved.chosen)[0]
    ties: Ties | None = None
    chosen = solved.chosen
    if not is_drawn:
        as_good = problem.limits.also(Rule("as good as the best", min=value - TIE), goal.worth)
        positions = -np.arange(len(problem.ids), dtype=np.float64)
        lowest = best_linear(changed(problem, limits=as_good), positions, design.time_limit_s)
        ties = "lowest_ids" if lowest.status == "optimal" else "unsettled"
        chosen = lowest.chosen or chosen
        value = goal.values(problem, chosen)[0]
    seconds = clock() - began
    if is_drawn:
        is_only_one = len(chosen) == problem.allowed.sum()  # everybody eligible: there is no other sample
        return chosen, changed(_unproven("optimal" if is_only_one else "drawn"), seconds=seconds), None
    is_proven = solved.status == "optimal"
    bound = value if is_proven else solved.bound
    gap = None if bound is None else max(0.0, (bound - value) / abs(value)) if value else 0.0
    status = "optimal" if is_proven else "bounded" if bound is not None else "heuristic"
    return chosen, Proof(status, goal.measures[0], value, bound, gap, None, None, ties, seconds), None  # type: ignore[arg-type]


def _closest(problem: Problem, design: Design, clock: Clock) -> Found:
    """Least spread: proven where all samples can be looked at, else the best of a search and unproven.

    The sum of distances is concave in the counts, so that the program which proves the most varied sample cannot
    prove the least varied one.
    """
    began = clock()
    free = [int(i) for i in np.flatnonzero(problem.allowed) if i not in problem.required]
    places = problem.size - len(problem.required)
    if math.comb(len(free), places) <= LOOKED_AT:
        every = (tuple(sorted((*problem.required, *more))) for more in combinations(free, places))
        kept = [s for s in every if problem.limits.holds(s).all()]
        totals = [round(problem.total(s), 9) for s in kept]
        ranked = sorted(zip(totals, kept, strict=True))
        chosen = min(s for total, s in ranked if total <= ranked[0][0] + TIE)
        others = [(total, s) for total, s in ranked if s != chosen]
        value = -round(problem.total(chosen), 9)
        ties: Ties = "lowest_ids" if others and others[0][0] <= TIE - value else "unique"
        proof = Proof("optimal", CLOSENESS, value, value, 0.0, None, None, ties, clock() - began)
        return chosen, proof, others[0][1] if others else None
    apart = float(problem.distance.max()) or 1.0
    near = apart - problem.distance
    np.fill_diagonal(near, 0.0)
    turned = changed(problem, distance=near)
    starts = [*_around(problem), *local.starts(turned, design.seed, design.time_limit_s)]
    best = local.best_found(turned, starts, by_smallest=False)
    if best is None:
        raise _out_of_time(design)
    value = -problem.total(best)
    return best, Proof("heuristic", CLOSENESS, value, None, None, None, None, "unsettled", clock() - began), None


def _around(problem: Problem) -> list[tuple[int, ...]]:
    """For every allowed row the sample of those nearest to it, where that keeps the rules."""
    found = []
    for i in np.flatnonzero(problem.allowed):
        order = np.lexsort((np.arange(len(problem.ids)), np.round(problem.distance[i], 9)))
        near = [int(j) for j in order if problem.allowed[j] and j not in problem.required]
        sample = tuple(sorted((*problem.required, *near[: problem.size - len(problem.required)])))
        if problem.limits.holds(sample).all():
            found.append(sample)
    return sorted(set(found), key=lambda s: (round(problem.total(s), 9), s))[: local.STARTS]


def _paired(problem: Problem, goal: Goal, design: Design, clock: Clock) -> Found:
    """The largest residuals first, then the nearest opposites beside them, then the lowest ids."""
    began = clock()
    worth, against = goal.worth, goal.against
    assert worth is not None
    assert against is not None
    first = best_linear(problem, worth, design.time_limit_s)
    if first.chosen is None:
        raise _out_of_time(design)
    most = goal.values(problem, first.chosen)[0]

    def solve_pairs(within: float | None) -> Solved:
        left = design.time_limit_s - (clock() - began)
        return nearest_opposites(problem, against, worth, at_least=most - TIE, seconds=left, within=within)

    second = solve_pairs(None)
    chosen = second.chosen or first.chosen
    ties: Ties = "unsettled"
    is_proven = first.status == "optimal" and second.status == "optimal"
    if is_proven:
        lowest = solve_pairs(matched(problem.distance, against, chosen))
        ties = "lowest_ids" if lowest.status == "optimal" else "unsettled"
        chosen = lowest.chosen or chosen
    value = goal.values(problem, chosen)[0]
    bound = value if is_proven else first.bound
    status_ = "optimal" if is_proven else "heuristic" if bound is None else "bounded"
    gap = None if bound is None else max(0.0, (bound - value) / abs(value)) if value else 0.0
    proof = Proof(status_, goal.measures[0], value, bound, gap, None, None, ties, clock() - began)  # type: ignore[arg-type]
    return chosen, proof, None


def _proof(answer: Answer, objective: str) -> Proof:
    return Proof(
        answer.status,
        objective,
        answer.value,
        answer.bound,
        answer.gap,
        answer.smallest,
        answer.smallest_bound,
        answer.ties,
        answer.seconds,
    )


def _unproven(status: str) -> Proof:
    return Proof(status, None, None, None, None, None, None, None, 0.0)  # type: ignore[arg-type]


def _out_of_time(design: Design) -> StudyError:
    return StudyError(
        f"no sample was found within {design.time_limit_s:g} seconds",
        where="the sampling design, time_limit_s",
        remedy="Allow more time, or simplify the rules.",
    )
