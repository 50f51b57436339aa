"""Agreement of raters on numbers or grades, such as the two ratings of each case: percent and alpha at a level.

Krippendorff (2019), Content Analysis, ch. 12. For ratings from 1 to 5 the level is ordinal: 4 beside 5 is a smaller
disagreement than 1 beside 5.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.agreement import Level, alpha_of, coincidences, percent_agreement
from analysis.resampling import Interval, draws, percentile_interval


@dataclass(frozen=True, slots=True)
class RatingAgreement:
    """Agreement over `units` rated by two raters or more; percent (0 to 1) and alpha are None when undefined.

    `interval` is the 2.5th and 97.5th percentile of alpha over `resamples` of whole clusters; None where there are
    fewer than two clusters, or too many resamples leave alpha undefined.
    """

    units: int
    raters: int
    level: Level
    percent: float | None
    alpha: float | None
    interval: Interval | None
    resamples: int


def rating_agreement(
    raters_by_units: pd.DataFrame,
    *,
    level: Level = "ordinal",
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 1000,
    seed: int = 1,
) -> RatingAgreement:
    """One row a rater, one column a unit, missing where not rated; `clusters` names each column's (its case).

    Columns of one cluster are resampled together; without `clusters` each column is its own. `raters` counts those
    who rated any of the units that count.
    """
    matrices, values = coincidences(raters_by_units)
    pairable = raters_by_units.notna().to_numpy().sum(axis=0) >= 2
    if not pairable.any():
        return RatingAgreement(0, 0, level, None, None, None, 0)
    named = list(clusters) if clusters is not None else list(range(len(pairable)))
    member, _ = pd.factorize(np.array([named[i] for i in np.flatnonzero(pairable)], dtype=object))
    summed = np.zeros((int(member.max()) + 1, len(values), len(values)))
    np.add.at(summed, member, matrices[pairable])
    drawn = draws(len(summed), resamples, seed)
    alpha = alpha_of(summed.sum(axis=0), values, level)
    again = alpha_of(np.tensordot(drawn, summed, axes=(1, 0)), values, level)
    return RatingAgreement(
        units=int(pairable.sum()),
        raters=int(raters_by_units.loc[:, pairable].notna().any(axis=1).sum()),
        level=level,
        percent=percent_agreement(raters_by_units),
        alpha=None if np.isnan(alpha) else float(alpha),
        interval=None if np.isnan(alpha) else percentile_interval(again),
        resamples=len(drawn),
    )
