"""Cronbach's alpha against values worked out by hand and against identities it must satisfy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.reliability import cronbach_alpha, reversal_gains, scale_scores, site_scores, turned_round


def scale(items: int, respondents: int, noise: float, seed: int = 1) -> pd.DataFrame:
    """Answers that share one trait."""
    random = np.random.default_rng(seed)
    trait = random.normal(size=(respondents, 1))
    answers = trait + noise * random.normal(size=(respondents, items))
    return pd.DataFrame(answers, columns=[f"q{i}" for i in range(1, items + 1)])


def test_alpha_worked_out_by_hand():
    # Variances 5/3 each; covariances 4/3, 4/3 and 2/3, so the total's variance is 5 + 2 × 10/3 = 35/3:
    # alpha = 3/2 × (1 - 5 ÷ 35/3) = 6/7.
    items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4], "c": [2, 1, 3, 4]})
    covariance = items.cov().to_numpy()
    assert covariance.diagonal() == pytest.approx([5 / 3] * 3)
    assert covariance[np.triu_indices(3, 1)] == pytest.approx([4 / 3, 4 / 3, 2 / 3])
    assert cronbach_alpha(items) == pytest.approx(6 / 7)


def test_two_items_give_the_spearman_brown_value_of_their_covariance():
    # Variances 2.5 and 2.5, covariance 2: alpha = 2 × (1 - 5/9) = 8/9.
    items = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 3, 5, 4]})
    assert items.cov().loc["a", "b"] == pytest.approx(2.0)
    assert cronbach_alpha(items) == pytest.approx(8 / 9)


def test_identical_items_have_alpha_one_and_opposite_pairs_none():
    item = pd.Series([1.0, 2.0, 5.0, 3.0])
    assert cronbach_alpha(pd.DataFrame({"a": item, "b": item, "c": item})) == pytest.approx(1.0)
    assert cronbach_alpha(pd.DataFrame({"a": item, "b": -item})) is None


def test_gaps_are_left_out_by_row_or_by_pair():
    items = pd.DataFrame(
        {"a": [1, 2, 3, 4, np.nan], "b": [1, 3, 2, 4, 9], "c": [2, 1, 3, 4, 1]},
    )
    assert cronbach_alpha(items, gaps="listwise") == pytest.approx(cronbach_alpha(items.iloc[:4]))
    covariance = items.cov().to_numpy()
    expected = 1.5 * (1 - np.trace(covariance) / covariance.sum())
    assert cronbach_alpha(items, gaps="pairwise") == pytest.approx(expected)
    assert cronbach_alpha(items, gaps="pairwise") != pytest.approx(cronbach_alpha(items, gaps="listwise"))


@pytest.mark.parametrize(
    "items",
    [
        pd.DataFrame({"a": [1, 2, 3]}),
        pd.DataFrame({"a": [1], "b": [2]}),
        pd.DataFrame({"a": [1, 1, 1], "b": [2, 2, 2]}),
        pd.DataFrame({"a": [1, np.nan], "b": [np.nan, 2]}),
        pd.DataFrame(),
    ],
)
def test_alpha_is_none_where_it_is_undefined(items: pd.DataFrame):
    assert cronbach_alpha(items) is None


@pytest.mark.slow
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-100, 100))
def test_alpha_does_not_change_with_unit_or_origin(seed: int, unit: float, origin: float):
    items = scale(4, 20, 0.8, seed)
    assert cronbach_alpha(items * unit + origin) == pytest.approx(cronbach_alpha(items), abs=1e-6)


def test_alpha_of_parallel_items_approaches_spearman_brown():
    # Items with reliability 1 / (1 + noise²) = 0.5: five of them have 5 × 0.5 / (1 + 4 × 0.5) = 0.8333.
    assert cronbach_alpha(scale(5, 20_000, 1.0)) == pytest.approx(5 / 6, abs=0.01)


def test_a_forgotten_reversal_shows_as_the_largest_gain():
    items = scale(5, 200, 0.7).assign(q3=lambda f: -f["q3"])
    gains = reversal_gains(items)
    assert max(gains, key=gains.__getitem__) == "q3"
    assert gains["q3"] > 0.3
    assert all(gain < 0 for item, gain in gains.items() if item != "q3")


def test_a_reversed_item_is_turned_round_about_the_middle_of_its_span():
    items = pd.DataFrame({"a": [1.0, 5.0, np.nan], "b": [2.0, 2.0, 2.0]})
    turned = turned_round(items, {"a": (1.0, 5.0)}, ["a"])
    assert turned["a"].tolist()[:2] == [5.0, 1.0]
    assert turned["b"].tolist() == [2.0, 2.0, 2.0]


def test_a_score_needs_half_of_the_items():
    items = pd.DataFrame({"a": [1, 1, np.nan], "b": [3, np.nan, np.nan], "c": [5, np.nan, 1], "d": [3, 2, np.nan]})
    assert scale_scores(items).tolist()[:2] == [3.0, 1.5]
    assert scale_scores(items).isna().tolist() == [False, False, True]


def test_a_site_below_the_minimum_has_no_score():
    scores = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    sites = pd.Series(["S01", "S01", "S02", "S02", "S02", "S01"])
    table = site_scores(scores, sites, minimum=3)
    assert table.to_dict("records") == [{"site_id": "S02", "mean": 4.0, "respondent_count": 3}]
    with pytest.raises(ValueError, match="at least 2"):
        site_scores(scores, sites, minimum=1)
