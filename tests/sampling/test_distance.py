"""Gower distance against R's cluster::daisy, and the counting identity it rests on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.distance import gower, nominal_coordinates, numeric_coordinates, splits, weighted
from sampling.solve import max_min, max_sum

# R's cluster::flower: winters, shadow, tubers, colour (nominal), soil, preference (ordered), height, distance.
FLOWER = np.array(
    """0 1 1 4 3 15 25 15 | 1 0 0 2 1 3 150 50 | 0 1 0 3 3 1 150 50 | 0 0 1 4 2 16 125 50 | 0 1 0 5 2 2 20 15
    | 0 1 0 4 3 12 50 40 | 0 0 0 4 3 13 40 20 | 0 0 1 2 2 7 100 15 | 1 1 0 3 1 4 25 15 | 1 1 0 5 2 14 100 60
    | 1 1 1 5 3 8 45 10 | 1 1 1 1 2 9 90 25 | 1 1 0 1 2 6 20 10 | 1 1 1 4 2 11 80 30 | 1 0 0 3 2 10 40 20
    | 1 0 0 4 2 18 200 60 | 1 0 0 2 2 17 150 60 | 0 0 1 2 1 5 25 10""".replace("|", "").split(),
    dtype=float,
).reshape(18, 8)


def flower() -> np.ndarray:
    nominal = [(1.0, nominal_coordinates([str(v) for v in FLOWER[:, k]])) for k in range(4)]
    return gower(weighted([*nominal, *((1.0, numeric_coordinates(FLOWER[:, k])) for k in range(4, 8))]))


def test_gower_matches_daisy_on_flower() -> None:
    d = flower()
    found = [d[1, 0], d[2, 0], d[3, 0], d[2, 1], d[8, 7]]
    assert found == pytest.approx([0.8875408, 0.5272467, 0.3517974, 0.5147059, 0.6366422], abs=1e-7)


def test_the_best_four_flowers_are_the_published_ones() -> None:
    by_sum = max_sum(flower(), 4, seed=0, time_limit_s=10)
    by_smallest = max_min(flower(), 4, seed=0, time_limit_s=10)
    assert [i + 1 for i in by_sum.chosen] == [3, 11, 16, 18]
    assert by_sum.value == pytest.approx(3.99705882, abs=1e-7)
    assert [i + 1 for i in by_smallest.chosen] == [3, 12, 16, 18]
    assert by_smallest.value == pytest.approx(0.5495507, abs=1e-7)
    assert (by_sum.status, by_smallest.status) == ("optimal", "optimal")


def test_a_missing_number_is_as_far_from_another_as_half_a_range_and_more() -> None:
    d = gower(weighted([(1.0, numeric_coordinates(np.array([0.0, 5.0, 10.0, np.nan, np.nan])))]))
    assert d[3].tolist() == [1.0, 0.5, 1.0, 0.0, 0.0]


def test_a_missing_category_is_a_category() -> None:
    d = gower(weighted([(1.0, nominal_coordinates(["a", "", "", "b"]))]))
    assert d[1].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_changing_a_unit_changes_no_coordinate() -> None:
    values = np.random.default_rng(1).normal(60, 20, 50)
    assert np.array_equal(numeric_coordinates(values), numeric_coordinates(values * 2.54 + 32))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 14), m=st.integers(1, 14))
def test_weighted_splits_add_up_to_the_sum_of_distances(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 5, n).astype(float))
    numbers[0] = 0.0
    levels = [str(v) for v in rng.choice(list("abc"), n)]
    coordinates = weighted([(2.0, numeric_coordinates(numbers)), (1.0, nominal_coordinates(levels))])
    sample = rng.choice(n, min(m, n), replace=False)
    cuts, size = splits(coordinates), min(m, n)
    inside = cuts.sides[:, sample].sum(axis=1)
    counted = float((cuts.weights * inside * (size - inside)).sum())
    assert counted == pytest.approx(gower(coordinates)[np.ix_(sample, sample)].sum() / 2)
