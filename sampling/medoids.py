"""k-medoids on a distance matrix: PAM (Kaufman and Rousseeuw 1990, ch. 2).

BUILD takes medoids one by one, SWAP then makes the best exchange until none gains; all exchanges of one medoid for
one row are weighed at once (Schubert and Rousseeuw 2021, doi 10.1016/j.is.2021.101804). A local optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sampling.distance import Floats

GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Partition:
    """The medoids (ascending indices), each row's medoid as 0 … k - 1, and the mean distance to it."""

    medoids: tuple[int, ...]
    labels: NDArray[np.int_]
    loss: float


def partition(distance: Floats, count: int) -> Partition:
    """The rows of a symmetric n × n matrix in `count` groups, 1 to n; ties go to the lowest indices."""
    medoids = _build(distance, count)
    while (swap := _best_swap(distance, medoids)) is not None:
        out, into = swap
        medoids = sorted([*(m for m in medoids if m != out), into])
    near = distance[:, medoids]
    labels = np.argmin(np.round(near, 12), axis=1)
    labels[medoids] = np.arange(count)
    return Partition(tuple(medoids), labels, float(near.min(axis=1).mean()))


def _build(distance: Floats, count: int) -> list[int]:
    medoids = [int(np.argmin(np.round(distance.sum(axis=1), 9)))]
    while len(medoids) < count:
        nearest = distance[:, medoids].min(axis=1)
        gain = np.round(np.maximum(nearest[:, None] - distance, 0.0).sum(axis=0), 9)
        gain[medoids] = -1.0
        medoids.append(int(np.argmax(gain)))
    return sorted(medoids)


def _best_swap(distance: Floats, medoids: list[int]) -> tuple[int, int] | None:
    """The medoid and the row whose exchange shortens the distances most, or None when none does."""
    near = distance[:, medoids]
    own = near.argmin(axis=1)
    first = near.min(axis=1)[:, None]
    second = np.partition(near, 1, axis=1)[:, 1][:, None] if len(medoids) > 1 else np.full_like(first, np.inf)
    shared = np.minimum(distance - first, 0.0)
    orphaned = np.minimum(distance, second) - first - shared
    belongs = (own[None, :] == np.arange(len(medoids))[:, None]).astype(np.float64)
    change = np.round(shared.sum(axis=0)[None, :] + belongs @ orphaned, 9)
    change[:, medoids] = np.inf
    out, into = np.unravel_index(int(np.argmin(change)), change.shape)
    return (medoids[int(out)], int(into)) if change[out, into] < -GAIN else None
