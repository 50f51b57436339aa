"""A search for the sample with the greatest smallest distance, where proving it takes long.

Each step takes one of the closest pair out and lets in the site that is then farthest from its nearest, better or
not; who left stays out for a while (drop and add with a tabu list, as Porumbel, Hao and Glover 2011, doi
10.1007/s10479-011-0898-z). After a while without a better sample a few random exchanges lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sampling.distance import DECIMALS, Floats
from sampling.problem import Mask, Problem

STEPS = 2_000
PATIENCE = 700
TENURE = 5
"""Who left stays out for 5 steps at least and as many more as the sample is large at most."""
SLACK = 1e-9


def spread_out(problem: Problem, start: Sequence[int], seed: int, steps: int = STEPS) -> tuple[int, ...]:
    """The best sample met from one that keeps the rules: by smallest distance, then sum. The same for a seed."""
    if problem.size < 2 or len(problem.required) == problem.size:
        return tuple(sorted(start))
    walk = _Walk(problem, start, np.random.default_rng(seed))
    for _ in range(steps):
        walk.go_on()
    return tuple(sorted(walk.best))


class _Walk:
    """One walk among samples that keep the rules; `best` is the best it met."""

    def __init__(self, problem: Problem, start: Sequence[int], random: np.random.Generator) -> None:
        self.problem = problem
        self.random = random
        self.chosen: NDArray[np.int64] = np.array(start, dtype=np.int64)
        self.step = self.since = 0
        self.barred = np.zeros(len(problem.ids), dtype=np.int64)
        self.stays = np.isin(np.arange(len(problem.ids)), problem.required)
        self.best: list[int] = [int(i) for i in start]
        self.best_worth = self._worth()

    def go_on(self) -> None:
        """One exchange, the best for one of the closest pair; random ones when none was better for long."""
        self.step += 1
        if self.step - self.since > PATIENCE:
            self.since = self.step
            self._kick()
        rows = self.problem.distance[self.chosen]
        within = rows[:, self.chosen] + np.where(np.eye(len(self.chosen), dtype=bool), np.inf, 0.0)
        nearest = within.min(axis=1)
        two = np.partition(rows, 1, axis=0)[:2] if len(rows) > 1 else np.vstack([rows, np.full_like(rows, np.inf)])
        found = []
        closest = np.flatnonzero((nearest <= nearest.min() + SLACK) & ~self.stays[self.chosen])
        for out in map(int, closest):
            may = self._may_enter(out) & (self.barred < self.step)
            apart = np.where(may, np.where(rows[out] <= two[0], two[1], two[0]), -1.0)
            first = np.flatnonzero(apart >= apart.max() - SLACK)
            into = int(first[np.argmax((rows.sum(axis=0) - rows[out])[first])])
            if may[into]:
                found.append(
                    (round(float(apart[into]), DECIMALS), -float(rows[out, self.chosen].sum()), int(out), into)
                )
        if not found:
            self.barred[:] = 0
            self._kick()
            return
        *_, out, into = max(found)
        self.barred[self.chosen[out]] = self.step + self.random.integers(TENURE, TENURE + len(self.chosen))
        self.chosen[out] = into
        worth = self._worth()
        if worth > self.best_worth:
            self.best, self.best_worth, self.since = [int(i) for i in self.chosen], worth, self.step

    def _worth(self) -> tuple[float, float]:
        sample = [int(i) for i in self.chosen]
        return round(self.problem.smallest(sample), DECIMALS), round(self.problem.total(sample), DECIMALS)

    def _may_enter(self, out: int) -> Mask:
        """Which sites may take one place without breaking a rule."""
        limits = self.problem.limits
        may = self.problem.allowed.copy()
        may[self.chosen] = False
        if len(limits.rules):
            amounts: Floats = limits.amounts
            rest = amounts[:, self.chosen].sum(axis=1) - amounts[:, self.chosen[out]]
            after = rest[:, None] + amounts
            may &= ((after >= limits.low[:, None] - SLACK) & (after <= limits.high[:, None] + SLACK)).all(axis=0)
        return may

    def _kick(self) -> None:
        """Random exchanges of up to half the sample, each keeping the rules."""
        for _ in range(max(1, len(self.chosen) // 2)):
            out = int(self.random.integers(len(self.chosen)))
            free = np.flatnonzero(self._may_enter(out))
            if free.size and not self.stays[self.chosen[out]]:
                self.chosen[out] = int(self.random.choice(free))
