"""When a target will be reached, with how much uncertainty, if interviews go on coming as they lately did.

Interviews are taken to come by a Poisson process whose rate is not known; n of them in the last e days leave a gamma
distribution of the rate, with shape n + 1/2 (Jeffreys' prior) and exposure e. The waiting time for m more is then
e · B, where B follows a beta prime distribution with m and n + 1/2. This is the Poisson-gamma model of recruitment
(Anisimov and Fedorov 2007, doi 10.1002/sim.2956) with one rate for everything counted together. It knows nothing of
holidays, of sites about to open or of a list of people that runs out, and models with a constant rate have been found
optimistic and their intervals narrow (Urbas and Sherlock 2022, Biostatistics 23, 485-506).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scipy.special import betainc, betaincinv  # type: ignore[import-untyped]

PRIOR = 0.5
FEWEST_INTERVIEWS = 3
FEWEST_DAYS = 14
INTERVAL = (0.1, 0.5, 0.9)
"""Early, likely and late: four times in five the day lies between the first and the last."""
FAR = 3650  # days; beyond ten years nothing is said

Status = Literal["reached", "projected", "too_few"]


@dataclass(frozen=True, slots=True)
class Projection:
    """How a target stands on a day.

    `seen` interviews in the last `exposure` days are what it rests on. Of `projected`, `early`, `likely` and `late`
    are days (None: more than ten years away) and `chance` the probability (0 to 1) of reaching it by the deadline,
    None without one. `reached` has its day in `likely`. `too_few` says nothing further.
    """

    status: Status
    missing: int
    seen: int
    exposure: int
    early: date | None = None
    likely: date | None = None
    late: date | None = None
    chance: float | None = None


def project(
    days: Iterable[date],
    wanted: int,
    *,
    today: date,
    since: date | None,
    window: int = 84,
    deadline: date | None = None,
) -> Projection:
    """How many are still wanted and when they will be there; `days` are those of the interviews that count.

    Only the last `window` days up to `today` are looked at, and none before `since`, when contacts could begin (None:
    not yet). Fewer than 3 interviews or 14 days in the window are too few to project from.
    """
    counted = sorted(day for day in days if day <= today)
    missing = max(0, wanted - len(counted))
    start = max(since or today, today - timedelta(days=window - 1))
    exposure = max(0, (today - start).days + 1) if since else 0
    seen = sum(day >= start for day in counted)
    if not missing:
        return Projection("reached", 0, seen, exposure, likely=counted[wanted - 1])
    if seen < FEWEST_INTERVIEWS or exposure < FEWEST_DAYS:
        return Projection("too_few", missing, seen, exposure)
    early, likely, late = (_day(today, wait(missing, seen, exposure, p)) for p in INTERVAL)
    ahead = (deadline - today).days if deadline else None
    chance = None if ahead is None else chance_within(ahead, missing, seen, exposure)
    return Projection("projected", missing, seen, exposure, early, likely, late, chance)


def wait(missing: int, seen: int, exposure: int, probability: float) -> float:
    """Days until `missing` more have come with this probability, after `seen` in `exposure` days."""
    share = float(betaincinv(missing, seen + PRIOR, probability))
    return exposure * share / (1 - share) if share < 1 else float("inf")


def chance_within(ahead: int, missing: int, seen: int, exposure: int) -> float:
    """The probability that `missing` more come in the next `ahead` days, after `seen` in `exposure` days."""
    if missing <= 0:
        return 1.0
    if ahead <= 0 or exposure <= 0:
        return 0.0
    return float(betainc(missing, seen + PRIOR, ahead / (ahead + exposure)))


def _day(today: date, days: float) -> date | None:
    """That many days on, a part of a day counting as one."""
    return today + timedelta(days=int(-(-days // 1))) if days <= FAR else None
