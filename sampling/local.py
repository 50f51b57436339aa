"""Local search on a distance matrix: single swaps, then swaps of two, from several starts.

It gives the value a proof starts from, and the answer where a proof does not end (Aringhieri and Cordone 2011
for the neighbourhoods).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from sampling.distance import Floats
from sampling.model import best_linear
from sampling.problem import Problem

STARTS = 6
DRAWS = 20
CANDIDATES = 12
GAIN = 1e-9


def starts(problem: Problem, seed: int, seconds: float, count: int = STARTS) -> list[tuple[int, ...]]:
    """Samples that keep the rules: the greedy one when it does, the rest at random. Empty: there is none."""
    random = np.random.default_rng(seed)
    found = [greedy(problem)]
    found = [s for s in found if problem.limits.holds(s).all()]
    for _ in range(count):
        drawn = _drawn(problem, random) or best_linear(problem, random.random(len(problem.ids)), seconds).chosen
        if drawn is None:
            return found
        found.append(drawn)
    return found


def _drawn(problem: Problem, random: np.random.Generator) -> tuple[int, ...] | None:
    """A random sample that keeps the rules, or None when a few draws found none."""
    free = np.setdiff1d(np.flatnonzero(problem.allowed), problem.required)
    for _ in range(DRAWS):
        drawn = random.choice(free, problem.size - len(problem.required), replace=False)
        sample = tuple(sorted([*problem.required, *(int(i) for i in drawn)]))
        if problem.limits.holds(sample).all():
            return sample
    return None


def greedy(problem: Problem, first: int | None = None) -> tuple[int, ...]:
    """Required sites and `first` to begin with, then always the site farthest in all from those taken.

    Rules are not looked at.
    """
    begun = () if first is None or len(problem.required) == problem.size else (first,)
    taken = list(dict.fromkeys((*problem.required, *begun)))
    worth = np.where(problem.allowed, problem.distance.sum(axis=1) * 1e-6, -np.inf)
    worth = worth + problem.distance[taken].sum(axis=0)
    worth[taken] = -np.inf
    while len(taken) < problem.size:
        best = int(np.argmax(worth))
        taken.append(best)
        worth = worth + problem.distance[best]
        worth[best] = -np.inf
    return tuple(sorted(taken))


def improve(problem: Problem, start: Sequence[int], *, by_smallest: bool) -> tuple[int, ...]:
    """The local optimum from a start that keeps the rules: by smallest distance then sum, or by sum alone."""
    chosen = list(start)
    while True:
        smallest, total, keeps = swaps(problem, chosen)
        score = np.where(keeps, smallest * 1e6 + total if by_smallest else total, -np.inf)
        out, into = np.unravel_index(int(np.argmax(score)), score.shape)
        now = problem.smallest(chosen) * 1e6 + problem.total(chosen) if by_smallest else problem.total(chosen)
        if score[out, into] <= now + GAIN:
            better = None if by_smallest else _two_swap(problem, chosen)
            if better is None:
                return tuple(sorted(chosen))
            chosen = better
        else:
            chosen[int(out)] = int(into)


def swaps(problem: Problem, chosen: Sequence[int]) -> tuple[Floats, Floats, np.ndarray]:
    """For every chosen site out and every site in (m × n): smallest distance, sum, and whether it keeps the rules."""
    at = list(chosen)
    d = problem.distance
    inside = d[np.ix_(at, at)]
    to_all = d[at]  # m × n
    total = inside.sum() / 2 - inside.sum(axis=1)[:, None] + to_all.sum(axis=0)[None, :] - to_all
    smallest = smallest_after(to_all, inside)
    amounts = problem.limits.amounts
    spent = amounts[:, at].sum(axis=1)[:, None, None] - amounts[:, at][:, :, None] + amounts[:, None, :]
    low, high = problem.limits.low[:, None, None], problem.limits.high[:, None, None]
    keeps = ((spent >= low - 1e-9) & (spent <= high + 1e-9)).all(axis=0) & may_change(problem, at)
    return smallest, total, keeps


def smallest_after(to_all: Floats, inside: Floats) -> Floats:
    """The smallest distance after every exchange (m × n), from the chosen's distances to all (m × n) and inside."""
    m = len(to_all)
    if m < 2:
        return np.zeros(to_all.shape)
    nearest, others = np.partition(to_all, 1, axis=0)[:2]
    after = np.where(to_all.argmin(axis=0)[None, :] == np.arange(m)[:, None], others, nearest)
    apart = inside + np.diag(np.full(m, np.inf))
    without = np.full(m, apart.min())
    for k in np.unravel_index(int(apart.argmin()), apart.shape):  # only who is of the closest pair can widen it
        without[k] = np.delete(np.delete(apart, k, axis=0), k, axis=1).min(initial=np.inf)
    return np.asarray(np.minimum(after, without[:, None]))


def may_change(problem: Problem, at: list[int]) -> np.ndarray:
    """Which exchanges (m × n) take out none that is required and let in one that is allowed and not in yet."""
    may = np.broadcast_to(problem.allowed, (len(at), len(problem.ids))).copy()
    may[:, at] = False
    may[[k for k, i in enumerate(at) if i in problem.required], :] = False
    return may


def _two_swap(problem: Problem, chosen: Sequence[int]) -> list[int] | None:
    """The best exchange of two for two among the sites with most to give, or None when none gains."""
    d = problem.distance
    free = [i for i in chosen if i not in problem.required]
    pull = d[:, list(chosen)].sum(axis=1)
    out = sorted(free, key=lambda i: (pull[i], i))[:CANDIDATES]
    into = [i for i in np.argsort(-pull, kind="stable") if problem.allowed[i] and i not in set(chosen)][:CANDIDATES]
    best, gained = None, GAIN
    for a, b in combinations(out, 2):
        for p, q in combinations(into, 2):
            gain = pull[p] + pull[q] - pull[a] - pull[b] + d[p, q] + d[a, b] - d[a, p] - d[a, q] - d[b, p] - d[b, q]
            if gain > gained:
                candidate = [i for i in chosen if i not in (a, b)] + [int(p), int(q)]
                if problem.limits.holds(candidate).all():
                    best, gained = candidate, float(gain)
    return best


def best_found(problem: Problem, starts: Iterable[Sequence[int]], *, by_smallest: bool) -> tuple[int, ...] | None:
    """The best local optimum over all starts; ties go to the lowest ids."""
    ends = {improve(problem, s, by_smallest=by_smallest) for s in starts}

    def worth(sample: tuple[int, ...]) -> tuple[float, float, tuple[int, ...]]:
        smallest = round(problem.smallest(sample), 9) if by_smallest else 0.0
        return (-smallest, -round(problem.total(sample), 9), sample)

    return min(ends, key=worth, default=None)
