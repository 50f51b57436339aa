"""ICC(1), ICC(2) and r_wg against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evidence.agreement_within import agreement_by_site, icc, r_wg, r_wg_of_items

FIVE = 5


def by_site(**scores: list[float]) -> tuple[pd.Series, pd.Series]:
    """Scores and sites, one after the other."""
    sites = [site for site, given in scores.items() for _ in given]
    return pd.Series([s for given in scores.values() for s in given], dtype=float), pd.Series(sites)


def test_icc_of_sites_of_one_size_by_hand():
    # Means 2, 4, 6 of two each: MSB = 2 × (4 + 0 + 4) ÷ 2 = 8, MSW = 3 × 2 ÷ 3 = 2.
    found = icc(*by_site(A=[1, 3], B=[3, 5], C=[5, 7]))
    assert found is not None
    assert (found.icc1, found.icc2, found.size) == pytest.approx((6 / 10, 6 / 8, 2))


def test_icc_of_sites_of_unequal_size_by_hand():
    # Sizes 2, 3, 1 and means 2, 4, 9; grand mean 25/6. SSB = 2(13/6)² + 3(1/6)² + (29/6)² = 197/6, MSB = 197/12;
    # SSW = 2 + 8 = 10, MSW = 10/3; average size (6 − 14/6) ÷ 2 = 11/6.
    found = icc(*by_site(A=[1, 3], B=[2, 4, 6], C=[9]))
    msb, msw, size = 197 / 12, 10 / 3, 11 / 6
    assert found is not None
    assert found.size == pytest.approx(size)
    assert found.icc1 == pytest.approx((msb - msw) / (msb + (size - 1) * msw))
    assert found.icc2 == pytest.approx((msb - msw) / msb)
    assert found.icc2 == pytest.approx(size * found.icc1 / (1 + (size - 1) * found.icc1))  # Spearman-Brown


def test_an_icc_may_be_negative_and_is_not_hidden():
    found = icc(*by_site(A=[1, 5], B=[2, 5]))  # MSB = .25, MSW = (8 + 4.5) ÷ 2 = 6.25
    assert found is not None
    assert found.icc1 == pytest.approx((0.25 - 6.25) / (0.25 + 6.25))
    assert found.icc2 == pytest.approx(-24)


def test_icc_is_undefined_without_two_sites_two_at_one_or_any_variance():
    assert icc(*by_site(A=[1, 2, 3])) is None
    assert icc(*by_site(A=[1], B=[2])) is None
    assert icc(*by_site(A=[2, 2], B=[2, 2])) is None
    same_means = icc(*by_site(A=[1, 3], B=[1, 3]))
    assert same_means is not None
    assert same_means.icc1 == pytest.approx(-1)
    assert same_means.icc2 is None


def test_gaps_in_scores_and_sites_are_left_out():
    scores, sites = by_site(A=[1, 3], B=[3, 5], C=[5, 7])
    more = pd.Series([*scores, np.nan, 9.0])
    assert icc(more, pd.Series([*sites, "A", None])) == icc(scores, sites)


def test_r_wg_by_hand():
    # Five options spread evenly have a variance of (25 − 1) ÷ 12 = 2.
    assert r_wg(0.5, FIVE) == pytest.approx(0.75)
    assert r_wg(0.0, FIVE) == 1
    assert r_wg(2.0, FIVE) == 0
    assert r_wg(3.0, FIVE) == 0  # opposite camps: negative, set to 0
    assert r_wg(0.5, 1) is None
    assert r_wg(float("nan"), FIVE) is None


def test_r_wg_of_several_items_by_hand():
    # Mean variance .5 of ten items: 10 × .75 ÷ (10 × .75 + .25).
    assert r_wg_of_items([0.4, 0.6] * 5, FIVE) == pytest.approx(7.5 / 7.75)
    assert r_wg_of_items([0.5], FIVE) == pytest.approx(0.75)
    assert r_wg_of_items([2.5, 2.5], FIVE) == 0
    assert r_wg_of_items([], FIVE) is None


def test_agreement_by_site_uses_each_sites_own_answers():
    items = pd.DataFrame({"a": [4, 4, 1, 5], "b": [4, 5, 1, 5]})
    found = agreement_by_site(items, pd.Series(["A", "A", "B", "B"]), FIVE)
    assert found == {"A": pytest.approx(2 * 0.875 / (2 * 0.875 + 0.125)), "B": 0.0}
