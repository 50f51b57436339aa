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


def greedy(problem: Problem) -> tuple[int, ...]:
    """Required sites first, then always the site farthest in all from those taken; rules are not looked at."""
    taken = list(problem.required)
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
    smallest = np.full(total.shape, np.inf)
    for k in range(len(at)):
        rest = [j for j in range(len(at)) if j != k]
        if rest:
            within = inside[np.ix_(rest, rest)][np.triu_indices(len(rest), 1)]
            smallest[k] = np.minimum(to_all[rest].min(axis=0), within.min() if within.size else np.inf)
    smallest[np.isinf(smallest)] = 0.0
    amounts = problem.limits.amounts
    spent = amounts[:, at].sum(axis=1)[:, None, None] - amounts[:, at][:, :, None] + amounts[:, None, :]
    low, high = problem.limits.low[:, None, None], problem.limits.high[:, None, None]
    keeps = ((spent >= low - 1e-9) & (spent <= high + 1e-9)).all(axis=0)
    keeps &= problem.allowed[None, :]
    keeps[:, at] = False
    keeps[[k for k, i in enumerate(at) if i in problem.required], :] = False
    return smallest, total, keeps


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
