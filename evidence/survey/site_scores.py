"""A scale's score by site: whether a site's mean may stand for it, and what of the table others than the team see."""

from __future__ import annotations

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

    `few_count` is the number of sites that have respondents and fewer than the minimum, `few_people` how many these
    are, `siteless_people` how many have a score and no site.
    """

    sites: tuple[SiteScore, ...] = ()
    icc1: float | None = None
    icc2: float | None = None
    rwg_median: float | None = None
    few_count: int = 0
    few_people: int = 0
    siteless_people: int = 0


def scores_by_site(
    scores: pd.Series, items: pd.DataFrame, sites: pd.Series, options: int | None, wanted: MayStand
) -> ScoresBySite:
    """The scores of respondents gathered by site; `items` are turned round and have `options` answers each, if known.

    A site with fewer than the minimum is absent from everything, ICC and r_wg included, as if unasked. Sites are text
    without outer spaces; a number reads as its digits.
    """
    asked = _as_ids(sites).where(scores.notna())
    table = site_scores(scores, asked, minimum=wanted.minimum_respondents)
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
        int((asked.notna() & ~stays).sum()),
        int(scores.notna().sum() - asked.notna().sum()),
    )


def _as_ids(sites: pd.Series) -> pd.Series:
    codes, different = pd.factorize(sites)
    ids = [f"{site:.15g}" if isinstance(site, float) else str(site).strip() or None for site in different]
    return pd.Series(np.array([*ids, None], dtype=object)[codes], sites.index)


def for_others(found: ScoresBySite, *, k: int, with_total: bool = True) -> tuple[SiteScore, ...]:
    """The sites that may be shown outside the team, where a total of all respondents may be shown beside them.

    A site with fewer than `k` respondents is left out, and, where a total stands beside the sites, so are the smallest
    others until those left out are none, or at least two groups with at least `k` respondents together: total less what
    is shown then says nothing of a single site (complementary suppression: Hundepool and others 2012, Statistical
    Disclosure Control, ch. 4). People without a site are such a group. Of equals the later id goes first.
    """
    ordered = sorted(found.sites, key=lambda s: (-s.n, s.site_id))
    shown = [site for site in ordered if site.n >= k]
    groups = found.few_count + (found.siteless_people > 0)
    people = found.few_people + found.siteless_people
    while with_total and shown:
        hidden = ordered[len(shown) :]
        left_out = groups + len(hidden), people + sum(site.n for site in hidden)
        if left_out[0] == 0 or (left_out[0] > 1 and left_out[1] >= k):
            break
        shown.pop()
    return tuple(sorted(shown, key=lambda s: s.site_id))
