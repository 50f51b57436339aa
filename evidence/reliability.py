"""How well the items of a scale hang together, and scores by site.

Cronbach's alpha (Cronbach 1951, Psychometrika 16:297) from the covariance matrix of the items, either of the rows
without a gap (listwise) or of each pair of items on the rows that have both (pairwise, as psych::alpha in R).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd

Gaps = Literal["pairwise", "listwise"]


def cronbach_alpha(items: pd.DataFrame, *, gaps: Gaps = "pairwise") -> float | None:
    """Alpha of numeric columns, at most 1 and possibly negative; None when undefined.

    Undefined with fewer than two items, fewer than two answers to some pair, or a total without variance.
    """
    answers = items.dropna() if gaps == "listwise" else items
    if answers.shape[1] < 2 or len(answers) < 2:
        return None
    covariance = answers.astype(float).cov(min_periods=2).to_numpy()
    total = float(covariance.sum())
    if not np.isfinite(total) or total <= 1e-12:
        return None
    count = answers.shape[1]
    return float(count / (count - 1) * (1 - np.trace(covariance) / total))


def turned_round(
    items: pd.DataFrame, spans: Mapping[str, tuple[float, float]], reversed_items: Collection[str]
) -> pd.DataFrame:
    """The items with the reversed ones turned round: lowest + highest possible answer − answer."""
    return items.assign(**{item: sum(spans[item]) - items[item] for item in reversed_items})


def reversal_gains(items: pd.DataFrame, *, gaps: Gaps = "pairwise") -> dict[str, float]:
    """For each item, how much alpha would rise if that item alone were turned round; empty when undefined.

    A large gain points at a reversal forgotten or made twice. Turning round needs no span here: adding a constant
    changes no covariance. Undefined below three items, where turning either gives the same.
    """
    alpha = cronbach_alpha(items, gaps=gaps)
    if alpha is None or items.shape[1] < 3:
        return {}
    flipped = {item: cronbach_alpha(items.assign(**{item: -items[item]}), gaps=gaps) for item in items.columns}
    return {item: (-np.inf if value is None else value) - alpha for item, value in flipped.items()}


def scale_scores(items: pd.DataFrame, *, answered_share: float = 0.5) -> pd.Series:
    """Each respondent's mean over the answered items; null where less than `answered_share` (0–1) are answered."""
    enough = items.notna().mean(axis=1) >= answered_share
    return items.mean(axis=1).where(enough)


def site_scores(scores: pd.Series, sites: pd.Series, *, minimum: int) -> pd.DataFrame:
    """Mean and number of respondents by site, only for sites with at least `minimum` scores.

    Columns site_id, mean, respondent_count, by site id; a site below the minimum is absent, as if unasked.
    """
    if minimum < 2:
        raise ValueError("a site's score needs a minimum of at least 2 respondents")
    known = pd.DataFrame({"site_id": sites, "score": scores}).dropna()
    by_site = known.groupby("site_id")["score"].agg(mean="mean", respondent_count="count").reset_index()
    return by_site[by_site["respondent_count"] >= minimum].reset_index(drop=True)
