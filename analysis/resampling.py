"""Percentile intervals by resampling whole transcripts: segments and turns within one are not independent.

Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; whole clusters are drawn with replacement.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Interval = tuple[float, float]

LEAST = 2
"""Fewer transcripts say nothing about how another set would have come out: no interval."""
MOST_UNDEFINED = 0.05
"""Where more resamples than this share leave a coefficient undefined, the others would be a selection: no interval."""


def draws(clusters: int, resamples: int, seed: int) -> Array:
    """How often each cluster is drawn in each resample (resamples × clusters; rows sum to `clusters`).

    No row where nothing can be resampled: fewer than two clusters, or no resamples asked for.
    """
    if clusters < LEAST or resamples < 1:
        return np.zeros((0, clusters))
    random = np.random.default_rng(seed)
    return random.multinomial(clusters, [1 / clusters] * clusters, size=resamples).astype(np.float64)


def percentile_interval(values: Array) -> Interval | None:
    """The 2.5th and 97.5th percentile of the resampled values; None without values, or too many undefined (NaN)."""
    defined = values[~np.isnan(values)]
    if not len(defined) or len(values) - len(defined) > MOST_UNDEFINED * len(values):
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)
