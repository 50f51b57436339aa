"""Tabu search for the greatest sum of distances on a matrix, where no attributes give a program to prove it by.

Potentials g = D x, the sum of distances from every item to those chosen, make an exchange cheap to weigh; each
step makes the best exchange between the 12 chosen with the least and the 12 others with the greatest potential,
better or not, and bars both from going back for a while (after Aringhieri, Cordone and Melzani 2008, 4OR 6:45).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sampling.distance import Floats

CANDIDATES = 12
OUT_TENURE, OUT_SPREAD, IN_TENURE = 7, 20, 10
"""Who left stays out for 7 to 26 steps; who came stays in for 1 to 10."""
PATIENCE = 10_000
"""Steps without a better sample after which the search starts from another."""
CHECKED = 256
"""Steps between two looks at the clock."""
GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Found:
    """The best sample seen (ascending indices), after how many steps, and what ended the search."""

    chosen: tuple[int, ...]
    steps: int
    ended_by: Literal["steps", "time"]


def search(distance: Floats, size: int, seed: int, *, steps: int | None, is_over: Callable[[], bool]) -> Found:
    """The best of `steps` steps, or of as many as there are before `is_over`; the same for a seed and as many steps.

    `distance` is n × n, symmetric, with zeros on the diagonal; 1 ≤ size < n.
    """
    walk = _Walk(np.ascontiguousarray(distance), size, np.random.default_rng(seed))
    while steps is None or walk.step < steps:
        if walk.step % CHECKED == 0 and is_over():
            return Found(walk.answer(), walk.step, "time")
        walk.go_on()
    return Found(walk.answer(), walk.step, "steps")


class _Walk:
    """One walk from sample to sample, with restarts; `best` is the best sample it met."""

    def __init__(self, distance: Floats, size: int, random: np.random.Generator) -> None:
        self.distance = distance
        self.size = size
        self.random = random
        self.step = self.since = 0
        self.value = self.local_value = self.best_value = -math.inf
        self.best: NDArray[np.intp] = np.arange(size)
        self._start(self._greedy())

    def answer(self) -> tuple[int, ...]:
        return tuple(sorted(int(i) for i in self.best))

    def go_on(self) -> None:
        """One exchange, the best that is not barred; a new start when none was better for long."""
        self.step += 1
        if self.step - self.since > PATIENCE:
            self._start(self._shaken())
            return
        out, into = self._candidates()
        change = self.potential[self.others[into]][None, :] - self.potential[self.chosen[out]][:, None]
        change -= self.distance[self.chosen[out][:, None], self.others[into]]
        at = int(change.argmax())
        self._exchange(int(out[at // len(into)]), int(into[at % len(into)]), float(change.flat[at]))

    def _candidates(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places among the chosen and among the others that may take part, the best by potential."""
        leaving = np.where(self.barred[self.chosen] >= self.step, np.inf, self.potential[self.chosen])
        entering = np.where(self.barred[self.others] >= self.step, np.inf, -self.potential[self.others])
        return _first(leaving), _first(entering)

    def _exchange(self, out: int, into: int, change: float) -> None:
        gone, come = self.chosen[out], self.others[into]
        self.potential += self.distance[come]
        self.potential -= self.distance[gone]
        self.chosen[out], self.others[into] = come, gone
        stays_out, stays_in = self.tenures[self.step % PATIENCE]
        self.barred[gone], self.barred[come] = self.step + stays_out, self.step + stays_in
        self.value += change
        if self.value > self.local_value + GAIN:
            self.local_value, self.since = self.value, self.step
            if self.value > self.best_value + GAIN:
                self.best_value, self.best = self.value, self.chosen.copy()

    def _start(self, chosen: NDArray[np.intp]) -> None:
        self.chosen = chosen
        self.others = np.setdiff1d(np.arange(len(self.distance)), chosen)
        self.potential = self.distance[chosen].sum(axis=0)
        self.barred = np.zeros(len(self.distance), dtype=np.int64)
        least, beyond = [OUT_TENURE, 1], [OUT_TENURE + OUT_SPREAD, 1 + IN_TENURE]
        tenures = self.random.integers(least, beyond, size=(PATIENCE, 2))
        self.tenures = np.minimum(tenures, [len(self.others) - 1, self.size - 1])  # some stay free to move
        self.value = float(self.potential[chosen].sum() / 2)
        self.local_value = self.value
        self.since = self.step
        if self.value > self.best_value + GAIN:
            self.best_value, self.best = self.value, self.chosen.copy()

    def _greedy(self) -> NDArray[np.intp]:
        """From all, always leave out the one with the least to the rest."""
        kept = np.ones(len(self.distance), dtype=bool)
        potential = self.distance.sum(axis=0)
        for _ in range(len(self.distance) - self.size):
            gone = int(np.argmin(np.where(kept, potential, np.inf)))
            kept[gone] = False
            potential = potential - self.distance[gone]
        return np.flatnonzero(kept)

    def _shaken(self) -> NDArray[np.intp]:
        """The best with a random share of it exchanged, a tenth to all."""
        share = self.random.uniform(0.1, 1.0)
        stay = self.random.permutation(self.best)[: int(self.size * (1 - share))]
        free = np.setdiff1d(np.arange(len(self.distance)), stay)
        return np.concatenate([stay, self.random.choice(free, self.size - len(stay), replace=False)])


def _first(worth: Floats) -> NDArray[np.intp]:
    """The places of the least finite values, at most 12."""
    is_few = len(worth) <= CANDIDATES
    found = np.arange(len(worth)) if is_few else np.argpartition(worth, CANDIDATES)[:CANDIDATES]
    return found[np.isfinite(worth[found])]
