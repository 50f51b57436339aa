"""Pairs of opposites, exactly: the largest residuals first, then each with the nearest confirming case beside it.

A variable for each site and each possible pair; every chosen site is in one pair. The assignment of given cases to
each other is the linear sum assignment of scipy (Crouse 2016, doi 10.1109/TAES.2016.140952).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]
from scipy.sparse import csr_array, eye_array, hstack, kron  # type: ignore[import-untyped]

from sampling.distance import Floats
from sampling.model import TIE, Solved, base_rows, run, site_bounds
from sampling.problem import Mask, Problem


def matched(distance: Floats, against: Mask, chosen: Sequence[int]) -> float:
    """The least sum of distances over pairs of one disconfirming and one confirming; inf where some stay alone."""
    left = [i for i in chosen if against[i]]
    right = [i for i in chosen if not against[i]]
    if len(left) != len(right):
        return float("inf")
    between = distance[np.ix_(left, right)]
    return float(between[linear_sum_assignment(between)].sum())


def nearest_opposites(
    problem: Problem, against: Mask, worth: Floats, *, at_least: float, seconds: float, within: float | None = None
) -> Solved:
    """The sample of pairs whose worth is at least that much and whose matched distance is least.

    With `within` the matched distance may reach that much, and the sum of positions in id order is made least.
    """
    n = len(problem.ids)
    allowed = np.asarray(problem.allowed)
    left, right = np.flatnonzero(against & allowed), np.flatnonzero(~against & allowed)
    count = len(left) * len(right)
    matrix, low, high = base_rows(problem)
    of_left = kron(eye_array(len(left)), np.ones((1, len(right))))
    of_right = kron(np.ones((1, len(left))), eye_array(len(right)))
    identity = csr_array(eye_array(n))
    length = problem.distance[np.ix_(left, right)].ravel()
    none = csr_array(np.zeros((1, n)))
    rows = [
        (hstack([matrix, csr_array((matrix.shape[0], count))]), low, high),
        (hstack([identity[left], -csr_array(of_left)]), 0.0, 0.0),
        (hstack([identity[right], -csr_array(of_right)]), 0.0, 0.0),
        (hstack([csr_array(worth[None, :]), csr_array((1, count))]), at_least, np.inf),
    ]
    wish = np.concatenate([np.zeros(n), -length])
    if within is not None:
        rows.append((hstack([none, csr_array(length[None, :])]), -np.inf, within + TIE))
        wish = np.concatenate([-np.arange(n, dtype=np.float64), np.zeros(count)])
    least, most = site_bounds(problem)
    zeros, ones = np.zeros(count), np.ones(count)
    return run(
        wish,
        rows,
        np.concatenate([np.ones(n), zeros]),
        np.concatenate([least, zeros]),
        np.concatenate([most, ones]),
        seconds,
        n,
    )
