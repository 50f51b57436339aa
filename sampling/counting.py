"""Maximum variation exactly: a program that counts instead of pairing.

For a sample of m, a split of the frame with L of the sample on one side adds w · L (m - L) to the sum of
distances. L (m - L) is concave on the whole numbers: the l-th of the sample on that side adds m + 1 - 2l to it, less
than the one before. So L is the sum of steps of 0 to 1, worth that much each, which fill up in order by themselves:
no variable for a pair, no big-M, and the optimum is proven. The splits of one attribute are nested, so each count is
the one before and those in between: few entries, also for thousands of sites.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, eye_array  # type: ignore[import-untyped]

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
    at_least: float | None = None,
    positions: Sequence[int] | None = None,
) -> Solved:
    """The sample with the greatest sum of distances; `other_than` shuts one sample out.

    With `lowest_ids_at` the sum must reach that value and the sum of positions in id order is made least instead;
    `positions` are those of the sites where the problem is part of another.
    `at_least` is a sum known to be reached: it shortens the proof and changes no answer.
    """
    n, s, m = len(problem.ids), len(splits.weights), problem.size
    matrix, low, high = base_rows(problem, conflicts)
    blocks: list[list[csr_array | None]] = [[matrix, None, None]]
    if other_than:
        shut = np.zeros((1, n))
        shut[0, list(other_than)] = 1.0
        blocks.append([csr_array(shut), None, None])
        low, high = np.append(low, -np.inf), np.append(high, m - 1)
    counts = np.minimum(m, splits.sides.sum(axis=1))
    of_split, worth = _steps(counts, splits.weights, m)
    difference, link = _nested(splits)
    steps = csr_array((np.ones(len(worth)), (of_split, np.arange(len(worth)))), shape=(s, len(worth)))
    blocks += [[difference, -link, None], [None, csr_array(eye_array(s)), -steps]]
    low, high = np.append(low, np.zeros(2 * s)), np.append(high, np.zeros(2 * s))
    variation = np.concatenate([np.zeros(n + s), worth])
    aim, cutoff = variation, at_least
    if lowest_ids_at is not None:
        blocks.append([csr_array((1, n)), csr_array((1, s)), csr_array(worth[None, :])])
        low, high = np.append(low, lowest_ids_at), np.append(high, np.inf)
        order = np.arange(n) if positions is None else np.asarray(positions)
        aim, cutoff = np.concatenate([-order.astype(np.float64), np.zeros(s + len(worth))]), None
    least, most = site_bounds(problem)
    return run(
        aim,
        [(block_array(blocks, format="csr"), low, high)],
        np.concatenate([np.ones(n), np.zeros(s + len(worth))]),
        np.concatenate([least, np.zeros(s + len(worth))]),
        np.concatenate([most, counts, np.ones(len(worth))]),
        seconds,
        n,
        at_least=cutoff,
    )


def most_possible(splits: Splits, m: int) -> float:
    """What the sum of distances cannot exceed, each split taken by itself: a bound before any solving."""
    count = np.minimum(m // 2, splits.sides.sum(axis=1))
    return float((splits.weights * count * (m - count)).sum())


def _steps(counts: NDArray[np.int_], weights: Floats, m: int) -> tuple[NDArray[np.int_], Floats]:
    """For every step its split, and what it adds to the sum of distances."""
    of_split = np.repeat(np.arange(len(counts)), counts)
    before = np.concatenate([np.arange(c) for c in counts]) if len(counts) else np.zeros(0)
    return of_split, weights[of_split] * (m - 1 - 2.0 * before)


def _nested(splits: Splits) -> tuple[csr_array, csr_array]:
    """Rows saying each split's count: (s × n) · sites = (s × s) · counts, by the split before where that is shorter."""
    s = len(splits.weights)
    sides = splits.sides.astype(np.int8)
    between = sides.copy()
    between[1:] -= sides[:-1]
    by_former = np.abs(between).sum(axis=1) < sides.sum(axis=1)
    by_former[:1] = False
    at = np.flatnonzero(by_former)
    former = csr_array((np.ones(len(at)), (at, at - 1)), shape=(s, s))
    difference = csr_array(np.where(by_former[:, None], between, sides))
    return csr_array(difference.astype(np.float64)), csr_array(eye_array(s) - former)
