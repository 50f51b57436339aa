"""Greedy samples from every first site, each improved by exchanges of one until none gains.

A simple search that misses little where a proof takes too long; rules that a greedy sample breaks are mended first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sampling.distance import Floats
from sampling.local import greedy, may_change, smallest_after
from sampling.problem import Problem

SMALLEST, BROKEN = 1e5, 1e10
"""What a smallest distance of 1, and one row or the largest cost beyond a rule, count beside a sum of distances."""
GAIN = 1e-6
FIRST_LOOKED_AT = 256
"""So many exchanges, the best ones, are held against the rules before all of them are."""


def from_every_site(problem: Problem) -> Iterator[tuple[int, ...]]:
    """A sample for each allowed first site in the order of ids, those that cannot be mended left out: by smallest
    distance, then sum."""
    ends: dict[tuple[int, ...], tuple[int, ...]] = {}
    for first in np.flatnonzero(problem.allowed):
        found = exchanged(problem, greedy(problem, int(first)), ends)
        if problem.limits.holds(found).all():
            yield found


def exchanged(problem: Problem, start: Sequence[int], ends: dict[tuple[int, ...], tuple[int, ...]]) -> tuple[int, ...]:
    """The sample after the best exchange of one again and again; what mends a rule comes before all else.

    `ends` says where samples met before ended, and learns where those met now do.
    """
    met = [tuple(sorted(start))]
    while met[-1] not in ends:
        after = _best_exchange(problem, met[-1])
        if after is None:
            ends[met[-1]] = met[-1]
            break
        met.append(after)
    ends.update(dict.fromkeys(met, ends[met[-1]]))
    return ends[met[-1]]


def _best_exchange(problem: Problem, sample: tuple[int, ...]) -> tuple[int, ...] | None:
    """The sample after its best exchange of one, or None when none gains."""
    chosen = list(sample)
    to_all = problem.distance[chosen]
    inside = to_all[:, chosen]
    total = inside.sum() / 2
    after = total - inside.sum(axis=1)[:, None] + to_all.sum(axis=0)[None, :] - to_all
    score = np.where(may_change(problem, chosen), after + SMALLEST * smallest_after(to_all, inside), -np.inf)
    here = float(total + SMALLEST * problem.smallest(chosen))
    spent = problem.limits.amounts[:, chosen].sum(axis=1)
    broken = float(_beyond(problem, spent[:, None])[0])
    flat = score.ravel()
    everything = np.arange(flat.size)
    if broken > 0 or flat.size <= FIRST_LOOKED_AT:
        return _gaining(problem, chosen, spent, score, everything, here, broken)
    best = np.argpartition(-flat, FIRST_LOOKED_AT)[:FIRST_LOOKED_AT]
    found = _gaining(problem, chosen, spent, score, best, here, broken)
    if found is None and flat[best].min() > here + GAIN:
        found = _gaining(problem, chosen, spent, score, everything, here, broken)
    return found


def _gaining(
    problem: Problem, chosen: list[int], spent: Floats, score: Floats, at: np.ndarray, here: float, broken: float
) -> tuple[int, ...] | None:
    """The best of these exchanges (flat indices) by rules, then score; None when it does not gain."""
    out, into = np.unravel_index(at, score.shape)
    amounts = problem.limits.amounts
    after = _beyond(problem, spent[:, None] - amounts[:, np.asarray(chosen)[out]] + amounts[:, into])
    worth = score[out, into] - BROKEN * after
    k = int(np.lexsort((at, -worth))[0])
    if worth[k] <= here - BROKEN * broken + GAIN:
        return None
    return tuple(sorted([*(i for j, i in enumerate(chosen) if j != out[k]), int(into[k])]))


def _beyond(problem: Problem, spent: Floats) -> Floats:
    """How far what the rules count (R × any) is outside them, each in its own largest amount, summed over the rules."""
    limits = problem.limits
    outside = np.maximum(limits.low[:, None] - spent, 0.0) + np.maximum(spent - limits.high[:, None], 0.0)
    step = np.maximum(np.abs(limits.amounts).max(axis=1, initial=0.0), 1e-12)[:, None]
    return np.asarray((np.where(outside > 1e-9, outside, 0.0) / step).sum(axis=0))
