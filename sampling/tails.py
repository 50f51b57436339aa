"""Strategies that look at one score: its tails, a band of it, its top; and residuals, what a prediction misses.

Intensity sampling looks for rich cases that are not extreme, critical cases for those of which one may say: if it
happens there it happens anywhere (Patton 2015). Residual: observed minus predicted; the largest mark deviant cases
(Seawright and Gerring 2008, doi 10.1177/1065912907313077).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sampling.design import Design, Rule
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.plan import Plan, only, present, ranks, share_of_most
from sampling.problem import Mask
from study.errors import StudyError

EXTREME = "distance of the score from its median"
DEVIANT = "residual"
RANKED = "place in the ranking"


def extreme_or_deviant_case(frame: Frame, design: Design, laid: Plan) -> Plan:
    """Both tails of a score, half from each unless a rule on the score says otherwise; or the largest residuals.

    With attributes the sample varies inside the tails, without them the farthest out are taken.
    """
    if design.score is None:
        return _deviant(frame, design, laid)
    score, laid = scored(frame, design, laid)
    whole = score[laid.population]
    low, high = tails(whole, design, f"the score {design.score!r}")
    laid = only(laid, frame, (score <= low) | (score >= high), f"lies in neither tail of {design.score}")
    inside = laid.population
    goal = laid.goal
    if not design.attributes:
        worth = np.abs(score[inside] - float(np.median(whole)))
        goal = Goal((EXTREME,), np.round(worth / max(float(worth.max()), 1e-12), 9))
    note = f"The tails of {design.score} are {low:g} and below, {high:g} and above ({int(inside.sum())} rows)."
    return replace(laid, goal=goal, rules=_half_from_each(design, low, high), notes=(note,))


def intensity(frame: Frame, design: Design, laid: Plan) -> Plan:
    """Those whose score lies in a band of quantiles, ends included, and the most varied among them."""
    score, laid = scored(frame, design, laid)
    here = score[laid.population]
    if not here.size or design.band is None:
        return laid
    low, high = (float(np.quantile(here, q, method="inverted_cdf")) for q in design.band)
    laid = only(laid, frame, (score >= low) & (score <= high), f"lies outside the band of {design.score}")
    note = f"The band of {design.score} is {low:g} to {high:g} ({int(laid.population.sum())} rows)."
    return replace(laid, notes=(note,))


def critical_case(frame: Frame, design: Design, laid: Plan) -> Plan:
    """Of those who fit the criterion the first in the ranking by the score; equal scores share a place."""
    score, laid = scored(frame, design, laid)
    places = ranks(score[laid.population], design.direction)
    return replace(laid, goal=Goal((RANKED,), -places))


def scored(frame: Frame, design: Design, laid: Plan) -> tuple[Floats, Plan]:
    """The score of every row of the frame, and the plan without the rows that have none."""
    column = design.score or ""
    laid = only(laid, frame, present(frame, column), f"{column} is missing")
    return frame.numbers(column), laid


def known_residuals(frame: Frame, design: Design) -> tuple[Floats, Mask]:
    """Observed minus predicted for every row of the frame, and where both are there."""
    frame.need(c for c in (design.observed, design.predicted) if c)
    residuals = frame.numbers(design.observed or "") - frame.numbers(design.predicted or "")
    return residuals, ~np.isnan(residuals)


def tails(values: Floats, design: Design, what: str) -> tuple[float, float]:
    """The greatest value of the lower tail and the least of the upper; StudyError where they would meet."""
    count = math.floor(design.tail_share * len(values) + 1e-9)
    ordered = np.sort(values)
    if count < 1 or ordered[count - 1] >= ordered[-count]:
        why = "their values repeat and the tails meet" if count else "a tail would be less than one row"
        change = "Narrow" if count else "Widen"
        raise StudyError(
            f"{what} has no two tails of {design.tail_share:.0%} among {len(values)} eligible rows: {why}",
            where="the sampling design",
            remedy=f"{change} tail_share, or name a column that differs more between rows.",
        )
    return float(ordered[count - 1]), float(ordered[-count])


def _deviant(frame: Frame, design: Design, laid: Plan) -> Plan:
    residuals, known = known_residuals(frame, design)
    laid = only(laid, frame, known, f"{design.observed} or {design.predicted} is missing")
    size = np.zeros(len(frame.ids))
    size[laid.population] = np.abs(share_of_most(residuals[laid.population]))
    if not design.attributes:
        return replace(laid, goal=Goal((DEVIANT,), size[laid.population]))
    here = size[laid.population]
    count = max(1, math.floor(design.tail_share * len(here) + 1e-9))
    least = float(np.sort(here)[-count]) if here.size else 0.0
    laid = only(laid, frame, size >= least, "its residual is not among the largest")
    note = f"{int(laid.population.sum())} rows have the largest residuals; the sample varies among them."
    return replace(laid, notes=(note,))


def _half_from_each(design: Design, low: float, high: float) -> tuple[Rule, ...]:
    score = design.score or ""
    if design.size < 2 or any(score in r.where for r in design.rules):
        return ()
    half = design.size // 2
    return (
        Rule(f"lower tail of {score}", {score: (None, low)}, min=half),
        Rule(f"upper tail of {score}", {score: (high, None)}, min=half),
    )
