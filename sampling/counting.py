"""Maximum variation exactly: a program that counts instead of pairing.

For a sample of m, a split of the frame with L of the sample on one side adds w · L (m - L) to the sum of
distances. L (m - L) is concave on the whole numbers, so its chords y ≤ (m - 2l - 1) L + l (l + 1) describe it
exactly: no variable for a pair, no big-M, and the optimum is proven.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack  # type: ignore[import-untyped]

from sampling.distance import Floats, Splits
from sampling.model import Solved, base_rows, run, site_bounds
from sampling.problem import Problem


def most_varied(
    problem: Problem,
    splits: Splits,
    seconds: float,
    *,
    conflicts: Sequence[Sequence[int]] = (),
    other_than: Sequence[int] = (),
    lowest_ids_at: float | None = None,
) -> Solved:
    """The sample with the greatest sum of distances; `other_than` shuts one sample out.

    With `lowest_ids_at` the sum must reach that value and the sum of positions in id order is made least instead.
    """
    n, s, m = len(problem.ids), len(splits.weights), problem.size
    matrix, low, high = base_rows(problem, conflicts)
    if other_than:
        shut = np.zeros((1, n))
        shut[0, list(other_than)] = 1.0
        matrix = csr_array(vstack([matrix, csr_array(shut)]))
        low, high = np.append(low, -np.inf), np.append(high, m - 1)
    counts = np.minimum(m, splits.sides.sum(axis=1)).astype(np.float64)
    chords, ends = _chords(counts, n, s, m)
    sides = hstack([csr_array(splits.sides.astype(np.float64)), -eye_array(s), csr_array((s, s))])
    least, most = site_bounds(problem)
    variation = np.concatenate([np.zeros(n + s), splits.weights])
    rows = [
        (hstack([matrix, csr_array((matrix.shape[0], 2 * s))]), low, high),
        (sides, 0.0, 0.0),
        (chords, -np.inf, ends),
    ]
    worth = variation
    if lowest_ids_at is not None:
        rows.append((csr_array(variation[None, :]), lowest_ids_at, np.inf))
        worth = np.concatenate([-np.arange(n, dtype=np.float64), np.zeros(2 * s)])
    return run(
        worth,
        rows,
        np.concatenate([np.ones(n), np.zeros(2 * s)]),
        np.concatenate([least, np.zeros(2 * s)]),
        np.concatenate([most, counts, np.full(s, m * m / 4)]),
        seconds,
        n,
    )


def _chords(counts: Floats, n: int, s: int, m: int) -> tuple[csr_array, Floats]:
    """Rows y - (m - 2l - 1) L ≤ l (l + 1) for every split and every l below the count it can reach."""
    split = np.repeat(np.arange(s), counts.astype(int))
    step = np.concatenate([np.arange(int(c)) for c in counts]) if s else np.zeros(0, dtype=int)
    row = np.arange(len(split))
    values = np.concatenate([-(m - 2.0 * step - 1), np.ones(len(split))])
    columns = np.concatenate([n + split, n + s + split])
    shape = (len(split), n + 2 * s)
    return csr_array(coo_array((values, (np.concatenate([row, row]), columns)), shape=shape)), step * (step + 1.0)
