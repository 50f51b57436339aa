"""Agreement between raters: percent, Cohen's kappa, Fleiss' kappa, Krippendorff's alpha, Gwet's AC1.

Krippendorff (2019), Content Analysis, ch. 12; Gwet (2014), Handbook of Inter-Rater Reliability, ch. 2 to 4. Every
function takes a frame with one row a rater and one column a unit; a missing cell means that rater did not judge that
unit. A coefficient that divides nothing by nothing is None (undefined), never 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from study import StudyError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Array = npt.NDArray[np.float64]


def percent_agreement(raters_by_units: pd.DataFrame) -> float | None:
    """Mean over units, judged by two raters or more, of the share of rater pairs that agree (0 to 1)."""
    table, _ = _counts(raters_by_units)
    table = table[table.sum(axis=1) >= 2]
    return float(_agreeing(table).mean()) if len(table) else None


def cohen_kappa(raters_by_units: pd.DataFrame) -> float | None:
    """Cohen's kappa of exactly two raters over the units both judged (−1 to 1)."""
    if len(raters_by_units) != 2:
        raise StudyError(
            "Cohen's kappa compares exactly two raters", remedy="Use alpha or AC1, or choose two of the raters."
        )
    both = raters_by_units.dropna(axis=1)
    if both.shape[1] == 0:
        return None
    first, second = (both.iloc[i].astype(object) for i in (0, 1))
    observed = float((first == second).mean())
    shares = [first.value_counts(normalize=True), second.value_counts(normalize=True)]
    expected = float(shares[0].mul(shares[1], fill_value=0).sum())
    return _beyond(observed, expected)


def fleiss_kappa(raters_by_units: pd.DataFrame) -> float | None:
    """Fleiss' kappa for any number of raters, with missing judgements as Gwet (2014) treats them."""
    return _chance_corrected(raters_by_units, lambda shares: float((shares**2).sum()))


def gwet_ac1(raters_by_units: pd.DataFrame) -> float | None:
    """Gwet's AC1 for any number of raters; categories are those that somebody used."""
    return _chance_corrected(
        raters_by_units,
        lambda shares: float((shares * (1 - shares)).sum() / (len(shares) - 1)) if len(shares) > 1 else 1.0,
    )


def krippendorff_alpha(raters_by_units: pd.DataFrame, level: Level = "nominal") -> float | None:
    """Krippendorff's alpha at a level of measurement; above nominal the values are numbers.

    Units judged once are left out. None when no unit is pairable or every pairable value is the same.
    """
    matrices, values = coincidences(raters_by_units)
    alpha = alpha_of(matrices.sum(axis=0), values, level)
    return None if np.isnan(alpha) else float(alpha)


def coincidences(raters_by_units: pd.DataFrame) -> tuple[Array, list[object]]:
    """Krippendorff's matrix of pairs of values for each unit (units × values × values), and the values in order.

    It is zero for a unit judged once; the sum over units holds everything alpha needs.
    """
    table, values = _counts(raters_by_units)
    judged = table.sum(axis=1)[:, None, None]
    pairs = table[:, :, None] * table[:, None, :] - table[:, :, None] * np.eye(len(values))
    return np.where(judged >= 2, pairs / np.maximum(judged - 1, 1), 0), values


def alpha_of(matrices: Array, values: list[object], level: Level) -> Array:
    """Alpha of matrices of coincidences, for any number of leading axes; NaN where undefined."""
    margins = matrices.sum(axis=-1)
    distance = _distance(values, margins, level)
    total = margins.sum(axis=-1)
    expected = (margins[..., :, None] * margins[..., None, :] * distance).sum(axis=(-2, -1))
    observed = (matrices * distance).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: Array = np.where(expected > 0, 1 - observed * (total - 1) / expected, np.nan)
    return alpha


def disagreements(raters_by_units: pd.DataFrame) -> list[object]:
    """The units (column labels) on which two raters or more judged and did not all judge alike, in column order."""
    table, _ = _counts(raters_by_units)
    differ = (table > 0).sum(axis=1) > 1
    return [unit for unit, is_apart in zip(raters_by_units.columns, differ, strict=True) if is_apart]


def _counts(raters_by_units: pd.DataFrame) -> tuple[Array, list[object]]:
    """Units × categories: how many raters put the unit there; and the categories, sorted."""
    codes, values = pd.factorize(raters_by_units.to_numpy(dtype=object).ravel(), sort=True)
    units = raters_by_units.shape[1]
    where = np.tile(np.arange(units), len(raters_by_units))
    table = np.zeros((units, len(values)))
    np.add.at(table, (where[codes >= 0], codes[codes >= 0]), 1)
    return table, list(values)


def _agreeing(table: Array) -> Array:
    """Share of agreeing rater pairs in each unit; every unit has two judgements or more."""
    judged = table.sum(axis=1)
    agreeing: Array = (table * (table - 1)).sum(axis=1) / (judged * (judged - 1))
    return agreeing


def _chance_corrected(raters_by_units: pd.DataFrame, chance: Callable[[Array], float]) -> float | None:
    table, _ = _counts(raters_by_units)
    judged = table.sum(axis=1)
    pairable = table[judged >= 2]
    if not len(pairable):
        return None
    shares = (table[judged > 0] / judged[judged > 0, None]).mean(axis=0)
    return _beyond(float(_agreeing(pairable).mean()), chance(shares))


def _beyond(observed: float, expected: float) -> float | None:
    return (observed - expected) / (1 - expected) if 1 - expected > 1e-12 else None


def _distance(values: list[object], margins: Array, level: Level) -> Array:
    """Squared distance between every two values at a level of measurement."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        reached = np.cumsum(margins, axis=-1) - margins / 2
        ordinal: Array = (reached[..., :, None] - reached[..., None, :]) ** 2
        return ordinal
    try:
        numbers = np.array([float(v) for v in values])  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise StudyError(f"alpha at {level} level needs numbers", remedy="Use the nominal level for words.") from None
    apart = (numbers[:, None] - numbers[None, :]) ** 2
    if level == "interval":
        interval: Array = apart
        return interval
    total = (numbers[:, None] + numbers[None, :]) ** 2
    ratio: Array = np.divide(apart, total, out=np.zeros_like(apart), where=total > 0)
    return ratio
