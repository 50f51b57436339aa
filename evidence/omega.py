"""Omega total of one factor: how much of the variance of a scale's sum the factor its items share accounts for.

omega = (Σλ)² / ((Σλ)² + Σθ), loadings λ and unique variances θ in the units of the items (McDonald 1999, Test Theory:
A Unified Treatment, eq. 6.20b). The loadings are those of least squared residual correlations, each in turn the exact
minimum given the others (minres: Harman and Jones 1966, Psychometrika 31:351), a communality held to at most 1 (Harman
and Fukuda 1966, Psychometrika 31:563). They read no diagonal and no inverse: correlations of pairs with different gaps
are no trouble, and hundreds of resamples are fitted side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidence.covariances import Numbers, Sums

DRAWS = 500
SWEEPS = 500
CLOSE = 1e-9
CLOSE_DRAWN = 1e-5
"""A loading of a resample that moves by less stands: resamples differ by far more."""
FEWEST_ITEMS = 3
"""Two items do not determine their loadings."""


@dataclass(frozen=True, slots=True)
class OneFactor:
    """One factor's standardised loadings (items), in −1 … 1 with a sum ≥ 0, and omega; `is_heywood` at a bound."""

    loadings: Numbers
    omega: float
    is_heywood: bool


def one_factor(covariance: Numbers) -> OneFactor | None:
    """The factor behind a covariance matrix; None with fewer than three items, a constant item or a gap in it."""
    if covariance.shape[0] < FEWEST_ITEMS:
        return None
    loadings, omega = _fitted(covariance[None])
    if not np.isfinite(omega[0]):
        return None
    return OneFactor(loadings[0], float(omega[0]), bool((np.abs(loadings[0]) > 1 - 1e-6).any()))


def omega_interval(sums: Sums, *, seed: int = 0, draws: int = DRAWS, level: float = 0.95) -> tuple[float, float] | None:
    """The percentile bootstrap interval (Efron 1979); None where over a tenth of the draws leave omega undefined."""
    if sums.counts.shape[0] < 2 or sums.counts.shape[1] < FEWEST_ITEMS:
        return None
    found = np.concatenate([_fitted(part, CLOSE_DRAWN)[1] for part in sums.resampled(draws, seed)])
    known = found[np.isfinite(found)]
    if len(known) < 0.9 * draws:
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _fitted(covariances: Numbers, close: float = CLOSE) -> tuple[Numbers, Numbers]:
    """Loadings (draws, items) and omega (draws), NaN where undefined, of covariances (draws, items, items)."""
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(variances)
        correlations = covariances / (spread[:, :, None] * spread[:, None, :])
    is_whole = np.isfinite(correlations).all(axis=(1, 2)) & (variances > 1e-12).all(axis=1)
    loadings = np.full(variances.shape, np.nan)
    loadings[is_whole] = _minres(correlations[is_whole], close)
    with np.errstate(invalid="ignore", divide="ignore"):
        shared = (loadings * spread).sum(axis=1) ** 2
        unique = (variances * (1 - loadings**2)).sum(axis=1)
        omega = shared / (shared + unique)
    return loadings, omega


def _minres(correlations: Numbers, close: float) -> Numbers:
    """Loadings by sweeps over the items, from the first principal component; stops once nothing moves by `close`."""
    if not len(correlations):
        return np.empty(correlations.shape[:2])
    items = correlations.shape[1]
    apart = correlations * (1 - np.eye(items))
    roots, vectors = np.linalg.eigh(correlations)
    loadings: Numbers = np.clip(vectors[:, :, -1] * np.sqrt(np.maximum(roots[:, -1:], 1e-12)), -1, 1)
    for _ in range(SWEEPS):
        before = loadings.copy()
        squares = (loadings**2).sum(axis=1)
        for item in range(items):
            own = loadings[:, item]
            others = np.maximum(squares - own**2, 1e-12)
            after = np.clip(np.einsum("di,di->d", apart[:, item], loadings) / others, -1, 1)
            squares += after**2 - own**2
            loadings[:, item] = after
        if np.abs(loadings - before).max() < close:
            break
    loadings *= np.where(loadings.sum(axis=1) < 0, -1, 1)[:, None]
    return loadings
