"""Alpha, its interval and the intraclass correlations against published values and against pingouin on its own data."""

from __future__ import annotations

import io
import tarfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evidence.agreement_within import icc
from evidence.omega import one_factor
from evidence.reliability import (
    alpha_interval,
    alphas_without,
    covariance_of,
    cronbach_alpha,
    gains_turned,
    item_totals,
)

REVERSED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]


def installed(package: str) -> Path:
    """Where a package lies, found without the seconds that importing it takes."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def dataset(name: str) -> pd.DataFrame:
    """One of pingouin's data sets."""
    return pd.read_csv(installed("pingouin") / "datasets" / f"{name}.csv")


@pytest.fixture(scope="module")
def bfi() -> pd.DataFrame:
    """2,800 answers to 25 items on personality, with gaps: psych::bfi."""
    with tarfile.open(installed("pydataset") / "resources.tar.gz") as archive:
        for member in archive:
            if member.name == "resources/rdata/csv/psych/bfi.csv":
                file = archive.extractfile(member)
                assert file is not None
                return pd.read_csv(io.BytesIO(file.read()), index_col=0)
    raise AssertionError("bfi is not in pydataset")


def items_of(bfi: pd.DataFrame, letter: str, *, turned: bool = True) -> pd.DataFrame:
    items = bfi[[f"{letter}{i}" for i in range(1, 6)]].astype(float)
    return items.assign(**{item: 7 - items[item] for item in items if turned and item in REVERSED})


def test_alpha_with_gaps_is_the_published_one():
    items = dataset("cronbach_wide_missing")
    assert cronbach_alpha(items) == pytest.approx(0.7327, abs=5e-5)
    assert cronbach_alpha(items, gaps="listwise") == pytest.approx(0.8017, abs=5e-5)


@pytest.mark.slow
def test_the_five_scales_of_the_personality_items(bfi: pd.DataFrame):
    found = {letter: round(cronbach_alpha(items_of(bfi, letter)) or 0, 4) for letter in "ACENO"}
    assert found == {"A": 0.7030, "C": 0.7267, "E": 0.7617, "N": 0.8140, "O": 0.6002}
    assert cronbach_alpha(items_of(bfi, "A", turned=False)) == pytest.approx(0.43, abs=5e-3)
    unturned = items_of(bfi, "C", turned=False)
    assert cronbach_alpha(unturned) == pytest.approx(-0.28, abs=5e-3)
    assert cronbach_alpha(unturned, gaps="listwise") == pytest.approx(-0.29, abs=5e-3)


@pytest.mark.slow
def test_a_forgotten_reversal_is_the_item_whose_turning_raises_alpha(bfi: pd.DataFrame):
    covariance = covariance_of(items_of(bfi, "A", turned=False))
    gains, totals = gains_turned(covariance), item_totals(covariance)
    assert [round(gain, 2) > 0 for gain in gains if gain is not None] == [True, False, False, False, False]
    assert [total < 0 for total in totals if total is not None] == [True, False, False, False, False]
    assert gains[0] == pytest.approx(0.7030 - (cronbach_alpha(items_of(bfi, "A", turned=False)) or 0), abs=5e-5)


@pytest.mark.slow
def test_what_hangs_on_the_covariances_is_what_the_items_themselves_give(bfi: pd.DataFrame):
    items = items_of(bfi, "N").dropna()
    covariance = covariance_of(items)
    without = [cronbach_alpha(items.drop(columns=item)) for item in items]
    totals = [items[item].corr(items.drop(columns=item).sum(axis=1)) for item in items]
    assert covariance == pytest.approx(items.cov().to_numpy())
    assert alphas_without(covariance) == pytest.approx(without)
    assert item_totals(covariance) == pytest.approx(totals)


@pytest.mark.slow
def test_omega_of_the_personality_items_is_that_of_another_minimiser(bfi: pd.DataFrame):
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    for letter in "ACENO":
        covariance = items_of(bfi, letter).cov().to_numpy()
        spread = np.sqrt(np.diagonal(covariance))
        correlations = covariance / np.outer(spread, spread)

        def badness(loadings: np.ndarray, correlations: np.ndarray = correlations) -> float:
            residual = correlations - np.outer(loadings, loadings)
            return float((residual[np.triu_indices(5, 1)] ** 2).sum())

        loadings = minimize(badness, np.full(5, 0.5), tol=1e-14).x
        shared = (loadings * spread).sum() ** 2
        expected = shared / (shared + (spread**2 * (1 - loadings**2)).sum())
        found = one_factor(covariance)
        assert found is not None
        assert found.omega == pytest.approx(expected, abs=1e-5)
        assert found.loadings == pytest.approx(loadings, abs=1e-4)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_alpha_its_interval_and_the_intraclass_correlations_are_those_of_pingouin():
    import pingouin

    for gaps in ("pairwise", "listwise"):
        items = dataset("cronbach_wide_missing")
        alpha, interval = pingouin.cronbach_alpha(items, nan_policy=gaps)
        assert cronbach_alpha(items, gaps=gaps) == pytest.approx(alpha)
        by_all_rows = alpha_interval(alpha, len(items), items.shape[1])  # pingouin counts rows with gaps either way
        assert by_all_rows == pytest.approx(tuple(interval), abs=5e-4)
    wine = dataset("icc")
    table = pingouin.intraclass_corr(wine, targets="Wine", raters="Judge", ratings="Scores")
    expected = table["ICC"].to_numpy()[[0, 3]].astype(float)  # one rating, and the mean of all; one-way random
    found = icc(wine["Scores"], wine["Wine"])
    assert found is not None
    assert (found.icc1, found.icc2) == pytest.approx(tuple(expected), abs=5e-4)
    assert found.size == 4
