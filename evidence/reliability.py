"""How well the items of a scale hang together, and how respondents and sites are scored on it.

Cronbach's alpha (Cronbach 1951, Psychometrika 16:297) from the covariance matrix of the items, either of the rows
without a gap (listwise) or of each pair of items on the rows that have both (pairwise, as psych::alpha in R). What
hangs on alpha, items dropped or turned round, comes from the same matrix.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import fdtri  # type: ignore[import-untyped]

from evidence.covariances import Numbers, sums_of

Gaps = Literal["pairwise", "listwise"]
_NOTHING = 1e-12
"""A variance up to this is none."""


def cronbach_alpha(items: pd.DataFrame, *, gaps: Gaps = "pairwise") -> float | None:
    """Alpha of numeric columns, at most 1 and possibly negative; None when undefined.

    Undefined with fewer than two items, fewer than two answers to some pair, or a total without variance.
    """
    answers = items.dropna() if gaps == "listwise" else items
    return alpha_of(covariance_of(answers))


def covariance_of(items: pd.DataFrame) -> Numbers:
    """The pairwise covariance matrix of numeric columns, NaN where fewer than two answered both."""
    return sums_of(items.to_numpy(dtype=float)).covariance()


def alpha_of(covariance: Numbers) -> float | None:
    """Alpha of a covariance matrix (items, items); None when undefined."""
    return _alpha(len(covariance), float(np.trace(covariance)), float(covariance.sum()))


def alpha_interval(alpha: float, respondents: int, items: int, *, level: float = 0.95) -> tuple[float, float] | None:
    """Feldt's interval of alpha: exact for normal answers with equal item variances and equal covariances.

    (1 − population alpha) ÷ (1 − alpha) follows F with n − 1 and (n − 1)(items − 1) degrees of freedom (Feldt 1965,
    Psychometrika 30:357). Chosen over Bonett's normal approximation (2002, Journal of Educational and Behavioral
    Statistics 27:335), which rests on the same assumptions. None with fewer than two respondents or items.
    """
    if respondents < 2 or items < 2:
        return None
    df1, df2, tail = respondents - 1, (respondents - 1) * (items - 1), (1 - level) / 2
    return 1 - (1 - alpha) * float(fdtri(df1, df2, 1 - tail)), 1 - (1 - alpha) * float(fdtri(df1, df2, tail))


def alphas_without(covariance: Numbers) -> list[float | None]:
    """Alpha without each item in turn; None where undefined, as with fewer than two items left."""
    own = np.diagonal(covariance)
    totals = covariance.sum() - 2 * covariance.sum(axis=1) + own
    traces = own.sum() - own
    return [_alpha(len(own) - 1, *pair) for pair in zip(traces.tolist(), totals.tolist(), strict=True)]


def item_totals(covariance: Numbers) -> list[float | None]:
    """Each item's correlation with the sum of the others ("corrected", Nunnally 1978); None without variance."""
    own = np.diagonal(covariance)
    with_others = covariance.sum(axis=1) - own
    others = covariance.sum() - 2 * covariance.sum(axis=1) + own
    found: list[float | None] = []
    for shared, variance, other in zip(with_others.tolist(), own.tolist(), others.tolist(), strict=True):
        is_defined = variance > _NOTHING and other > _NOTHING  # False for NaN, too
        found.append(shared / float(np.sqrt(variance * other)) if is_defined else None)
    return found


def gains_turned(covariance: Numbers) -> list[float | None]:
    """How much alpha would rise if each item alone were turned round; None when undefined.

    Turning an item round changes the sign of its covariances and no variance: alpha rises exactly where the item's
    correlation with the sum of the others is negative. Undefined below three items, where turning either of two gives
    the same.
    """
    alpha = alpha_of(covariance)
    if alpha is None or len(covariance) < 3:
        return [None] * len(covariance)
    own = np.diagonal(covariance)
    totals = covariance.sum() - 4 * (covariance.sum(axis=1) - own)
    turned = [_alpha(len(own), float(own.sum()), total) for total in totals.tolist()]
    return [(-np.inf if value is None else value) - alpha for value in turned]


def reversal_gains(items: pd.DataFrame, *, gaps: Gaps = "pairwise") -> dict[str, float]:
    """For each item, how much alpha would rise if that item alone were turned round; empty when undefined.

    A large gain points at a reversal forgotten or made twice. Turning round needs no span here: adding a constant
    changes no covariance.
    """
    answers = items.dropna() if gaps == "listwise" else items
    gains = gains_turned(covariance_of(answers))
    return {str(item): gain for item, gain in zip(items.columns, gains, strict=True) if gain is not None}


def turned_round(
    items: pd.DataFrame, spans: Mapping[str, tuple[float, float]], reversed_items: Collection[str]
) -> pd.DataFrame:
    """The items with the reversed ones turned round: lowest + highest possible answer − answer."""
    return items.assign(**{item: sum(spans[item]) - items[item] for item in reversed_items})


def scale_scores(
    items: pd.DataFrame, *, answered_share: float = 0.5, score: Literal["mean", "sum"] = "mean"
) -> pd.Series:
    """Each respondent's mean over the answered items; null where less than `answered_share` (0–1) are answered.

    As a `sum` it is that mean times the number of items, so that a gap does not count as the lowest answer.
    """
    answered = items.notna().sum(axis=1)
    means = items.mean(axis=1).where((answered > 0) & (answered >= answered_share * items.shape[1]))
    return means * items.shape[1] if score == "sum" else means


def site_scores(scores: pd.Series, sites: pd.Series, *, minimum: int) -> pd.DataFrame:
    """Mean and number of respondents by site, only for sites with at least `minimum` scores.

    Columns site_id, mean, respondent_count, by site id; a site below the minimum is absent, as if unasked.
    """
    if minimum < 2:
        raise ValueError("a site's score needs a minimum of at least 2 respondents")
    known = pd.DataFrame({"site_id": sites, "score": scores}).dropna()
    by_site = known.groupby("site_id")["score"].agg(mean="mean", respondent_count="count").reset_index()
    return by_site[by_site["respondent_count"] >= minimum].reset_index(drop=True)


def _alpha(items: int, trace: float, total: float) -> float | None:
    """Alpha of `items` items with the sum of their variances and the variance of their sum."""
    if items < 2 or not np.isfinite(total) or total <= _NOTHING:
        return None
    return items / (items - 1) * (1 - trace / total)
