"""What others do, to compare with: greedy starts with exchanges of one, and k-means with the nearest site.

The second is the way of R's generalizeR: k-means on the rows of the matrix of distances, then for each cluster the
site nearest its centre. Both are written here from scratch, so that no fault of ours can hide in them.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2  # type: ignore[import-untyped]

from sampling.problem import Problem

Floats = NDArray[np.float64]
SMALLEST, BROKEN = 1e5, 1e9
"""What a smallest distance of 1, and one row or one largest cost beyond a rule, count beside a sum of distances."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor's best sample (indices), smallest distance, sum of distances, whether it keeps the rules, effort."""

    chosen: tuple[int, ...]
    smallest: float
    total: float
    keeps_rules: bool
    cpu_s: float
    starts: int


def many_greedy(problem: Problem, *, by_smallest: bool, seed: int, cpu_s: float, starts: int) -> Rival:
    """The best of greedy samples, each from a first site drawn anew and improved by exchanges of one until none gains.

    It goes on until it has had both `cpu_s` seconds and `starts` starts. Rules come first in every exchange, so that
    only what exchanges of one cannot mend stays broken.
    """
    began = time.process_time()
    random = np.random.default_rng(seed)
    found: set[tuple[int, ...]] = set()
    done = 0
    while done < starts or time.process_time() - began < cpu_s:
        start = _greedy(problem.distance, int(random.integers(len(problem.ids))), problem.size)
        found.add(_exchanged(problem, start, by_smallest=by_smallest))
        done += 1
    key = _key(problem, by_smallest=by_smallest)
    best = max(found, key=lambda s: (problem.limits.holds(s).all(), *key(s)))
    return _rival(problem, best, time.process_time() - began, done)


def nearest_to_means(problem: Problem, *, by_smallest: bool, seed: int, starts: int) -> Rival:
    """The best of several runs of k-means, each with the nearest site of every cluster; rules are not looked at."""
    began = time.process_time()
    found = [_nearest(problem.distance, problem.size, np.random.default_rng([seed, k])) for k in range(starts)]
    best = max(found, key=_key(problem, by_smallest=by_smallest))
    return _rival(problem, best, time.process_time() - began, starts)


def _key(problem: Problem, *, by_smallest: bool) -> Callable[[Sequence[int]], tuple[float, float]]:
    """What a sample is judged by, greatest is best."""
    return lambda s: (problem.smallest(s) if by_smallest else 0.0, problem.total(s))


def _greedy(distance: Floats, first: int, size: int) -> list[int]:
    """From one site always the site farthest in all from those taken."""
    taken, worth = [first], distance[first].copy()
    while len(taken) < size:
        worth[taken[-1]] = -np.inf
        taken.append(int(np.argmax(worth)))
        worth = worth + distance[taken[-1]]
    return taken


def _exchanged(problem: Problem, start: Sequence[int], *, by_smallest: bool) -> tuple[int, ...]:
    """The sample after the best exchange of one, again and again until none gains."""
    chosen, now = list(start), -np.inf
    while True:
        score, here = _scores(problem, chosen, by_smallest=by_smallest)
        out, into = divmod(int(np.argmax(score)), len(problem.ids))
        if score[out, into] <= here + 1e-6 or here <= now:
            return tuple(sorted(chosen))
        chosen[out], now = into, here


def _scores(problem: Problem, chosen: list[int], *, by_smallest: bool) -> tuple[Floats, float]:
    """The score after every exchange (m × n), and the score now."""
    m, rows = len(chosen), problem.distance[chosen]  # m × n
    inside = rows[:, chosen]
    sums = inside.sum(axis=1)
    total = sums.sum() / 2
    score = total - sums[:, None] + rows.sum(axis=0)[None, :] - rows
    here = total
    if by_smallest and m > 2:
        apart = inside + np.diag(np.full(m, np.inf))
        for k in range(m):
            rest = [j for j in range(m) if j != k]
            score[k] += SMALLEST * np.minimum(rows[rest].min(axis=0), apart[np.ix_(rest, rest)].min())
        here += SMALLEST * apart.min()
    limits = problem.limits
    for amounts, low, high, rule in zip(limits.amounts, limits.low, limits.high, limits.rules, strict=True):
        step = float(np.abs(amounts).max()) if rule.sum_of else 1.0
        got = amounts[chosen].sum()
        after = got - amounts[chosen][:, None] + amounts[None, :]
        score -= BROKEN / step * (np.maximum(low - after, 0) + np.maximum(after - high, 0))
        here -= BROKEN / step * (max(low - got, 0) + max(got - high, 0))
    score[:, chosen] = -np.inf
    return score, float(here)


def _nearest(distance: Floats, size: int, random: np.random.Generator) -> tuple[int, ...]:
    """The site nearest the centre of every cluster, each site once; an empty cluster takes the nearest still free."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty clusters
        centres, _ = kmeans2(distance, size, minit="++", rng=random)
    taken: list[int] = []
    for centre in np.nan_to_num(centres):
        far = ((distance - centre) ** 2).sum(axis=1)
        far[taken] = np.inf
        taken.append(int(np.argmin(far)))
    return tuple(sorted(taken))


def _rival(problem: Problem, chosen: tuple[int, ...], cpu_s: float, starts: int) -> Rival:
    keeps = bool(problem.limits.holds(chosen).all())
    return Rival(chosen, problem.smallest(chosen), problem.total(chosen), keeps, cpu_s, starts)
