"""Agreement on whether a code was applied, from counts: how many units n coders judged and k of them gave the code.

These counts say everything the coefficients need and add up over transcripts, so that resampling transcripts multiplies
a table instead of making it again. Formulas as in `analysis.agreement` with two categories, applied and not applied;
undefined is NaN. Every function takes any number of leading axes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.blocks import Blocks

Array = npt.NDArray[np.float64]
NAMES = ("percent", "kappa", "fleiss", "alpha", "ac1")
_NEAR = 1e-12


class Tally(NamedTuple):
    """`units`[…, n, k] units that n coders judged and k gave the code; `first`[…] those of the first coder alone.

    `first` counts units both of two coders judged; with more coders it is 0.
    """

    units: Array
    first: Array


def tally(blocks: Blocks) -> Tally:
    """The counts of one transcript by code (the first axis)."""
    coders, codes, _ = blocks.applied.shape
    judged = blocks.judged.sum(axis=0)
    applied = (blocks.applied & blocks.judged[:, None, :]).sum(axis=0)
    units = np.zeros((codes, coders + 1, coders + 1))
    code = np.arange(codes)[:, None]
    np.add.at(units, (code, judged[None, :], applied), blocks.units[None, :])
    first = np.zeros(codes)
    if coders == 2:
        alone = blocks.applied[0] & ~blocks.applied[1] & (judged == 2)
        first = (alone * blocks.units).sum(axis=1).astype(np.float64)
    return Tally(units, first)


def coefficients(counted: Tally) -> dict[str, Array]:
    """Every coefficient of the counts, by name; kappa is NaN unless there are two coders."""
    units = counted.units
    size = units.shape[-1]
    n, k = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    pairs = np.where(n >= 2, n * (n - 1), 1)
    agreeing = np.where(n >= 2, (k * (k - 1) + (n - k) * (n - k - 1)) / pairs, 0)
    share = np.where(n >= 1, k / np.maximum(n, 1), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairable = np.where(n >= 2, units, 0).sum(axis=(-2, -1))
        percent = (units * agreeing).sum(axis=(-2, -1)) / pairable
        applied = (units * share).sum(axis=(-2, -1)) / np.where(n >= 1, units, 0).sum(axis=(-2, -1))
        return {
            "percent": percent,
            "kappa": _kappa(counted) if size == 3 else np.full_like(percent, np.nan),
            "fleiss": _beyond(percent, applied**2 + (1 - applied) ** 2),
            "alpha": _alpha(units, n, k),
            "ac1": np.where((applied > 0) & (applied < 1), _beyond(percent, 2 * applied * (1 - applied)), np.nan),
        }


def prevalence(counted: Tally) -> Array:
    """The share of judgements that gave the code, over units that two coders or more judged; NaN without any."""
    size = counted.units.shape[-1]
    n, k = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    units = np.where(n >= 2, counted.units, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = (units * k).sum(axis=(-2, -1)) / (units * n).sum(axis=(-2, -1))
    return found


def _kappa(counted: Tally) -> Array:
    """Cohen's kappa of two coders: chance from each one's own share of applied."""
    both_judged = counted.units[..., 2, :]
    total = both_judged.sum(axis=-1)
    first = (both_judged[..., 2] + counted.first) / total
    second = (both_judged[..., 2] + both_judged[..., 1] - counted.first) / total
    observed = (both_judged[..., 0] + both_judged[..., 2]) / total
    return _beyond(observed, first * second + (1 - first) * (1 - second))


def _alpha(units: Array, n: npt.NDArray[np.int64], k: npt.NDArray[np.int64]) -> Array:
    """Krippendorff's alpha, nominal: unlike pairs within units over unlike pairs of all pairable judgements."""
    pairable = np.where(n >= 2, units, 0)
    unlike = (pairable * (k * (n - k) / np.maximum(n - 1, 1))).sum(axis=(-2, -1))
    ones = (pairable * k).sum(axis=(-2, -1))
    zeros = (pairable * (n - k)).sum(axis=(-2, -1))
    found: Array = np.where(ones * zeros > 0, 1 - unlike * (ones + zeros - 1) / (ones * zeros), np.nan)
    return found


def _beyond(observed: Array, expected: Array) -> Array:
    found: Array = np.where(1 - expected > _NEAR, (observed - expected) / (1 - expected), np.nan)
    return found
