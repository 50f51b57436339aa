"""What a sample is judged by: one or two measures, the first deciding, for whole samples and for every exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sampling.distance import Floats
from sampling.local import swaps
from sampling.matching import matched
from sampling.problem import Mask, Problem

Measure = str
"""A measure's name in words, as pages show it; a closeness is minus a distance or a sum of distances, at best 0."""
CLOSENESS = "closeness to each other"
MATCHED = "closeness of matched pairs"
BY_OBJECTIVE: dict[str, tuple[Measure, ...]] = {
    "lexicographic": ("smallest distance", "sum of distances"),
    "max_sum": ("sum of distances",),
    "max_min": ("smallest distance",),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """The measures, greatest is best; none: people decide.

    `worth` (length n) is that of the first measure where it adds up over sites; `against` marks the disconfirming
    cases where they are matched with confirming ones.
    """

    measures: tuple[Measure, ...]
    worth: Floats | None = None
    against: Mask | None = None

    def values(self, problem: Problem, chosen: Sequence[int]) -> tuple[float, ...]:
        """Each measure of one sample."""
        return tuple(self._one(m, problem, chosen) for m in self.measures)

    def _one(self, measure: Measure, problem: Problem, chosen: Sequence[int]) -> float:
        if measure == "smallest distance":
            return problem.smallest(chosen)
        if measure == "sum of distances":
            return problem.total(chosen)
        if measure == CLOSENESS:
            return -problem.total(chosen)
        if measure == MATCHED and self.against is not None:
            return -matched(problem.distance, self.against, chosen)
        assert self.worth is not None
        return float(self.worth[list(chosen)].sum())

    def exchanges(self, problem: Problem, chosen: Sequence[int]) -> Exchanges:
        """What every exchange of one chosen site for one other would give."""
        smallest, total, keeps = swaps(problem, chosen)
        by_measure: dict[Measure, Floats] = {"smallest distance": smallest, "sum of distances": total}
        by_measure[CLOSENESS] = -total
        if self.against is not None:
            by_measure[MATCHED] = self._matched_after(problem, chosen, keeps)
        if self.worth is not None:
            worth = self.worth
            now = worth[list(chosen)].sum()
            by_measure[self.measures[0]] = now - worth[list(chosen)][:, None] + worth[None, :]
        return Exchanges(tuple(chosen), tuple(by_measure[m] for m in self.measures), keeps)

    def _matched_after(self, problem: Problem, chosen: Sequence[int], keeps: Mask) -> Floats:
        """The matched distance (negative) after every exchange that keeps the rules."""
        after = np.full(keeps.shape, -np.inf)
        for out, into in np.argwhere(keeps):
            sample = [*(i for k, i in enumerate(chosen) if k != out), int(into)]
            after[out, into] = self._one(MATCHED, problem, sample)
        return after


@dataclass(frozen=True, slots=True)
class Exchanges:
    """m × n tables for the chosen (in their order) out and every site in: each measure after, and rules kept."""

    chosen: tuple[int, ...]
    after: tuple[Floats, ...]
    keeps: Mask

    def into(self, out: int) -> list[int]:
        """Sites that may take the place of the `out`-th chosen, best first, ties by id."""
        at = np.flatnonzero(self.keeps[out])
        return sorted((int(j) for j in at), key=lambda j: (self._order(out, j), j))

    def best_out(self, site: int) -> int | None:
        """The place in the sample that `site` would best take, or None when every exchange breaks a rule."""
        at = [int(k) for k in np.flatnonzero(self.keeps[:, site])]
        return min(at, key=lambda k: (self._order(k, site), self.chosen[k]), default=None)

    def values(self, out: int, site: int) -> tuple[float, ...]:
        """Each measure after one exchange."""
        return tuple(float(a[out, site]) for a in self.after)

    def _order(self, out: int, site: int) -> tuple[float, ...]:
        return tuple(-round(v, 9) for v in self.values(out, site))
