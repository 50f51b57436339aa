"""The scales of a survey: the protocol and the data dictionary joined, and what is measured on each, for the checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import Answers
from evidence.survey.scale_report import ScaleReport, report_of
from evidence.survey.site_scores import MayStand

Score = Literal["mean", "sum"]


class ScaleLike(Protocol):
    """A scale as the protocol declares it."""

    @property
    def name(self) -> str: ...
    @property
    def items(self) -> Sequence[str]: ...
    @property
    def reversed(self) -> Sequence[str]: ...
    @property
    def minimum_alpha(self) -> float: ...
    @property
    def score(self) -> Score: ...
    @property
    def answered_share(self) -> float: ...
    @property
    def site_score(self) -> MayStand | None: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale to be measured; `answered_share` (0–1) of its items must be answered for a score."""

    name: str
    items: tuple[str, ...]
    reversed: frozenset[str]
    minimum_alpha: float
    score: Score = "mean"
    answered_share: float = 0.5
    site_score: MayStand | None = None


def scales_of(declared: Iterable[ScaleLike], dictionary: DataDictionary, *, minimum_alpha: float) -> tuple[Scale, ...]:
    """The protocol's scales, then those only the dictionary names; an item is reversed when either says so."""
    turned = {v.name for v in dictionary.variables if v.is_reversed}
    scales = [
        Scale(
            s.name,
            tuple(s.items),
            frozenset({*s.reversed, *(turned & set(s.items))}),
            s.minimum_alpha,
            s.score,
            s.answered_share,
            s.site_score,
        )
        for s in declared
    ]
    by_name: dict[str, list[str]] = {}
    for variable in dictionary.variables:
        if variable.scale and variable.scale not in {s.name for s in scales}:
            by_name.setdefault(variable.scale, []).append(variable.name)
    own = (Scale(n, tuple(items), frozenset(turned & set(items)), minimum_alpha) for n, items in by_name.items())
    return (*scales, *own)


def scale_reports(
    scales: Iterable[Scale], answers: Answers, dictionary: DataDictionary, sites: pd.Series | None = None
) -> tuple[ScaleReport, ...]:
    """What is measured on each scale; `sites` are the respondents' site ids, on the index of the answers."""
    return tuple(report_of(scale, answers, dictionary, sites) for scale in scales)


def scale_features(
    scales: Iterable[Scale], answers: Answers, dictionary: DataDictionary, sites: pd.Series | None = None
) -> dict[str, object]:
    """The measurements of each scale as `features_of` names them."""
    return features_of(scale_reports(scales, answers, dictionary, sites))


def features_of(reports: Iterable[ScaleReport]) -> dict[str, object]:
    """Measurements of each scale, by name, null where undefined.

    `alpha:<scale>` (Cronbach, pairwise), `alpha_low:<scale>` (the lower end of its 95% interval), `omega:<scale>`,
    `complete_count:<scale>` (who answered every item), `unusable_item_count:<scale>` (present but not numeric),
    `straight_line_share:<scale>` (0–1, of those who answered all of it) with `straight_line_share:<scale>:rows`
    (their positions), `few_respondents_site_count:<scale>`, `icc2:<scale>`, `least_rwg:<scale>`;
    `reversal_gain:<item>` and `gain_without:<item>` (rise of alpha if this item alone were turned round or left out).
    """
    found: dict[str, object] = {}
    for report in reports:
        of = report.name
        agreement = [site.rwg for site in report.sites if site.rwg is not None]
        found |= {
            f"unusable_item_count:{of}": len(report.unusable),
            f"alpha:{of}": report.alpha,
            f"alpha_low:{of}": report.alpha_interval[0] if report.alpha_interval else None,
            f"omega:{of}": report.omega,
            f"complete_count:{of}": report.complete_n if report.is_whole else None,
            f"straight_line_share:{of}": report.straight_line_share,
            f"straight_line_share:{of}:rows": report.straight_line_rows,
            f"few_respondents_site_count:{of}": report.few_count,
            f"icc2:{of}": report.icc2,
            f"least_rwg:{of}": min(agreement, default=None),
        }
        for item in report.items:
            without = report.item_dropped.get(item)
            gain = None if without is None or report.alpha is None else without - report.alpha
            for name, value in (
                (f"reversal_gain:{item}", report.reversal_gain.get(item)),
                (f"gain_without:{item}", gain),
            ):
                found[name] = _larger(found.get(name), value)
    return found


def _larger(one: object, other: float | None) -> object:
    """The larger of two gains, for an item of two scales; a null counts for nothing."""
    return max((g for g in (one, other) if isinstance(g, float)), default=None)
