"""The choice under other weights: how often each site stays when the weights are drawn anew.

Weights are Dirichlet with the declared weights as their mean: of K attributes of equal weight every division of
the whole is equally likely. Each draw is answered by local search, single exchanges from the chosen sample and from
random ones that keep the rules, all draws at once; what it finds is not proven, and the result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist  # type: ignore[import-untyped]

from sampling.comparison import Samples, random_samples
from sampling.design import Design
from sampling.diagnostics import Stability, Stays
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.problem import Problem, block_of

DRAWS = 100
STARTS, TRIED, WORK = 4, 300, 1_000_000
GAIN = 1e-9
MEASURES = {"smallest distance", "sum of distances"}
HOW = (
    "Each draw is answered by a quick local search (single exchanges from the chosen sample{more}), "
    "not by the proof that the sample itself has; the chosen one stays unless a better is found."
)


def stability(frame: Frame, design: Design, problem: Problem, goal: Goal, chosen: Sequence[int]) -> Stability | None:
    """How often each chosen row stays; None where weights play no part or there is nothing to choose."""
    blocks, weights = _blocks(frame, design, problem)
    if not goal.measures or goal.worth is not None or not set(goal.measures) <= MEASURES or len(blocks) < 2:
        return None
    if not 1 < problem.size < problem.allowed.sum():
        return None
    random = np.random.default_rng(design.seed)
    drawn = random.dirichlet(len(weights) * weights / weights.sum(), DRAWS)
    starts = _starts(problem, chosen, design.seed)
    by_smallest = goal.measures[0] == "smallest distance"
    best, best_score = np.tile(np.array(sorted(chosen)), (DRAWS, 1)), np.full(DRAWS, -np.inf)
    for start in starts:
        found, score = _Search(problem, blocks, drawn, by_smallest).run(np.tile(start, (DRAWS, 1)))
        better = score > best_score + GAIN
        best[better], best_score[better] = found[better], score[better]
    share = np.bincount(best.ravel(), minlength=len(problem.ids)) / DRAWS
    others = [i for i in np.argsort(-share, kind="stable") if share[i] > 0 and i not in set(chosen)]
    return Stability(
        DRAWS,
        tuple(Stays(problem.ids[i], float(share[i])) for i in sorted(chosen, key=lambda i: (-share[i], i))),
        tuple(Stays(problem.ids[i], float(share[i])) for i in others[: problem.size]),
        float((np.sort(best, axis=1) == np.array(sorted(chosen))).all(axis=1).mean()),
        HOW.format(more=f" and from {len(starts) - 1} random ones" if len(starts) > 1 else ""),
    )


def _blocks(frame: Frame, design: Design, problem: Problem) -> tuple[list[Floats], Floats]:
    """Unweighted coordinates of every attribute that varies and counts, and the declared weights."""
    here = set(problem.ids)
    population = np.array([i in here for i in frame.ids], dtype=bool)
    pairs = [(a.weight, block_of(frame, a, population)) for a in design.attributes if a.weight > 0]
    varying = [(w, b) for w, b in pairs if (b != b[:1]).any()]
    return [b for _, b in varying], np.array([w for w, _ in varying])


def _starts(problem: Problem, chosen: Sequence[int], seed: int) -> list[NDArray[np.int64]]:
    """The chosen sample, then random ones that keep the rules; fewer for a large frame."""
    wanted = int(np.clip(WORK // (DRAWS * problem.size * len(problem.ids)), 1, STARTS))
    tried = random_samples(problem, seed, TRIED, keep_required=True)
    total = problem.limits.amounts[:, tried].sum(axis=2)  # rules × tried
    low, high = problem.limits.low[:, None], problem.limits.high[:, None]
    keeps = ((total >= low - GAIN) & (total <= high + GAIN)).all(axis=0)
    return [np.array(sorted(chosen)), *tried[keeps]][:wanted]


@dataclass(slots=True)
class _Search:
    """Local search by single exchanges on d weightings of one problem at once."""

    problem: Problem
    blocks: Sequence[Floats]
    weights: Floats  # d × attributes
    by_smallest: bool

    def run(self, start: Samples) -> tuple[Samples, Floats]:
        """The local optimum of every weighting from its start (d × m), and its score."""
        at = start.copy()
        rows = np.stack([self._distances(at[:, k], self.weights) for k in range(at.shape[1])], axis=1)
        scores = np.zeros(len(at))
        active = np.arange(len(at))
        while active.size:
            here, now = self._exchanges(at[active], rows[active])
            flat = here.reshape(len(active), -1)
            place = flat.argmax(axis=1)
            gains = flat[np.arange(len(active)), place] > now + GAIN
            scores[active] = now
            active, place = active[gains], place[gains]
            out, into = np.divmod(place, len(self.problem.ids))
            at[active, out] = into
            rows[active, out] = self._distances(into, self.weights[active])
        return at, scores

    def _distances(self, sites: NDArray[np.int64], weights: Floats) -> Floats:
        """From one site for each weighting to all: d × n."""
        parts = (w[:, None] * cdist(b[sites], b, "cityblock") for w, b in zip(weights.T, self.blocks, strict=True))
        return np.asarray(sum(parts), dtype=np.float64)

    def _exchanges(self, at: Samples, rows: Floats) -> tuple[Floats, Floats]:
        """The score after every exchange (d × m × n, -inf where it breaks a rule), and the score now."""
        m = at.shape[1]
        inside = np.take_along_axis(rows, at[:, None, :], axis=2)
        sums = inside.sum(axis=2)
        total = (sums.sum(axis=1) / 2)[:, None, None] - sums[:, :, None] + rows.sum(axis=1)[:, None, :] - rows
        score, now = total, sums.sum(axis=1) / 2
        if self.by_smallest:
            apart = inside + np.where(np.eye(m, dtype=bool), np.inf, 0.0)
            smallest = np.minimum(self._nearest_without(rows), self._within_without(apart)[:, :, None])
            score, now = smallest * 1e6 + total, apart.min(axis=(1, 2)) * 1e6 + now
        return np.where(self._keeps(at), score, -np.inf), now

    def _nearest_without(self, rows: Floats) -> Floats:
        """From every site to the nearest of the sample, for each of the sample left out (d × m × n)."""
        two = np.partition(rows, 1, axis=1)[:, :2]
        return np.where(rows == two[:, :1], two[:, 1:], two[:, :1])

    def _within_without(self, apart: Floats) -> Floats:
        """The smallest distance within the sample, for each of it left out (d × m)."""
        found = np.empty(apart.shape[:2])
        for k in range(apart.shape[1]):
            rest = np.delete(np.delete(apart, k, axis=1), k, axis=2)
            found[:, k] = rest.min(axis=(1, 2))
        return found

    def _keeps(self, at: Samples) -> NDArray[np.bool_]:
        limits = self.problem.limits
        keeps = np.broadcast_to(self.problem.allowed, (*at.shape, len(self.problem.ids))).copy()
        for amounts, low, high in zip(limits.amounts, limits.low, limits.high, strict=True):
            mine = amounts[at]
            after = (mine.sum(axis=1)[:, None] - mine)[:, :, None] + amounts[None, None, :]
            keeps &= (after >= low - GAIN) & (after <= high + GAIN)
        np.put_along_axis(keeps, np.broadcast_to(at[:, None, :], (*at.shape, at.shape[1])), False, axis=2)
        keeps &= ~np.isin(at, self.problem.required)[:, :, None]
        return keeps
