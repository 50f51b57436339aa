"""The coefficients from counts are those of the general formulas on the whole table of decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha, percent_agreement
from analysis.blocks import Blocks
from analysis.tallies import Tally, coefficients, prevalence, tally

SLOW = {
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "alpha": krippendorff_alpha,
    "ac1": gwet_ac1,
    "kappa": cohen_kappa,
}


def counted(table: np.ndarray) -> Tally:  # type: ignore[type-arg]
    """Raters × units of 0, 1 and NaN as one code's counts, each unit a block of its own."""
    units = np.ones(table.shape[1], dtype=np.int64)
    found = tally(Blocks("T", units, units, (table == 1)[:, None, :], ~np.isnan(table)))
    return Tally(found.units[0], found.first[0])


@given(
    st.integers(2, 4).flatmap(
        lambda raters: st.lists(
            st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=raters, max_size=raters), min_size=1, max_size=12
        )
    )
)
@settings(max_examples=80)
def test_counts_say_what_the_whole_table_says(units: list[list[float]]) -> None:
    table = np.array(units).T
    frame = pd.DataFrame(table)
    fast = coefficients(counted(table))
    for name, slow in SLOW.items():
        if name == "kappa" and len(table) != 2:
            assert np.isnan(fast[name])
            continue
        value = slow(frame)
        assert np.isnan(fast[name]) if value is None else fast[name] == pytest.approx(value), name


def test_prevalence_counts_judgements_of_units_two_judged() -> None:
    found = prevalence(counted(np.array([[1, 0, 1, np.nan], [1, 0, 0, 1]], dtype=float)))
    assert found == pytest.approx(3 / 6)
