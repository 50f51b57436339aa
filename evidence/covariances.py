"""Covariances of items with gaps, of all answers at once or of many resamples of them.

Every pair of items counts the respondents who answered both (available cases; Little and Rubin 2019, Statistical
Analysis with Missing Data, 3rd ed., section 3.4), so a matrix need not be positive semidefinite. Sums over groups of
respondents are kept, and a resample is a weighted sum of them: with at most MOST_GROUPS respondents each is a group of
its own and this is the bootstrap of Efron (1979, Annals of Statistics 7:1); of more, equal groups dealt at random are
resampled, so that the cost of a draw does not grow with the number of respondents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
MOST_GROUPS = 1_000
_DRAWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Sums:
    """Per group g and pair of items i, j, over who answered both: how many, the sum of i, the sum of i × j.

    Each is of shape (groups, items, items).
    """

    counts: Numbers
    sums: Numbers
    products: Numbers

    def covariance(self) -> Numbers:
        """Of all respondents, (items, items), divided by n − 1; NaN where fewer than two answered both."""
        return _covariances(self.counts.sum(axis=0), self.sums.sum(axis=0), self.products.sum(axis=0))

    def pair_counts(self) -> NDArray[np.int64]:
        """How many answered both items of a pair, (items, items)."""
        counts: NDArray[np.int64] = np.rint(self.counts.sum(axis=0)).astype(np.int64)
        return counts

    def resampled(self, draws: int, seed: int) -> Iterator[Numbers]:
        """Covariances of `draws` resamples with replacement, in parts of shape (≤ 100, items, items)."""
        random = np.random.default_rng(seed)
        groups, items = self.counts.shape[:2]
        flat = [part.reshape(groups, items * items) for part in (self.counts, self.sums, self.products)]
        for start in range(0, draws, _DRAWS_AT_ONCE):
            size = min(_DRAWS_AT_ONCE, draws - start)
            drawn = random.integers(0, groups, (size, groups)) + groups * np.arange(size)[:, None]
            times = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(float)
            yield _covariances(*((times @ part).reshape(size, items, items) for part in flat))


def sums_of(answers: Numbers, *, seed: int = 0) -> Sums:
    """The sums of answers (respondents, items), NaN where there is none; the seed deals large surveys into groups."""
    rows, items = answers.shape
    size = max(1, -(-rows // MOST_GROUPS))
    groups = -(-rows // size) if rows else 0
    filled = np.full((groups * size, items), np.nan)
    if size > 1:
        np.take(answers, np.random.default_rng(seed).permutation(rows), axis=0, out=filled[:rows], mode="clip")
    else:
        filled[:rows] = answers
    known = ~np.isnan(filled)
    filled -= _near_the_middle(filled)
    np.copyto(filled, 0, where=~known)
    there = known.astype(float)
    x, m = filled.reshape(groups, size, items), there.reshape(groups, size, items)
    turned = x.transpose(0, 2, 1)
    return Sums(m.transpose(0, 2, 1) @ m, turned @ m, turned @ x)


def _near_the_middle(answers: Numbers) -> Numbers:
    """A value near each item's mean, from the first answers: which one changes no covariance, only rounding."""
    first = answers[:MOST_GROUPS]
    known = ~np.isnan(first)
    count = known.sum(axis=0)
    middle: Numbers = np.divide(
        np.where(known, first, 0).sum(axis=0), count, out=np.zeros(answers.shape[1]), where=count > 0
    )
    return middle


def _covariances(counts: Numbers, sums: Numbers, products: Numbers) -> Numbers:
    """Shape (…, items, items): the sum of i over who answered j too stands at [i, j]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (products - sums * np.swapaxes(sums, -1, -2) / counts) / (counts - 1)
    found[counts < 2] = np.nan
    return found
