import pandas as pd
import pytest

from analysis import krippendorff_alpha
from analysis.rated import rating_agreement

RATED = pd.DataFrame([[1, 2, 4, 5, 3, None], [1, 3, 4, 5, 1, 2]])
CASES = ["a", "a", "b", "b", "c", "c"]


def test_alpha_is_ordinal_and_percent_stands_beside_it() -> None:
    found = rating_agreement(RATED, clusters=CASES)
    assert (found.units, found.raters, found.level) == (5, 2, "ordinal")
    assert found.alpha == pytest.approx(krippendorff_alpha(RATED, "ordinal"))
    assert found.percent == 0.6


def test_the_interval_resamples_cases_and_is_the_same_for_a_seed() -> None:
    found = rating_agreement(RATED, clusters=CASES, seed=7)
    assert found == rating_agreement(RATED, clusters=CASES, seed=7)
    assert found.interval is not None
    assert found.alpha is not None
    assert found.interval[0] <= found.alpha <= found.interval[1] <= 1
    alone = rating_agreement(RATED, clusters=["one"] * 6)
    assert (alone.alpha, alone.interval, alone.resamples) == (found.alpha, None, 0)


def test_nothing_rated_twice_and_everything_alike_are_undefined() -> None:
    nothing = rating_agreement(pd.DataFrame([[1, None], [None, 3]]))
    assert (nothing.units, nothing.alpha, nothing.percent, nothing.interval) == (0, None, None, None)
    alike = rating_agreement(pd.DataFrame([[3, 3], [3, 3]]))
    assert (alike.units, alike.alpha, alike.percent, alike.interval) == (2, None, 1.0, None)
