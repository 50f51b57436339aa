"""The best sample for an objective, with what is proven about it.

Maximum sum by the counting program, maximum smallest distance by thresholds, lexicographic by both: first the
smallest distance, then the sum among all samples that reach it. Ties go to the lowest ids by a second solve.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from sampling import local, tabu
from sampling.apart import sample_apart
from sampling.cliques import STEP, samples_apart
from sampling.counting import most_possible, most_varied
from sampling.distance import Floats, splits
from sampling.model import TIE, Solved
from sampling.problem import Limits, Problem
from sampling.tangents import Part, tangents
from sampling.threshold import Spread, conflicts, widest

Clock = Callable[[], float]
Ties = Literal["unique", "lowest_ids", "unsettled"]
Status = Literal["optimal", "bounded"]
"""`bounded`: the time limit ended the proof, or (of a bare matrix) there was none to make."""
KEPT_FOR_SUM = 0.4
"""The share of the time limit that proving the smallest distance leaves to the sum, where that comes second."""
TANGENTS = 0.25
"""The share of the time left that one look at linear prices may take."""
LARGEST = 1_000
"""Sites that a program is built over at most: beyond it HiGHS cannot be stopped soon after its time limit."""
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
    status: Status
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
        if not open_pairs and self.bound is None:
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
    elif objective == "max_min":
        answer = _by_smallest(problem, widest(problem, start, left), left)
    else:
        answer = _by_both(problem, widest(problem, start, lambda: left() - KEPT_FOR_SUM * time_limit_s), left)
    return replace(answer, seconds=clock() - began)


def _by_sum(problem: Problem, start: tuple[int, ...], left: Callable[[], float], least: float = 0.0) -> Answer:
    """The greatest sum among samples whose smallest distance is at least `least`, as that of `start` is.

    Tangents bound it and leave few sites to the program, which proves the best of them in the time left; the second
    solve, for ties and the runner-up, gets what that left.
    """
    search = _Greatest(problem, start, left, least)
    solved = search.best(problem.total(start))
    found = [s for s in (solved.chosen, start) if s is not None and _keeps(problem, s, least)]
    chosen = max(found, key=problem.total, default=start)
    value = problem.total(chosen)
    if solved.status != "optimal":
        bound = max(value, solved.bound if solved.bound is not None else search.bound)
        return Answer(chosen, "bounded", value, bound, problem.smallest(chosen), None, "unsettled")
    second = search.best(_best_exchange(problem, chosen, least), other_than=chosen)
    ties: Ties = "unique" if second.status != "limit" else "unsettled"
    other = second.chosen
    if other is not None and problem.total(other) >= value - TIE:
        lowest = search.best(value - TIE, lowest_ids=True)
        ties = "lowest_ids" if lowest.status == "optimal" else "unsettled"
        tied = [s for s in (lowest.chosen, chosen, other) if s is not None and problem.total(s) >= value - 2 * TIE]
        first = lowest.chosen if lowest.status == "optimal" and lowest.chosen else min(tied)
        other, chosen = (chosen if chosen != first else other), first
    value = problem.total(chosen)
    return Answer(chosen, "optimal", value, value, problem.smallest(chosen), None, ties, runner_up=other)


class _Greatest:
    """The counting program over the sites that tangents leave, for one problem and smallest distance."""

    def __init__(self, problem: Problem, start: tuple[int, ...], left: Callable[[], float], least: float) -> None:
        self.problem, self.start, self.left, self.least = problem, start, left, least
        self.tangents = tangents(problem, start, lambda: TANGENTS * left())
        self.bound = min(self.tangents.bound, most_possible(splits(problem.coordinates), problem.size))

    def best(self, reached: float | None, *, other_than: tuple[int, ...] = (), lowest_ids: bool = False) -> Solved:
        """The best sample, given that a sum of `reached` is; of equal ones that of the lowest ids, or one not shut out.

        The bound holds for every sample that has the smallest distance, also where HiGHS gave none.
        """
        part = self.tangents.part(-math.inf if reached is None else reached)
        bound = self.bound
        groups: list[list[int]] = []
        if self.least > 0 and self.left() > 0:
            groups = conflicts(part.problem, self.least)
            if reached is not None:
                within = tangents(part.problem, part.own(self.start), lambda: TANGENTS * self.left(), groups)
                bound = min(bound, max(reached, within.bound))
                smaller = within.part(reached)
                part = Part(smaller.problem, tuple(part.at[i] for i in smaller.at))
                groups = conflicts(part.problem, self.least)
        if len(part.at) > LARGEST:
            return Solved("limit", None, bound)
        solved = most_varied(
            part.problem,
            splits(part.problem.coordinates),
            self.left(),
            conflicts=groups,
            other_than=part.own(other_than),
            lowest_ids_at=reached if lowest_ids else None,
            at_least=None if lowest_ids else reached,
            positions=part.at,
        )
        known = bound if solved.bound is None or lowest_ids else min(bound, solved.bound)
        return Solved(solved.status, part.whole(solved.chosen), known)


def _keeps(problem: Problem, sample: Sequence[int], least: float) -> bool:
    """Whether a sample keeps the rules and the smallest distance."""
    return bool(problem.limits.holds(sample).all()) and (not least or problem.smallest(sample) >= least - STEP)


def _best_exchange(problem: Problem, chosen: Sequence[int], least: float) -> float | None:
    """The greatest sum one exchange away from a sample; None when every exchange breaks a rule."""
    smallest, total, keeps = local.swaps(problem, chosen)
    after = total[keeps & (smallest >= least - STEP)]
    return float(after.max()) if after.size else None


def _by_smallest(problem: Problem, spread: Spread, left: Callable[[], float]) -> Answer:
    """Among the samples with the greatest smallest distance, the one of the lowest ids."""
    chosen, other = spread.chosen, None
    ties: Ties = "unsettled"
    if spread.is_proven:
        listed = samples_apart(problem, spread.smallest)
        if listed.is_complete:
            first, *rest = sorted(listed.samples)
            chosen, ties, other = first, "lowest_ids" if rest else "unique", rest[0] if rest else None
        else:
            lowest = sample_apart(problem, conflicts(problem, spread.smallest), left(), lowest_ids=True)
            if lowest.status == "optimal" and lowest.chosen:
                chosen, ties = lowest.chosen, "lowest_ids"
    value = problem.smallest(chosen)
    status: Status = "optimal" if spread.is_proven else "bounded"
    bound = value if spread.is_proven else spread.bound
    return Answer(chosen, status, value, bound, value, bound, ties, runner_up=other)


def _by_both(problem: Problem, spread: Spread, left: Callable[[], float]) -> Answer:
    """The greatest sum among the samples with the greatest smallest distance.

    Where that distance is not proven, the sum's bound holds for every sample that has at least the one found.
    """
    listed = samples_apart(problem, spread.smallest) if spread.is_proven else None
    if listed is None or not listed.is_complete:
        start = local.improve(problem, spread.chosen, by_smallest=True)
        answer = _by_sum(problem, start, left, spread.smallest)
        if spread.is_proven:
            return replace(answer, smallest_bound=max(spread.bound, answer.smallest))
        wider = problem.smallest(start) > answer.smallest + STEP
        if wider:  # the smallest distance comes first
            answer = replace(answer, chosen=start, value=problem.total(start), smallest=problem.smallest(start))
        bound = max(spread.bound, answer.smallest)
        return replace(answer, status="bounded", smallest_bound=bound, ties="unsettled", runner_up=None)
    ranked = sorted(listed.samples, key=lambda s: (-problem.total(s), s))
    value = problem.total(ranked[0])
    tied = sorted(s for s in ranked if problem.total(s) >= value - TIE)
    others = [s for s in ranked if s != tied[0]]
    value = problem.total(tied[0])
    return Answer(
        tied[0],
        "optimal",
        value,
        value,
        problem.smallest(tied[0]),
        problem.smallest(tied[0]),
        "lowest_ids" if len(tied) > 1 else "unique",
        runner_up=others[0] if others else None,
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What `max_sum` and `max_min` found on a distance matrix: ascending indices, value, bound, status.

    `steps` of the search were made where there was one; `is_cut` says that the time limit ended it, so that only
    a run of as many steps gives the same again.
    """

    chosen: tuple[int, ...]
    value: float
    bound: float | None
    status: Status
    steps: int | None = None
    is_cut: bool = False


def max_sum(
    distance: Floats,
    size: int,
    *,
    seed: int,
    time_limit_s: float,
    steps: int | None = None,
    clock: Clock = time.perf_counter,
) -> Chosen:
    """The `size` of n items with the greatest sum of pairwise distances, from an n × n symmetric matrix.

    Few samples are all looked at, which proves the best. Otherwise a search goes on for the time limit, or for so
    many `steps` where they are given: then the same seed gives the same answer on every machine.
    """
    problem = _of_matrix(distance, size)
    began = clock()
    if math.comb(len(distance), size) <= ENUMERATED:
        best = min(combinations(range(len(distance)), size), key=lambda s: (-round(problem.total(s), 9), s))
        return Chosen(best, problem.total(best), problem.total(best), "optimal")
    found = tabu.search(problem.distance, size, seed, steps=steps, is_over=lambda: clock() - began >= time_limit_s)
    value = problem.total(found.chosen)
    bound = max(value, _sum_bound(problem.distance, size))
    return Chosen(found.chosen, value, bound, "bounded", found.steps, found.ended_by == "time")


def max_min(distance: Floats, size: int, *, seed: int, time_limit_s: float, clock: Clock = time.perf_counter) -> Chosen:
    """The `size` of n items with the greatest smallest pairwise distance, from an n × n symmetric matrix."""
    answer = solve(_of_matrix(distance, size), "max_min", seed=seed, time_limit_s=time_limit_s, clock=clock)
    assert answer is not None  # without rules every sample will do
    return Chosen(answer.chosen, answer.value, answer.bound, answer.status, is_cut=answer.status == "bounded")


def _of_matrix(distance: Floats, size: int) -> Problem:
    n = len(distance)
    matrix = np.asarray(distance, dtype=np.float64)
    if matrix.shape != (n, n) or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T):
        raise ValueError("a distance matrix is square, symmetric and finite")
    if np.diagonal(matrix).any():
        raise ValueError("a distance matrix has zeros on its diagonal")
    if not 1 <= size <= n:
        raise ValueError(f"the size is {size} and there are {n} items")
    free = Limits((), np.zeros((0, n)), np.zeros(0), np.zeros(0))
    names = tuple(f"{i:06d}" for i in range(n))
    return Problem(names, size, np.zeros((n, 0)), matrix, free, np.ones(n, dtype=bool), ())


def _sum_bound(distance: Floats, size: int) -> float:
    """No sample exceeds half the sum of the `size` largest sums of each item's `size - 1` largest distances."""
    nearest = np.sort(distance, axis=1)[:, ::-1][:, : size - 1].sum(axis=1)
    return float(np.sort(nearest)[::-1][:size].sum() / 2)
