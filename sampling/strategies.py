"""The strategies, each under its own name: who is eligible, what the sample is judged by, which rules it brings.

Names after Patton (2015); their use in mixed-methods research after Palinkas et al. (2015), doi
10.1007/s10488-013-0528-y.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from sampling.design import Design, Rule
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.goal import BY_OBJECTIVE, Goal
from sampling.problem import Mask, fitting
from study.errors import StudyError

Answered = Literal["solved", "drawn", "decided_by_people"]
DECIDED = ("convenience", "theory_based", "opportunistic", "politically_important")


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy laid over a frame: the population (mask in id order), why others are out, the goal, added rules."""

    population: Mask
    excluded: dict[str, str]
    goal: Goal
    answered: Answered = "solved"
    rules: tuple[Rule, ...] = ()
    notes: tuple[str, ...] = field(default=())


def plan(frame: Frame, design: Design) -> Plan:
    """What the design's strategy makes of this frame; StudyError naming the strategies there are for another."""
    strategy = STRATEGIES.get(design.strategy)
    if strategy is None:
        raise StudyError(
            f"the strategy {design.strategy!r} is not available",
            where="the sampling design",
            remedy=f"Available are {', '.join(sorted(STRATEGIES))}.",
        )
    return strategy(frame, design, _eligible(frame, design))


def _eligible(frame: Frame, design: Design) -> Plan:
    """The rows that fit the criterion and miss no attribute declared `drop`."""
    population = fitting(frame, design.criterion, "the criterion")
    excluded = {i: "does not fit the criterion" for i, fits in zip(frame.ids, population, strict=True) if not fits}
    frame.need(a.name for a in design.attributes)
    for attribute in design.attributes:
        if attribute.missing == "drop":
            empty = np.array([not t for t in frame.texts(attribute.name)], dtype=bool) & population
            excluded |= {i: f"{attribute.name} is missing" for i, e in zip(frame.ids, empty, strict=True) if e}
            population = population & ~empty
    return Plan(population, excluded, Goal(BY_OBJECTIVE[design.objective] if design.attributes else ()))


def _maximum_variation(frame: Frame, design: Design, eligible: Plan) -> Plan:
    if not design.attributes:
        raise StudyError(
            "maximum variation needs attributes on which the sites should vary",
            where="the sampling design",
            remedy="Declare at least one under `attributes`.",
        )
    return eligible


def _criterion(frame: Frame, design: Design, eligible: Plan) -> Plan:
    """All who fit; of more than wanted those people chose, or the most varied, or without attributes a seeded draw."""
    if not design.criterion:
        raise StudyError(
            "criterion sampling needs a criterion",
            where="the sampling design",
            remedy="Declare the columns and values that make a row eligible under `criterion`.",
        )
    if design.chosen:
        return _decided_by_people(frame, design, eligible)
    if design.attributes:
        return eligible
    drawn = "No attributes are declared: of those who fit the criterion a seeded draw chose."
    note = drawn if eligible.population.sum() > design.size else "Everybody who fits the criterion is taken."
    return replace(_purposeful_random(frame, design, eligible), notes=(note,))


def _extreme_or_deviant_case(frame: Frame, design: Design, eligible: Plan) -> Plan:
    """Both tails of a score, half from each unless a rule on the score says otherwise, varied inside them."""
    if design.score is None:
        raise StudyError(
            "extreme or deviant case sampling needs a score",
            where="the sampling design",
            remedy="Name the column whose tails matter under `score`.",
        )
    frame.need([design.score])
    score = frame.numbers(design.score)
    here = eligible.population & ~np.isnan(score)
    low, high = _tails(score[here], design)
    inside = here & ((score <= low) | (score >= high))
    excluded = dict(eligible.excluded)
    for id, was, missing, stays in zip(frame.ids, eligible.population, np.isnan(score), inside, strict=True):
        if was and not stays:
            excluded[id] = f"{design.score} is missing" if missing else f"lies in neither tail of {design.score}"
    goal = eligible.goal
    if not design.attributes:
        worth = np.abs(score[inside] - float(np.median(score[here])))
        goal = Goal(("distance of the score from its median",), np.round(worth / max(float(worth.max()), 1e-12), 9))
    note = f"The tails of {design.score} are {low:g} and below, {high:g} and above ({int(inside.sum())} rows)."
    return Plan(inside, excluded, goal, rules=_half_from_each(design, low, high), notes=(note,))


def _tails(score: Floats, design: Design) -> tuple[float, float]:
    count = math.floor(design.tail_share * len(score) + 1e-9)
    ordered = np.sort(score)
    if count < 1 or ordered[count - 1] >= ordered[-count]:
        raise StudyError(
            f"the score {design.score!r} has no two tails of {design.tail_share:.0%} among {len(score)} eligible rows",
            where="the sampling design",
            remedy="Widen tail_share, or name a score that differs between rows.",
        )
    return float(ordered[count - 1]), float(ordered[-count])


def _half_from_each(design: Design, low: float, high: float) -> tuple[Rule, ...]:
    score = design.score or ""
    if design.size < 2 or any(score in r.where for r in design.rules):
        return ()
    half = design.size // 2
    return (
        Rule(f"lower tail of {score}", {score: (None, low)}, min=half),
        Rule(f"upper tail of {score}", {score: (high, None)}, min=half),
    )


def _purposeful_random(frame: Frame, design: Design, eligible: Plan) -> Plan:
    """A draw by a seeded hash of each id, so that row order and other rows change nobody's place."""
    ids = [i for i, here in zip(frame.ids, eligible.population, strict=True) if here]
    drawn = sorted(ids, key=lambda i: hashlib.sha256(f"{design.seed}|{i}".encode()).digest())
    place = {id: k for k, id in enumerate(drawn)}
    worth = -np.array([place[i] for i in ids], dtype=np.float64)
    return replace(eligible, goal=Goal(("place in the drawn order",), worth), answered="drawn")


def _decided_by_people(frame: Frame, design: Design, eligible: Plan) -> Plan:
    name = design.strategy.replace("_", " ")
    if len(set(design.chosen)) != design.size or len(design.chosen) != design.size:
        raise StudyError(
            f"people choose in {name} sampling: `chosen` has {len(set(design.chosen))} ids, the size is {design.size}",
            where="the sampling design",
            remedy="List exactly the ids that were chosen, each once.",
        )
    return replace(eligible, goal=Goal(()), answered="decided_by_people")


STRATEGIES: dict[str, Callable[[Frame, Design, Plan], Plan]] = {
    "maximum_variation": _maximum_variation,
    "extreme_or_deviant_case": _extreme_or_deviant_case,
    "criterion": _criterion,
    "purposeful_random": _purposeful_random,
    **dict.fromkeys(DECIDED, _decided_by_people),
}
