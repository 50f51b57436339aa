"""A scale's score by site: whether a site's mean may stand for it, and what of the table others than the team see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]

from evidence.agreement_within import agreement_by_site, icc
from evidence.reliability import site_scores


class MayStand(Protocol):
    """When a scale's mean may stand for a site, as the protocol declares it."""

    @property
    def minimum_respondents(self) -> int: ...
    @property
    def minimum_icc2(self) -> float | None: ...
    @property
    def minimum_rwg(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class SiteScore:
    """One site with enough respondents: their mean with its 95% interval (t), SD and r_wg.

    `may_stand` is whether the declared conditions on ICC(2) and r_wg are met; a condition not declared is met.
    """

    site_id: str
    n: int
    mean: float
    low: float
    high: float
    sd: float
    rwg: float | None = None
    may_stand: bool = True


@dataclass(frozen=True, slots=True)
class ScoresBySite:
    """Every site with enough respondents by id, and over these sites ICC(1), ICC(2) and the median r_wg.

    `few_count` is the number of sites that have respondents and fewer than the minimum.
    """

    sites: tuple[SiteScore, ...] = ()
    icc1: float | None = None
    icc2: float | None = None
    rwg_median: float | None = None
    few_count: int = 0


def scores_by_site(
    scores: pd.Series, items: pd.DataFrame, sites: pd.Series, options: int | None, wanted: MayStand
) -> ScoresBySite:
    """The scores of respondents gathered by site; `items` are turned round and have `options` answers each, if known.

    A site with fewer than the minimum is absent from everything, ICC and r_wg included, as if unasked.
    """
    table = site_scores(scores, sites, minimum=wanted.minimum_respondents)
    asked = sites.where(scores.notna())
    stays = asked.isin(table["site_id"])
    over = icc(scores[stays], asked[stays]) if len(table) else None
    icc2 = over.icc2 if over else None
    agreement = agreement_by_site(items[stays], asked[stays], options) if options and len(table) else {}
    spread = scores[stays].groupby(asked[stays]).std(ddof=1)
    is_reliable = wanted.minimum_icc2 is None or (icc2 is not None and icc2 >= wanted.minimum_icc2)
    found = []
    for site, mean, n in zip(table["site_id"], table["mean"], table["respondent_count"], strict=True):
        sd, rwg = float(spread[site]), agreement.get(site)
        half = float(stdtrit(n - 1, 0.975)) * sd / float(np.sqrt(n))
        agrees = wanted.minimum_rwg is None or (rwg is not None and rwg >= wanted.minimum_rwg)
        one = SiteScore(str(site), int(n), float(mean), mean - half, mean + half, sd, rwg, is_reliable and agrees)
        found.append(one)
    known = [one.rwg for one in found if one.rwg is not None]
    return ScoresBySite(
        tuple(found),
        over.icc1 if over else None,
        icc2,
        float(np.median(known)) if known else None,
        int(asked.nunique()) - len(table),
    )


def for_others(
    shown: Iterable[SiteScore], counts: Mapping[str, int], *, k: int, with_total: bool = True
) -> tuple[SiteScore, ...]:
    """The sites that may be shown outside the team, where a total of all respondents may be shown beside them.

    `counts` are the respondents of every site with any, shown or not. A site with fewer than `k` is left out, and,
    where a total stands beside the sites, so are the smallest others until those left out are none, or at least two
    sites with at least `k` respondents together: total less what is shown then says nothing of a single site
    (complementary suppression: Hundepool and others 2012, Statistical Disclosure Control, ch. 4). Of equals the
    later id goes first.
    """
    sites = sorted((s for s in shown if s.n >= k), key=lambda s: (-s.n, s.site_id))
    while with_total and sites:
        kept = {s.site_id for s in sites}
        hidden = [n for site, n in counts.items() if site not in kept and n > 0]
        if not hidden or (len(hidden) > 1 and sum(hidden) >= k):
            break
        sites.pop()
    return tuple(sorted(sites, key=lambda s: s.site_id))
