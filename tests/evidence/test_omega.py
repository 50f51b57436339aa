"""Omega of one factor against covariances in which it is known, and what the bootstrap does with gaps and many rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.covariances import MOST_GROUPS, sums_of
from evidence.omega import omega_interval, one_factor
from evidence.reliability import alpha_of


def implied(loadings: list[float], spread: list[float]) -> np.ndarray:
    """The covariance matrix of items with these standardised loadings on one factor and these SDs."""
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1)
    return correlations * np.outer(spread, spread)


def answers(respondents: int, items: int, *, gaps: float = 0, seed: int = 3) -> np.ndarray:
    random = np.random.default_rng(seed)
    trait = random.normal(size=(respondents, 1))
    found = np.clip(np.round(3 + trait + random.normal(size=(respondents, items))), 1, 5)
    found[random.random(found.shape) < gaps] = np.nan
    return found


def test_omega_worked_out_by_hand():
    # Loadings .8 .7 .6 in units of 1: (2.1)² ÷ (2.1² + .36 + .51 + .64) = 4.41 ÷ 5.92.
    factor = one_factor(implied([0.8, 0.7, 0.6], [1, 1, 1]))
    assert factor is not None
    assert factor.loadings == pytest.approx([0.8, 0.7, 0.6], abs=1e-6)
    assert factor.omega == pytest.approx(4.41 / 5.92, abs=1e-6)
    assert not factor.is_heywood


def test_three_tests_of_spearman_have_the_loadings_of_their_triads():
    # Spearman (1904, American Journal of Psychology 15:201): Classics, French, English correlate .83, .78, .67, so
    # that the loading of Classics is √(.83 × .78 ÷ .67) and so on.
    correlations = np.array([[1, 0.83, 0.78], [0.83, 1, 0.67], [0.78, 0.67, 1]])
    factor = one_factor(correlations)
    assert factor is not None
    assert factor.loadings == pytest.approx([0.9830, 0.8444, 0.7935], abs=5e-5)


@given(
    st.lists(st.floats(0.2, 0.95), min_size=4, max_size=8),
    st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_omega_of_an_exact_factor_is_its_closed_form_and_at_least_alpha(loadings: list[float], seed: int):
    spread = np.random.default_rng(seed).uniform(0.5, 3, len(loadings)).tolist()
    covariance = implied(loadings, spread)
    factor, alpha = one_factor(covariance), alpha_of(covariance)
    assert factor is not None
    assert alpha is not None
    assert factor.omega == pytest.approx(np.dot(loadings, spread) ** 2 / covariance.sum(), abs=1e-5)
    assert factor.omega >= alpha - 1e-9  # equal only where every item shares the same amount (McDonald 1999)


def test_equal_items_have_an_omega_equal_to_alpha():
    covariance = implied([0.7] * 5, [2] * 5)
    factor = one_factor(covariance)
    assert factor is not None
    assert factor.omega == pytest.approx(alpha_of(covariance))


def test_an_item_that_runs_against_the_factor_loads_negatively():
    factor = one_factor(implied([0.8, 0.7, -0.6, 0.7], [1, 1, 1, 1]))
    assert factor is not None
    assert factor.loadings == pytest.approx([0.8, 0.7, -0.6, 0.7], abs=1e-6)


def test_a_heywood_case_is_held_at_the_bound_and_said_so():
    # The triad would make the first loading √(.9 × .9 ÷ .5) = 1.27.
    factor = one_factor(np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]]))
    assert factor is not None
    assert factor.is_heywood
    assert np.abs(factor.loadings).max() == 1


@pytest.mark.parametrize(
    "covariance",
    [
        implied([0.8, 0.7], [1, 1]),
        implied([0.8, 0.7, 0.6], [1, 0, 1]),
        np.array([[1, 0.5, np.nan], [0.5, 1, 0.5], [np.nan, 0.5, 1]]),
    ],
    ids=["two items", "a constant", "a pair nobody answered"],
)
def test_omega_is_undefined(covariance: np.ndarray):
    assert one_factor(covariance) is None


def test_covariances_are_those_of_pandas_with_gaps_and_many_rows():
    for rows in (50, MOST_GROUPS * 2 + 7):
        found = answers(rows, 5, gaps=0.1)
        sums = sums_of(found)
        assert sums.covariance() == pytest.approx(pd.DataFrame(found).cov().to_numpy())
        known = ~np.isnan(found)
        assert sums.pair_counts().tolist() == (known.T.astype(int) @ known.astype(int)).tolist()


@pytest.mark.slow
def test_the_interval_holds_omega_is_the_same_for_a_seed_and_narrows_with_respondents():
    widths = []
    for rows in (200, 5_000):
        sums = sums_of(answers(rows, 6, gaps=0.03))
        interval, factor = omega_interval(sums, seed=1), one_factor(sums.covariance())
        assert interval is not None
        assert factor is not None
        assert interval[0] < factor.omega < interval[1]
        assert interval == omega_interval(sums, seed=1) != omega_interval(sums, seed=2)
        widths.append(interval[1] - interval[0])
    assert widths[1] == pytest.approx(widths[0] / 5, rel=0.3)  # the root of 25 times as many


@pytest.mark.slow
def test_the_interval_covers_the_true_omega_about_as_often_as_it_says():
    random = np.random.default_rng(0)
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    true = loadings.sum() ** 2 / implied(loadings.tolist(), [1.0] * 4).sum()
    covered = 0
    for draw in range(120):
        trait = random.normal(size=(150, 1))
        found = trait * loadings + random.normal(size=(150, 4)) * np.sqrt(1 - loadings**2)
        low, high = omega_interval(sums_of(found), seed=draw, draws=200) or (1.0, 0.0)
        covered += low <= true <= high
    assert 0.88 <= covered / 120 <= 0.99
