"""One scale measured: alpha and omega with intervals, its items one by one, its scores, and its sites."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from evidence.covariances import Numbers, sums_of
from evidence.omega import OneFactor, omega_interval, one_factor
from evidence.reliability import (
    alpha_interval,
    alpha_of,
    alphas_without,
    gains_turned,
    item_totals,
    scale_scores,
    turned_round,
)
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import Answers
from evidence.survey.site_scores import MayStand, ScoresBySite, SiteScore, scores_by_site

SHORTEST_BATTERY = 4
"""Items of a scale below which equal answers say nothing."""
FEW_CATEGORIES = 3
Interval = tuple[float, float]


class Measured(Protocol):
    """What is to be known of a scale to measure it."""

    @property
    def name(self) -> str: ...
    @property
    def items(self) -> Sequence[str]: ...
    @property
    def reversed(self) -> Collection[str]: ...
    @property
    def minimum_alpha(self) -> float: ...
    @property
    def score(self) -> Literal["mean", "sum"]: ...
    @property
    def answered_share(self) -> float: ...
    @property
    def site_score(self) -> MayStand | None: ...


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """A scale's figures; null is undefined, and `notes` say why, or what to be careful about.

    `n` have a score, `complete_n` answered every item. Alpha is pairwise with Feldt's 95% interval, `alpha_listwise`
    of the complete rows; omega total of one factor with a bootstrap interval. By item: alpha without it (item_dropped),
    its correlation with the sum of the others (item_total), the rise of alpha if it were turned round, mean, SD and
    share without an answer (0–1). `straight_line_share` is of those who answered all, with their positions as rows.
    The figures by site are there only where the protocol declares when a site's mean may stand.
    """

    name: str
    n: int = 0
    complete_n: int = 0
    alpha: float | None = None
    alpha_interval: Interval | None = None
    omega: float | None = None
    omega_interval: Interval | None = None
    item_dropped: Mapping[str, float | None] = field(default_factory=dict)
    item_total: Mapping[str, float | None] = field(default_factory=dict)
    reversal_gain: Mapping[str, float | None] = field(default_factory=dict)
    mean: float | None = None
    sd: float | None = None
    straight_line_share: float | None = None
    icc1: float | None = None
    icc2: float | None = None
    rwg_median: float | None = None
    sites: tuple[SiteScore, ...] = ()
    items: tuple[str, ...] = ()
    minimum_alpha: float = 0.0
    alpha_listwise: float | None = None
    item_mean: Mapping[str, float | None] = field(default_factory=dict)
    item_sd: Mapping[str, float | None] = field(default_factory=dict)
    missing_share: Mapping[str, float] = field(default_factory=dict)
    straight_line_rows: tuple[int, ...] = ()
    few_count: int | None = None
    unusable: tuple[str, ...] = ()
    is_whole: bool = False
    notes: tuple[str, ...] = ()


def report_of(
    scale: Measured, answers: Answers, dictionary: DataDictionary, sites: pd.Series | None = None
) -> ScaleReport:
    """A scale over the answers as declared; without all of its items, as numbers, only what is wrong with them."""
    present = [item for item in scale.items if item in answers.values]
    unusable = tuple(item for item in present if not dictionary[item].is_numeric)
    if len(present) < len(scale.items) or unusable:
        absent = [item for item in scale.items if item not in present]
        notes = (*_listed("not in the file and the data dictionary", absent), *_listed("not numeric", unusable))
        return ScaleReport(
            scale.name, items=tuple(scale.items), minimum_alpha=scale.minimum_alpha, unusable=unusable, notes=notes
        )
    raw = answers.values[list(scale.items)].astype(float)
    battery = raw.assign(**{item: -raw[item] for item in scale.reversed if item in raw})
    numbers = battery.to_numpy()
    whole = ~np.isnan(numbers).any(axis=1)
    sums = sums_of(numbers)
    covariance = sums.covariance()
    alpha, factor = alpha_of(covariance), one_factor(covariance)
    apart = sums.pair_counts()[~np.eye(numbers.shape[1], dtype=bool)]
    fewest = int(apart.min()) if apart.size else 0
    scores, scored, by_site = _scored(scale, raw, dictionary, sites)
    share, positions = _straight_lines(raw.to_numpy())
    return ScaleReport(
        scale.name,
        n=int(scored.sum()),
        complete_n=int(whole.sum()),
        alpha=alpha,
        alpha_interval=alpha_interval(alpha, fewest, numbers.shape[1]) if alpha is not None else None,
        omega=factor.omega if factor else None,
        omega_interval=omega_interval(sums) if factor else None,
        item_dropped=_by_item(scale, alphas_without(covariance)),
        item_total=_by_item(scale, item_totals(covariance)),
        reversal_gain=_by_item(scale, gains_turned(covariance)),
        mean=_number(scores.mean()) if scores is not None else None,
        sd=_number(scores.std(ddof=1)) if scores is not None else None,
        straight_line_share=share,
        icc1=by_site.icc1,
        icc2=by_site.icc2,
        rwg_median=by_site.rwg_median,
        sites=by_site.sites,
        items=tuple(scale.items),
        minimum_alpha=scale.minimum_alpha,
        alpha_listwise=alpha if whole.all() else _listwise(numbers[whole]),
        item_mean={item: _number(raw[item].mean()) for item in scale.items},
        item_sd={item: _number(raw[item].std(ddof=1)) for item in scale.items},
        missing_share={item: float(raw[item].isna().mean()) if len(raw) else 0.0 for item in scale.items},
        straight_line_rows=positions,
        few_count=by_site.few_count if scale.site_score and sites is not None else None,
        is_whole=True,
        notes=_notes(scale, raw, covariance, alpha, factor, has_scores=scores is not None),
    )


def scores_of(scale: Measured, raw: pd.DataFrame, dictionary: DataDictionary) -> tuple[pd.DataFrame, pd.Series] | None:
    """The items turned round by their span, and each respondent's score; None where a reversed item has no span."""
    spans = {item: span for item in scale.reversed if item in raw and (span := dictionary[item].span)}
    if len(spans) < sum(item in raw for item in scale.reversed):
        return None
    turned = turned_round(raw, spans, spans)
    return turned, scale_scores(turned, answered_share=scale.answered_share, score=scale.score)


def sites_of(scale: Measured, values: pd.DataFrame, dictionary: DataDictionary, sites: pd.Series) -> ScoresBySite:
    """A scale by site alone, from the answers as declared; empty where its items or its declaration do not allow it."""
    if not all(item in values and dictionary[item].is_numeric for item in scale.items):
        return ScoresBySite()
    return _scored(scale, values[list(scale.items)].astype(float), dictionary, sites)[2]


def _straight_lines(battery: Numbers) -> tuple[float | None, tuple[int, ...]]:
    """Share and positions of those who gave the same answer to every item, reversed ones included and not turned."""
    if battery.shape[1] < SHORTEST_BATTERY:
        return None, ()
    whole = ~np.isnan(battery).any(axis=1)
    if not whole.any():
        return None, ()
    straight = whole & (battery == battery[:, :1]).all(axis=1)
    return float(straight.sum() / whole.sum()), tuple(np.flatnonzero(straight).tolist())


def _scored(
    scale: Measured, raw: pd.DataFrame, dictionary: DataDictionary, sites: pd.Series | None
) -> tuple[pd.Series | None, pd.Series, ScoresBySite]:
    """Scores, who has one (also where no score can be given), and the sites."""
    found = scores_of(scale, raw, dictionary)
    if found is None:
        return None, scale_scores(raw, answered_share=scale.answered_share).notna(), ScoresBySite()
    turned, scores = found
    if scale.site_score is None or sites is None:
        return scores, scores.notna(), ScoresBySite()
    spans = {dictionary[item].span for item in scale.items}
    options = _options(spans.pop()) if len(spans) == 1 else None
    return scores, scores.notna(), scores_by_site(scores, turned, sites, options, scale.site_score)


def _options(span: Interval | None) -> int | None:
    """How many whole answers a span has."""
    if span is None or span[0] % 1 or span[1] % 1:
        return None
    return int(span[1] - span[0]) + 1


def _listwise(numbers: Numbers) -> float | None:
    """Alpha of rows without a gap; None of fewer than two."""
    return alpha_of(np.atleast_2d(np.cov(numbers, rowvar=False))) if len(numbers) > 1 else None


def _notes(
    scale: Measured,
    raw: pd.DataFrame,
    covariance: Numbers,
    alpha: float | None,
    factor: OneFactor | None,
    *,
    has_scores: bool,
) -> tuple[str, ...]:
    """What to be careful about, in sentences."""
    constant = [
        item for item, variance in zip(scale.items, np.diagonal(covariance), strict=True) if not variance > 1e-12
    ]
    few = [item for item in scale.items if item not in constant and raw[item].nunique() < FEW_CATEGORIES]
    said = [*_listed("everybody who answered gave the same answer, or hardly anybody answered", constant)]
    said += _listed("fewer than three different answers, so correlations are held down", few)
    if alpha is None:
        said.append(
            "Alpha is undefined: it needs two items that the same people answered, and a sum of them that varies."
        )
    elif alpha < 0:
        said.append("Alpha is negative: items contradict each other. Look for a reversed item that is not declared.")
    if factor is None:
        said.append("Omega is undefined: it needs three items that vary and that the same people answered.")
    else:
        negative = [item for item, loading in zip(scale.items, factor.loadings, strict=True) if loading < 0]
        said += _listed("runs against the factor the others share", negative)
        if factor.is_heywood:
            said.append("One item explains the factor entirely (a Heywood case): omega is not to be relied on.")
    if not has_scores:
        said.append("No score: a reversed item has no range and no codes in the data dictionary to turn it round by.")
    return tuple(said)


def _listed(what: str, items: Collection[str]) -> tuple[str, ...]:
    return (f"{', '.join(items)}: {what}.",) if items else ()


def _by_item(scale: Measured, values: Sequence[float | None]) -> dict[str, float | None]:
    return dict(zip(scale.items, values, strict=True))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
