"""A bound on the sum of distances without a program, and the sites that no better sample can have.

City-block distances are of negative type: over all x whose entries sum to m, x'Dx / 2 is concave. So its tangent at
any x lies above every sample's sum of distances, and the best of a linear worth under size and rules bounds it.
Tangents are laid where the bound comes down, by the conditional gradient with pairwise steps (Frank and Wolfe 1956).
The multipliers of the rules price each site: a site whose price takes the bound below a sum already reached is in no
better sample, and one that cannot be left out at that price is in every one. What is left is a few dozen of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]
from scipy.sparse import csr_array, vstack  # type: ignore[import-untyped]

from sampling.distance import Floats
from sampling.model import TIE, base_rows, site_bounds
from sampling.problem import Limits, Problem
from sampling.quiet import quiet

STEPS = 120
NEAR = 2e-5
"""The share of the value to which the bound may still be above the best of all mixtures when laying tangents ends."""
GONE = 1e-12


@dataclass(frozen=True, slots=True)
class Part:
    """A problem over some of its sites: `at` are their positions in the whole one."""

    problem: Problem
    at: tuple[int, ...]

    def whole(self, sample: Sequence[int] | None) -> tuple[int, ...] | None:
        """A sample of the part as one of the whole."""
        return None if sample is None else tuple(self.at[i] for i in sample)

    def own(self, sample: Sequence[int]) -> tuple[int, ...]:
        """A sample of the whole, all of whose sites are here, as one of the part."""
        place = {i: k for k, i in enumerate(self.at)}
        return tuple(place[i] for i in sample)


@dataclass(frozen=True, slots=True)
class Tangents:
    """K tangents over the n sites of a problem: what each bounds the sum by (K), and each site's price (K × n).

    A sample with a site of negative price is below the bound by as much; one without a site of positive price too.
    """

    problem: Problem
    bounds: Floats
    prices: Floats

    @property
    def bound(self) -> float:
        return float(self.bounds.min(initial=np.inf))

    def part(self, reached: float) -> Part:
        """The problem over the sites that a sample with at least this sum can have, required where it must."""
        may, must = self.problem.allowed.copy(), np.zeros(len(self.problem.ids), dtype=bool)
        must[list(self.problem.required)] = True
        for bound, price in zip(self.bounds, self.prices, strict=True):
            may &= bound + np.minimum(price, 0.0) >= reached - TIE
            must |= self.problem.allowed & (bound - np.maximum(price, 0.0) < reached - TIE)
        may |= must
        return _part(self.problem, np.flatnonzero(may), np.flatnonzero(must))


def tangents(
    problem: Problem, start: Sequence[int], left: Callable[[], float], conflicts: Sequence[Sequence[int]] = ()
) -> Tangents:
    """Tangents from a sample that keeps rules and conflicts on, until the bound is near or no time is left."""
    distance = problem.distance
    ask = _Linear(problem, conflicts)
    x = np.zeros(len(problem.ids))
    x[list(start)] = 1.0
    corners, shares = [x.copy()], [1.0]
    bounds, prices = [], []
    slope = distance @ x
    for _ in range(STEPS):
        asked = ask.best(slope, left())
        if asked is None:
            break
        corner, bound, price = asked
        value = float(x @ slope) / 2
        bounds.append(bound - value)
        prices.append(price)
        if min(bounds) - value <= NEAR * value + TIE:
            break
        away = int(np.argmin([slope @ c for c in corners]))
        step = corner - corners[away]
        bent = distance @ step
        gain, curve = float(slope @ step), -float(step @ bent)
        share = min(shares[away], gain / curve) if curve > GONE else shares[away]
        if share <= GONE:
            break
        x, slope = x + share * step, slope + share * bent
        shares[away] -= share
        same = next((k for k, c in enumerate(corners) if np.abs(c - corner).max() < TIE), None)
        if same is None:
            corners.append(corner)
            shares.append(share)
        else:
            shares[same] += share
        kept = [k for k, s in enumerate(shares) if s > GONE]
        corners, shares = [corners[k] for k in kept], [shares[k] for k in kept]
    return Tangents(problem, np.array(bounds), np.array(prices).reshape(len(bounds), len(x)))


class _Linear:
    """The greatest linear worth under size, rules and conflicts, sites taken in part; and the prices that prove it."""

    def __init__(self, problem: Problem, conflicts: Sequence[Sequence[int]]) -> None:
        self.problem = problem
        self.least, self.most = site_bounds(problem)
        matrix, low, high = base_rows(problem, conflicts)
        above, below = np.isfinite(high), np.isfinite(low)
        above[0] = below[0] = False  # the size, an equation
        self.rows = csr_array(vstack([matrix[above], -matrix[below]])) if (above | below).any() else None
        self.ends = np.concatenate([high[above], -low[below]])

    def best(self, worth: Floats, seconds: float) -> tuple[Floats, float, Floats] | None:
        """The corner, its bound and every site's price; None when there is no time or no answer."""
        if seconds <= 0:
            return None
        if self.rows is None:
            order = np.lexsort((np.arange(len(worth)), -worth, -self.least, -self.most))[: self.problem.size]
            corner = np.zeros(len(worth))
            corner[order] = 1.0
            return corner, *self._priced(worth, float(worth[order[-1]]), np.zeros(0))
        with quiet():
            found = linprog(
                -worth,
                A_ub=self.rows,
                b_ub=self.ends,
                A_eq=np.ones((1, len(worth))),
                b_eq=[self.problem.size],
                bounds=np.column_stack([self.least, self.most]),
                method="highs",
                options={"time_limit": seconds},
            )
        if found.status != 0:
            return None
        each = -float(found.eqlin.marginals[0])
        return found.x, *self._priced(worth, each, np.maximum(0.0, -found.ineqlin.marginals))

    def _priced(self, worth: Floats, each: float, of_rows: Floats) -> tuple[float, Floats]:
        """The bound that any multipliers give: what is exact in them is no matter, only how near it is."""
        price = worth - each
        if self.rows is not None:
            price = price - self.rows.T @ of_rows
        bound = each * self.problem.size + float(of_rows @ self.ends)
        return bound + float(np.where(price > 0, self.most, self.least) @ price), price


def _part(problem: Problem, at: NDArray[np.intp], must: NDArray[np.intp]) -> Part:
    limits = problem.limits
    place = {int(i): k for k, i in enumerate(at)}
    part = replace(
        problem,
        ids=tuple(problem.ids[i] for i in at),
        coordinates=problem.coordinates[at],
        distance=problem.distance[np.ix_(at, at)],
        limits=Limits(limits.rules, limits.amounts[:, at], limits.low, limits.high),
        allowed=np.ones(len(at), dtype=bool),
        required=tuple(place[int(i)] for i in must),
    )
    return Part(part, tuple(int(i) for i in at))
