"""Max-min exactly: bisect the smallest distance, each time asking whether a sample keeps it.

A quick clique search answers first; where it gives up CP-SAT does, in a model where pairs closer than the threshold
are in conflict and greedy cliques cover them in few rows. Before that a search raises what is reached. A question
that stays open for long is left for a later round, so that the bound comes down everywhere before time is spent
where it is hardest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sampling.apart import sample_apart
from sampling.cliques import STEP, bits, samples_apart
from sampling.distance import DECIMALS, Floats
from sampling.everywhere import from_every_site
from sampling.model import Solved
from sampling.problem import Problem
from sampling.spreading import spread_out

QUICK = 2_000
"""Nodes of the clique search before CP-SAT is asked."""
FEW = 100
"""Nodes of the clique search where it alone brings the bound down, before anything is asked of CP-SAT."""
WALKS = 4
"""Searches at the start of each round but the first, which most frames do not outlive."""
EVERYWHERE = 0.4
"""At most this share of the time left goes to greedy samples from every site, where a quick search left it open."""
ROUNDS = ((2.0, 0.01), (10.0, 0.002), (math.inf, 0.0))
"""Seconds for one question in each round, and how near to what is out of reach (as a share) an open one ends it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The best smallest distance found, the sample that has it, and the bound: equal when proven."""

    chosen: tuple[int, ...]
    smallest: float
    bound: float

    @property
    def is_proven(self) -> bool:
        return self.bound <= self.smallest + STEP


def widest(problem: Problem, start: tuple[int, ...], left: Callable[[], float]) -> Spread:
    """The sample with the greatest smallest distance, from a sample that keeps the rules; `left` gives seconds left.

    A sample of one has no pair: its smallest distance is 0 by definition.
    """
    chosen, smallest = start, problem.smallest(start)
    at = np.flatnonzero(problem.allowed)
    inside = problem.distance[np.ix_(at, at)][np.triu_indices(len(at), 1)]
    above = np.unique(np.round(inside[inside > smallest + STEP], DECIMALS))
    if problem.size < 2 or not above.size:
        return Spread(chosen, smallest, smallest)
    low, high = 0, len(above)  # above[:low] reached, above[high:] out of reach

    def reach(sample: tuple[int, ...]) -> None:
        nonlocal chosen, smallest, low
        if problem.smallest(sample) > smallest + STEP:
            chosen, smallest = sample, problem.smallest(sample)
            low = int(np.searchsorted(above, smallest + STEP))

    if _quick(problem, float(above[0])).status == "infeasible":
        return Spread(chosen, smallest, smallest)
    floor = low
    while floor < high and left() > 0:
        probe = (floor + high) // 2
        answer = _quick(problem, float(above[probe]), FEW)
        if answer.status == "infeasible":
            high = probe
        else:
            reach(answer.chosen or chosen)
            floor = max(low, probe + 1)
    if low >= high:
        return Spread(chosen, smallest, smallest)
    kept = (1 - EVERYWHERE) * left()
    for sample in from_every_site(problem):
        reach(sample)
        if left() <= kept or low >= high:
            break
    for turn, (seconds, fine) in enumerate(ROUNDS):
        for walk in range(WALKS if turn else 1):
            if left() > 0:
                reach(spread_out(problem, chosen, turn * WALKS + walk))
        floor = probe = low  # the search is mostly right: first ask for the very next distance
        while floor < high and left() > 0:
            answer = keeping(problem, float(above[probe]), min(seconds, left()))
            if answer.chosen is not None:
                reach(answer.chosen)
                floor = max(floor, low, probe + 1)
            elif answer.status == "infeasible":
                high = probe
            else:
                floor = probe + 1
                if above[high - 1] - above[probe] <= fine * above[probe]:
                    break
            probe = (floor + high) // 2
        if low >= high:
            return Spread(chosen, smallest, smallest)
    return Spread(chosen, smallest, float(above[high - 1]))


def keeping(problem: Problem, threshold: float, seconds: float) -> Solved:
    """A sample with no two sites closer than the threshold, or that there is none."""
    quick = _quick(problem, threshold)
    return quick if quick.status != "limit" else sample_apart(problem, conflicts(problem, threshold), seconds)


def _quick(problem: Problem, threshold: float, nodes: int = QUICK) -> Solved:
    """What a few nodes of the clique search say."""
    found = samples_apart(problem, threshold, most=1, nodes=nodes)
    if found.samples:
        return Solved("optimal", found.samples[0], None)
    return Solved("infeasible" if found.is_complete else "limit", None, None)


def conflicts(problem: Problem, threshold: float) -> list[list[int]]:
    """Groups of sites each of which is pairwise closer than the threshold; together they cover every such pair."""
    return cliques(problem.distance < threshold - STEP, problem.allowed)


def cliques(close: Floats | np.ndarray, allowed: np.ndarray) -> list[list[int]]:
    """Greedy maximal cliques that cover every edge of a symmetric boolean matrix among the allowed."""
    close = close & allowed[:, None] & allowed[None, :]
    np.fill_diagonal(close, False)
    near = [bits(row) for row in close]
    uncovered = [bits(row) for row in np.triu(close)]
    found: list[list[int]] = []
    for i in range(len(near)):
        while uncovered[i]:
            group, common = [i], near[i]
            while common:
                fresh = common & uncovered[i]
                nearest = _lowest(fresh or common)
                group.append(nearest)
                common &= near[nearest]
            group.sort()
            others = ~sum(1 << k for k in group)
            for k in group:
                uncovered[k] &= others
            found.append(group)
    return found


def _lowest(members: int) -> int:
    return (members & -members).bit_length() - 1
