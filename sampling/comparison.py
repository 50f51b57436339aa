"""The sample beside random samples of the same size, and what its rules cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sampling import local
from sampling.diagnostics import Compared
from sampling.distance import Floats
from sampling.goal import Goal
from sampling.problem import Problem

DRAWS = 2000
Samples = NDArray[np.int64]


def random_samples(problem: Problem, seed: int, draws: int, *, keep_required: bool = False) -> Samples:
    """`draws` × size seeded random samples of the allowed rows, rules not looked at, indices ascending."""
    keys = np.random.default_rng(seed).random((draws, len(problem.ids)))
    keys[:, ~problem.allowed] = 2.0
    if keep_required:
        keys[:, list(problem.required)] = -1.0
    return np.sort(np.argpartition(keys, problem.size - 1, axis=1)[:, : problem.size], axis=1)


def compared(problem: Problem, goal: Goal, chosen: Sequence[int], seed: int, random: Samples) -> tuple[Compared, ...]:
    """Each measure beside random samples drawn without rules; nothing where there is only one sample."""
    if problem.size >= problem.allowed.sum():
        return ()
    measures = ["smallest distance", "sum of distances"] if problem.size > 1 and problem.coordinates.shape[1] else []
    measures += [m for m in goal.measures if m not in measures and m != "place in the drawn order"]
    free = _without_rules(problem, goal, chosen, seed)
    found = []
    for measure in measures:
        own = float(_measured(measure, problem, goal, np.array([sorted(chosen)]))[0])
        values = _measured(measure, problem, goal, random)
        below = float((values < own - 1e-9).mean())
        found.append(Compared(measure, own, float(np.median(values)), below, len(random), free.get(measure)))
    return tuple(found)


def _measured(measure: str, problem: Problem, goal: Goal, samples: Samples) -> Floats:
    """One measure of every sample."""
    if measure in ("smallest distance", "sum of distances"):
        inside = problem.distance[samples[:, :, None], samples[:, None, :]]
        pairs = inside[:, *np.triu_indices(problem.size, 1)]
        if not pairs.shape[1]:
            return np.zeros(len(samples))
        return np.asarray(pairs.min(axis=1) if measure == "smallest distance" else pairs.sum(axis=1))
    at = [str(m) for m in goal.measures].index(measure)
    return np.array([goal.values(problem, [int(i) for i in s])[at] for s in samples])


def _without_rules(problem: Problem, goal: Goal, chosen: Sequence[int], seed: int) -> dict[str, float]:
    """What the rules cost of the first measure, at the least: a sample found without them has that much more."""
    first = goal.measures[0] if goal.measures else None
    if not problem.limits.rules or first not in ("smallest distance", "sum of distances"):
        return {}
    unruled = replace(problem, limits=problem.limits.only(()))
    by_smallest = first == "smallest distance"
    starts = [*local.starts(unruled, seed, 5.0, count=2), tuple(chosen)]
    best = local.best_found(unruled, starts, by_smallest=by_smallest)
    gain = goal.values(problem, best)[0] - goal.values(problem, chosen)[0] if best else 0.0
    return {first: max(0.0, gain)}
