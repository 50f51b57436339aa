"""How alike those are who belong together: ICC(1), ICC(2) over sites, r_wg within each.

One-way random-effects analysis of variance, sites of unequal size (Bartko 1976, Psychological Bulletin 83:762; Bliese
2000, in Klein and Kozlowski, Multilevel Theory, Research, and Methods in Organizations, ch. 8). The average size of a
site is (N − Σn²/N) ÷ (sites − 1), not the plain mean: with it ICC(2) from the mean squares is what the Spearman-Brown
formula makes of ICC(1). r_wg compares the variance within a site with that of answers spread evenly over the options
(James, Demaree and Wolf 1984, Journal of Applied Psychology 69:85); where it is larger, r_wg is set to 0, as there.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Icc:
    """ICC(1), how much of the variance of one answer lies between sites, and ICC(2), how reliable sites' means are.

    Both are at most 1 and reported as they are where negative; `size` is the average size they rest on.
    """

    icc1: float
    icc2: float | None
    size: float


def icc(scores: pd.Series, sites: pd.Series) -> Icc | None:
    """Of scores by site, nulls left out; None with fewer than two sites, no site of two, or no variance at all.

    ICC(2) alone is None where all sites have the same mean.
    """
    known = pd.DataFrame({"site": sites, "score": scores.astype(float)}).dropna()
    by_site = known.groupby("site")["score"]
    sizes, means = by_site.size(), by_site.mean()
    people, groups = len(known), len(sizes)
    if groups < 2 or people == groups:
        return None
    between = float((sizes * (means - known["score"].mean()) ** 2).sum()) / (groups - 1)
    within = float(((known["score"] - by_site.transform("mean")) ** 2).sum()) / (people - groups)
    size = (people - float((sizes**2).sum()) / people) / (groups - 1)
    all_of_it = between + (size - 1) * within
    if all_of_it <= 1e-12:
        return None
    return Icc((between - within) / all_of_it, (between - within) / between if between > 1e-12 else None, size)


def r_wg(variance: float, options: int) -> float | None:
    """Agreement on one item, 0 … 1, from the variance (÷ n − 1) of its answers and the number of answer options."""
    return r_wg_of_items([variance], options)


def r_wg_of_items(variances: list[float], options: int) -> float | None:
    """Agreement on parallel items, r_wg(j), 0 … 1, from their variances; None with fewer than two options or a gap."""
    if options < 2 or not variances or not np.isfinite(variances).all():
        return None
    ratio = float(np.mean(variances)) / ((options**2 - 1) / 12)
    if ratio >= 1:
        return 0.0
    items = len(variances)
    return items * (1 - ratio) / (items * (1 - ratio) + ratio)


def agreement_by_site(items: pd.DataFrame, sites: pd.Series, options: int) -> dict[Hashable, float | None]:
    """r_wg(j) of each site over items with the same number of options; None with fewer than two answers to an item."""
    variances = items.astype(float).groupby(sites).var(ddof=1)
    rows = zip(variances.index, variances.to_numpy().tolist(), strict=True)
    return {site: r_wg_of_items(row, options) for site, row in rows}
