"""Published values: Krippendorff, Gwet, Fleiss, Cohen (docs/analysis.md), and alpha computed a second way."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha, percent_agreement
from analysis.agreement import Level, disagreements
from study import StudyError

KRIPPENDORFF = pd.DataFrame(
    [
        [None if value == "." else int(value) for value in row.split()]
        for row in (
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        )
    ]
)


def raters(*rows: str) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows])


def from_table(table: list[list[int]]) -> pd.DataFrame:
    """A contingency table (first rater's category by row) as two raters' judgements."""
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return pd.DataFrame(pairs).T


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_alpha_of_four_coders_and_twelve_units(level: Level, alpha: float) -> None:
    assert krippendorff_alpha(KRIPPENDORFF, level) == pytest.approx(alpha, abs=5e-5)


def test_ac1_and_fleiss_of_the_same() -> None:
    assert gwet_ac1(KRIPPENDORFF) == pytest.approx(0.77544, abs=5e-6)
    assert fleiss_kappa(KRIPPENDORFF) == pytest.approx(0.76117, abs=5e-6)


def test_alpha_of_two_coders() -> None:
    assert krippendorff_alpha(raters("0100000010", "1110010000"), "nominal") == pytest.approx(0.0952, abs=5e-5)
    assert krippendorff_alpha(raters("aabbdcccedda", "babbbccceddd"), "nominal") == pytest.approx(0.692, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[118, 5], [2, 0]], -0.0234),
        ([[20, 5], [10, 15]], 0.40),
        ([[45, 15], [25, 15]], 0.1304),
        ([[25, 35], [5, 35]], 0.2593),
        ([[80, 20], [20, 880]], 0.7778),  # characters coded A 100, B 100, both 80 of 1,000
    ],
)
def test_kappa(table: list[list[int]], kappa: float) -> None:
    assert cohen_kappa(from_table(table)) == pytest.approx(kappa, abs=5e-5)


def test_high_agreement_with_low_kappa_is_high_in_ac1() -> None:
    judged = from_table([[118, 5], [2, 0]])
    assert gwet_ac1(judged) == pytest.approx(0.9408, abs=5e-5)
    assert percent_agreement(judged) == pytest.approx(0.944)


@pytest.mark.parametrize("coefficient", [cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha])
def test_one_category_and_no_pairable_unit_are_undefined(coefficient) -> None:  # type: ignore[no-untyped-def]
    assert coefficient(raters("aaaa", "aaaa")) is None
    assert coefficient(pd.DataFrame([["a", None], [None, "b"]])) is None
    assert coefficient(pd.DataFrame(index=[0, 1])) is None


def test_percent_without_pairs_is_undefined() -> None:
    assert percent_agreement(pd.DataFrame([["a", None], [None, "b"]])) is None


def test_kappa_is_for_two() -> None:
    with pytest.raises(StudyError, match="exactly two"):
        cohen_kappa(KRIPPENDORFF)


def test_words_have_no_interval() -> None:
    with pytest.raises(StudyError, match="needs numbers"):
        krippendorff_alpha(raters("ab", "ba"), "interval")


def test_disagreements_are_the_units_not_judged_alike() -> None:
    assert disagreements(KRIPPENDORFF) == [1, 5, 7]


def from_counts(table: list[list[int]]) -> pd.DataFrame:
    """Units × categories (how many raters chose each) as raters by units."""
    return pd.DataFrame([[c for c, count in enumerate(row) for _ in range(count)] for row in table]).T


FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def test_fleiss_of_fourteen_raters_and_ten_units() -> None:
    judged = from_counts(FOURTEEN_RATERS)
    assert fleiss_kappa(judged) == pytest.approx(0.210, abs=5e-4)
    assert percent_agreement(judged) == pytest.approx(0.378, abs=5e-4)


def test_fleiss_by_hand() -> None:
    """Three raters, two units: (1 + 1/3) / 2 agree; 5 of 6 judgements say a, so (25 + 1) / 36 by chance."""
    assert fleiss_kappa(raters("aa", "aa", "ab")) == pytest.approx((2 / 3 - 26 / 36) / (1 - 26 / 36))


@given(st.lists(st.lists(st.sampled_from([1, 2, 3, 5, None]), min_size=7, max_size=7), min_size=2, max_size=4))
@settings(max_examples=60)
def test_alpha_is_that_of_the_krippendorff_package_at_every_level(rows: list[list[int | None]]) -> None:
    data = np.array([[np.nan if v is None else v for v in row] for row in rows])
    pairable = (~np.isnan(data)).sum(axis=0) >= 2
    values = data[:, pairable]
    if len(np.unique(values[~np.isnan(values)])) < 2:
        return  # undefined, which the package takes for an error
    levels: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
    for level in levels:
        other = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
        assert krippendorff_alpha(pd.DataFrame(rows), level) == pytest.approx(other)


@pytest.mark.slow
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=6, max_size=6), min_size=2, max_size=4), st.randoms()
)
def test_order_of_raters_and_units_does_not_matter(rows: list[list[int | None]], random) -> None:  # type: ignore[no-untyped-def]
    frame = pd.DataFrame(rows)
    units, people = list(frame.columns), list(frame.index)
    random.shuffle(units)
    random.shuffle(people)
    for coefficient in (krippendorff_alpha, gwet_ac1, fleiss_kappa, percent_agreement):
        first, other = coefficient(frame), coefficient(frame.loc[people, units])
        assert (first is None) == (other is None)
        assert first is None or (first == pytest.approx(other) and first <= 1 + 1e-9)
