"""Gower distance as city-block distance between coordinates, and the splits that make it countable.

Gower (1971), Biometrics 27:857. Every attribute becomes coordinates whose city-block distances lie in 0 to 1:
a numeric or ordinal one a single coordinate scaled by its range, a nominal one half an indicator a category.
A missing value is a level of its own: another category, or the middle of the range half a range off the line
(distance 0.5 to 1 to every value present, 0 to another missing one), so that nothing is deleted pairwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
DECIMALS = 9
"""Coordinates are rounded to this many decimals of the range, so that a change of unit changes nothing."""


@dataclass(frozen=True, slots=True)
class Splits:
    """The frame cut in two in every way that adds to a distance: `sides` is S × n, `weights` has length S.

    The sum of distances over all pairs of a sample of m is the weighted sum of L (m - L), L of it on one side.
    """

    sides: NDArray[np.bool_]
    weights: Floats


def numeric_coordinates(values: Floats) -> Floats:
    """n × 1 (n × 2 with missing values): the values scaled to 0 to 1, missing in the middle and off the line."""
    present = values[~np.isnan(values)]
    low, high = float(present.min()), float(present.max())
    scaled = np.round((values - low) / (high - low), DECIMALS) if high > low else np.zeros_like(values)
    missing = np.isnan(values)
    if not missing.any():
        return scaled[:, None]
    return np.column_stack([np.where(missing, 0.5, scaled), np.where(missing, 0.5, 0.0)])


def nominal_coordinates(categories: Sequence[str]) -> Floats:
    """n × number of categories: half an indicator each, so that a mismatch is a distance of 1."""
    levels = sorted(set(categories))
    return np.array([[0.5 if c == level else 0.0 for level in levels] for c in categories])


def weighted(blocks: Iterable[tuple[float, Floats]]) -> Floats:
    """Coordinates of all attributes side by side, weights scaled to sum to 1."""
    parts = list(blocks)
    total = sum(weight for weight, _ in parts)
    return np.hstack([block * (weight / total) for weight, block in parts])


def gower(coordinates: Floats) -> Floats:
    """The n × n matrix of distances, 0 to 1."""
    return np.asarray(cdist(coordinates, coordinates, "cityblock"), dtype=np.float64)


def splits(coordinates: Floats) -> Splits:
    """The distinct splits of the frame behind the coordinates, each with its whole weight."""
    count = len(coordinates)
    found: dict[bytes, float] = {}
    for column in coordinates.T:
        levels = np.unique(column)
        for low, high in pairwise(levels):
            side = column <= low
            if 2 * side.sum() > count or (2 * side.sum() == count and side[0]):
                side = ~side  # L (m - L) is the same seen from either side: count the smaller one
            found[side.tobytes()] = found.get(side.tobytes(), 0.0) + float(high - low)
    sides = np.array([np.frombuffer(s, dtype=bool) for s in found], dtype=bool).reshape(len(found), count)
    return Splits(sides, np.array(list(found.values())))
