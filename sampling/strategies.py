"""The strategies, each under its own name.

Names after Patton (2015), Qualitative Research and Evaluation Methods, 4th ed., ch. 5; their use in mixed-methods
research after Palinkas et al. (2015), doi 10.1007/s10488-013-0528-y. Combination is a design of several stages.
"""

from __future__ import annotations

from dataclasses import replace

from sampling.contrast import confirming_and_disconfirming
from sampling.declared import DECIDED
from sampling.design import Design
from sampling.drawn import DRAWN, drawn_places
from sampling.frame import Frame
from sampling.goal import CLOSENESS, Goal
from sampling.plan import Plan, Strategy, eligible
from sampling.snowball import snowball
from sampling.strata import quota, stratified_purposeful
from sampling.tails import critical_case, extreme_or_deviant_case, intensity
from sampling.typical import typical_case
from study.errors import StudyError

__all__ = ["STRATEGIES", "Plan", "plan"]


def plan(frame: Frame, design: Design) -> Plan:
    """What the design's strategy makes of this frame; StudyError naming the strategies there are for another."""
    strategy = STRATEGIES.get(design.strategy)
    if strategy is None:
        raise StudyError(
            f"the strategy {design.strategy!r} is not available",
            where="the sampling design",
            remedy=f"Available are {', '.join(sorted(STRATEGIES))}.",
        )
    return strategy(frame, design, eligible(frame, design))


def _maximum_variation(frame: Frame, design: Design, laid: Plan) -> Plan:
    return laid


def _homogeneous(frame: Frame, design: Design, laid: Plan) -> Plan:
    """Least spread within the subgroup that the criterion makes: the smallest sum of distances."""
    return replace(laid, goal=Goal((CLOSENESS,)), answered="closest")


def _criterion(frame: Frame, design: Design, laid: Plan) -> Plan:
    """All who fit; of more than wanted those people chose, or the most varied, or without attributes a seeded draw."""
    if design.chosen:
        return _decided_by_people(frame, design, laid)
    if design.attributes:
        return laid
    drawn = "No attributes are declared: of those who fit the criterion a seeded draw chose."
    note = drawn if laid.population.sum() > design.size else "Everybody who fits the criterion is taken."
    return replace(_purposeful_random(frame, design, laid), notes=(note,))


def _purposeful_random(frame: Frame, design: Design, laid: Plan) -> Plan:
    """A draw by a seeded hash of each id, so that row order and other rows change nobody's place."""
    ids = [i for i, here in zip(frame.ids, laid.population, strict=True) if here]
    return replace(laid, goal=Goal((DRAWN,), -drawn_places(ids, design.seed)), answered="drawn")


def _decided_by_people(frame: Frame, design: Design, laid: Plan) -> Plan:
    return replace(laid, goal=Goal(()), answered="decided_by_people")


STRATEGIES: dict[str, Strategy] = {
    "maximum_variation": _maximum_variation,
    "homogeneous": _homogeneous,
    "typical_case": typical_case,
    "extreme_or_deviant_case": extreme_or_deviant_case,
    "intensity": intensity,
    "critical_case": critical_case,
    "criterion": _criterion,
    "stratified_purposeful": stratified_purposeful,
    "quota": quota,
    "purposeful_random": _purposeful_random,
    "snowball": snowball,
    "confirming_and_disconfirming": confirming_and_disconfirming,
    **dict.fromkeys(DECIDED, _decided_by_people),
}
