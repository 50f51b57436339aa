"""Sites under target, seen while there is time to replace them.

A site is looked at from its invitation to the end of the field period. It is at risk when its targets will more likely
be missed than reached at the pace of its own interviews (`recruitment.projection`), when nobody was enrolled for too
long since its activation, or when it is not activated on the last day on which a replacement could still come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from recruitment.log import Recruitment
from recruitment.projection import chance_within
from recruitment.targets import TargetProgress
from study.protocol.people import FieldPeriod

OPEN = ("activated", "visited")
BEFORE = ("selected", "chosen", "replacement", "invited", "permitted", "approved")
LIKELY = 0.5
"""A target with a smaller chance than this is at risk."""

Why = Literal["behind", "silent", "not_activated", "missed"]


@dataclass(frozen=True, slots=True)
class SiteRisk:
    """A site at risk: why, what of its targets is missing, and the last day on which replacing it still helps.

    `chance` is that of its least likely target, None where no target names the site; `replace_by` is None where the
    protocol names no last day. `days` counts those since activation, or since it entered the sample.
    """

    site: str
    why: Why
    missing: int
    days: int
    chance: float | None
    replace_by: date | None

    def is_in_time(self, today: date) -> bool:
        """Whether a replacement decided today still comes in time; True where there is no last day."""
        return self.replace_by is None or today <= self.replace_by


def sites_at_risk(
    recruitment: Recruitment,
    progress: Iterable[TargetProgress],
    enrolled: Mapping[str, date],
    *,
    rules: FieldPeriod,
    ends: date | None,
    today: date,
) -> list[SiteRisk]:
    """The sites at risk by id; none once every target of the protocol is reached.

    `progress` holds every target, `enrolled` the latest enrolment at each site that has one, `ends` the last day for
    interviews. A site is given `silent_days` after its activation before its pace is judged.
    """
    targets = list(progress)
    if targets and not any(t.missing for t in targets):
        return []
    replace_by = ends - timedelta(days=rules.replace_lead_days) if ends else None
    found = []
    for site, state in sorted(recruitment.sites.items()):
        own = [t for t in targets if t.target.site == site]
        days = recruitment.site_days.get(site, {})
        since = days.get("activated") if state in OPEN else min(days.values(), default=None)
        if since is None or (own and not any(t.missing for t in own)):
            continue
        elapsed = (today - since).days
        chance = _chance(own, elapsed, since, rules, ends, today) if state in OPEN else None
        why = _why(state, bool(own), elapsed, chance, enrolled.get(site), rules, (ends, replace_by), today)
        if why is not None:
            missing = max((t.missing for t in own), default=0)
            found.append(SiteRisk(site, why, missing, elapsed, chance, replace_by))
    return found


def _why(
    state: str,
    has_target: bool,
    elapsed: int,
    chance: float | None,
    latest: date | None,
    rules: FieldPeriod,
    limits: tuple[date | None, date | None],
    today: date,
) -> Why | None:
    ends, replace_by = limits
    if ends is not None and today > ends:
        return "missed" if has_target and state in (*OPEN, *BEFORE) else None
    if state in BEFORE:
        return "not_activated" if replace_by is not None and today >= replace_by else None
    if state not in OPEN or elapsed < rules.silent_days:
        return None
    if chance is not None and chance < LIKELY:
        return "behind"
    return "silent" if latest is None else None


def _chance(
    own: list[TargetProgress], elapsed: int, since: date, rules: FieldPeriod, ends: date | None, today: date
) -> float | None:
    """The chance of the site's least likely target by the last day; None without a target or a last day."""
    if not own or ends is None:
        return None
    exposure = max(1, min(rules.rate_days, elapsed + 1))
    start = max(since, today - timedelta(days=exposure - 1))
    ahead = (ends - today).days
    return min(chance_within(ahead, t.missing, sum(start <= day <= today for day in t.days), exposure) for t in own)
