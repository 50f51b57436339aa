"""The best sample for an objective, with what is proven about it.

Maximum sum by the counting program, maximum smallest distance by thresholds, lexicographic by both: first the
smallest distance, then the sum among all samples that reach it. Ties go to the lowest ids by a second solve.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from sampling import local
from sampling.cliques import samples_apart
from sampling.counting import most_varied
from sampling.distance import Floats, splits
from sampling.model import TIE, best_linear
from sampling.problem import Limits, Problem
from sampling.threshold import Spread, conflicts, widest

Clock = Callable[[], float]
Ties = Literal["unique", "lowest_ids", "unsettled"]
ENUMERATED = 200_000
"""A distance matrix without attributes is proven by looking at every sample when there are at most this many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A sample (indices in id order) and its proof.

    `value` is the objective's: the sum of distances over pairs, or the smallest distance for max_min; `bound` is
    what no sample can exceed, None when nothing is known. `smallest` and `smallest_bound` are the same for the
    smallest distance, which lexicographic puts first. `runner_up` is the best other sample, where one was found.
    """

    chosen: tuple[int, ...]
    status: Literal["optimal", "bounded", "heuristic"]
    value: float
    bound: float | None
    smallest: float
    smallest_bound: float | None
    ties: Ties
    seconds: float = 0.0
    runner_up: tuple[int, ...] | None = None

    @property
    def gap(self) -> float | None:
        """How far the objective may still be from its bound, as a share of the value; None without a bound."""
        pairs = [(self.smallest, self.smallest_bound), (self.value, self.bound)]
        open_pairs = [(v, b) for v, b in pairs if b is not None and b > v + TIE]
        if self.status == "heuristic" or (not open_pairs and self.bound is None):
            return None
        return max(((b - v) / v if v else math.inf for v, b in open_pairs if b is not None), default=0.0)


def solve(
    problem: Problem,
    objective: Literal["lexicographic", "max_sum", "max_min"],
    *,
    seed: int,
    time_limit_s: float,
    clock: Clock = time.perf_counter,
) -> Answer | None:
    """The best sample for a problem whose rules can be kept; None when no sample was found in time."""
    began = clock()

    def left() -> float:
        return time_limit_s - (clock() - began)

    by_smallest = objective != "max_sum"
    start = local.best_found(problem, local.starts(problem, seed, left()), by_smallest=by_smallest)
    if start is None:
        return None
    if objective == "max_sum":
        answer = _by_sum(problem, start, left)
    else:
        spread = widest(problem, start, left)
        answer = _by_smallest(problem, spread, left) if objective == "max_min" else _by_both(problem, spread, left)
    return replace(answer, seconds=clock() - began)


def _by_sum(problem: Problem, start: tuple[int, ...], left: Callable[[], float], least: float = 0.0) -> Answer:
    """The greatest sum among samples whose smallest distance is at least `least`."""
    cuts = splits(problem.coordinates)
    groups = conflicts(problem, least) if least > 0 else []
    solved = most_varied(problem, cuts, left(), conflicts=groups)
    found = [s for s in (solved.chosen, start) if s is not None and problem.smallest(s) >= least - TIE]
    chosen = max(found, key=problem.total, default=start)
    value = problem.total(chosen)
    if solved.status != "optimal":
        bound = None if solved.bound is None else max(solved.bound, value)
        status: Literal["bounded", "heuristic"] = "heuristic" if bound is None else "bounded"
        return Answer(chosen, status, value, bound, problem.smallest(chosen), None, "unsettled")
    second = most_varied(problem, cuts, left(), conflicts=groups, other_than=chosen)
    ties: Ties = "unique" if second.status != "limit" else "unsettled"
    other = second.chosen
    if other is not None and problem.total(other) >= value - TIE:
        lowest = most_varied(problem, cuts, left(), conflicts=groups, lowest_ids_at=value - TIE)
        ties = "lowest_ids" if lowest.status == "optimal" else "unsettled"
        tied = [s for s in (lowest.chosen, chosen, other) if s is not None and problem.total(s) >= value - 2 * TIE]
        first = lowest.chosen if lowest.status == "optimal" and lowest.chosen else min(tied)
        other, chosen = (chosen if chosen != first else other), first
    value = problem.total(chosen)
    return Answer(chosen, "optimal", value, value, problem.smallest(chosen), None, ties, runner_up=other)


def _by_smallest(problem: Problem, spread: Spread, left: Callable[[], float]) -> Answer:
    """Among the samples with the greatest smallest distance, the one of the lowest ids."""
    chosen, ties, other = spread.chosen, "unsettled", None
    if spread.is_proven:
        listed = samples_apart(problem, spread.smallest)
        if listed.is_complete:
            first, *rest = sorted(listed.samples)
            chosen, ties, other = first, "lowest_ids" if rest else "unique", rest[0] if rest else None
        else:
            positions = -np.arange(len(problem.ids), dtype=np.float64)
            lowest = best_linear(problem, positions, left(), conflicts(problem, spread.smallest))
            if lowest.status == "optimal" and lowest.chosen:
                chosen, ties = lowest.chosen, "lowest_ids"
    value = problem.smallest(chosen)
    status: Literal["optimal", "bounded"] = "optimal" if spread.is_proven else "bounded"
    return Answer(chosen, status, value, spread.bound, value, spread.bound, ties, runner_up=other)  # type: ignore[arg-type]


def _by_both(problem: Problem, spread: Spread, left: Callable[[], float]) -> Answer:
    """The greatest sum among the samples with the greatest smallest distance."""
    listed = samples_apart(problem, spread.smallest)
    if not listed.is_complete:
        answer = _by_sum(problem, spread.chosen, left, spread.smallest)
        answer = replace(answer, smallest=problem.smallest(answer.chosen), smallest_bound=spread.bound)
    else:
        ranked = sorted(listed.samples, key=lambda s: (-problem.total(s), s))
        value = problem.total(ranked[0])
        tied = sorted(s for s in ranked if problem.total(s) >= value - TIE)
        others = [s for s in ranked if s != tied[0]]
        value = problem.total(tied[0])
        answer = Answer(
            tied[0],
            "optimal",
            value,
            value,
            problem.smallest(tied[0]),
            spread.bound,
            "lowest_ids" if len(tied) > 1 else "unique",
            runner_up=others[0] if others else None,
        )
    if spread.is_proven:
        return answer
    return replace(answer, status="bounded", bound=None, smallest_bound=spread.bound)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What `max_sum` and `max_min` found on a distance matrix: ascending indices, value, bound, status."""

    chosen: tuple[int, ...]
    value: float
    bound: float | None
    status: Literal["optimal", "bounded", "heuristic"]


def max_sum(distance: Floats, size: int, *, seed: int, time_limit_s: float, clock: Clock = time.perf_counter) -> Chosen:
    """The `size` of n items with the greatest sum of pairwise distances, from an n × n symmetric matrix."""
    problem = _of_matrix(distance, size)
    began = clock()
    if math.comb(len(distance), size) <= ENUMERATED:
        best = min(combinations(range(len(distance)), size), key=lambda s: (-round(problem.total(s), 9), s))
        return Chosen(best, problem.total(best), problem.total(best), "optimal")
    random = np.random.default_rng(seed)
    best = local.improve(problem, local.greedy(problem), by_smallest=False)
    for _ in range(10_000):
        if clock() - began > min(time_limit_s, 10.0):
            break
        start = sorted(int(i) for i in random.choice(len(distance), size, replace=False))
        best = max(best, local.improve(problem, start, by_smallest=False), key=problem.total)
    return Chosen(best, problem.total(best), _sum_bound(problem.distance, size), "bounded")


def max_min(distance: Floats, size: int, *, seed: int, time_limit_s: float, clock: Clock = time.perf_counter) -> Chosen:
    """The `size` of n items with the greatest smallest pairwise distance, from an n × n symmetric matrix."""
    answer = solve(_of_matrix(distance, size), "max_min", seed=seed, time_limit_s=time_limit_s, clock=clock)
    assert answer is not None  # without rules every sample will do
    return Chosen(answer.chosen, answer.value, answer.bound, answer.status)


def _of_matrix(distance: Floats, size: int) -> Problem:
    n = len(distance)
    matrix = np.asarray(distance, dtype=np.float64)
    if matrix.shape != (n, n) or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T):
        raise ValueError("a distance matrix is square, symmetric and finite")
    if not 1 <= size <= n:
        raise ValueError(f"the size is {size} and there are {n} items")
    free = Limits((), np.zeros((0, n)), np.zeros(0), np.zeros(0))
    names = tuple(f"{i:06d}" for i in range(n))
    return Problem(names, size, np.zeros((n, 0)), matrix, free, np.ones(n, dtype=bool), ())


def _sum_bound(distance: Floats, size: int) -> float:
    """No sample exceeds half the sum of the `size` largest sums of each item's `size - 1` largest distances."""
    nearest = np.sort(distance, axis=1)[:, ::-1][:, : size - 1].sum(axis=1)
    return float(np.sort(nearest)[::-1][:size].sum() / 2)
