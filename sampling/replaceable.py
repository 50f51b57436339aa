"""Before anyone refuses: what each chosen row's leaving would cost, and which would be hard to replace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sampling.design import Design
from sampling.diagnostics import Compared, Replaceable
from sampling.goal import Exchanges, Goal
from sampling.model import TIE
from sampling.problem import Problem

HARD = 0.5
"""Share of the gain over the median random sample from which on a loss makes a row hard to replace."""


def replaceable(
    problem: Problem, goal: Goal, chosen: Sequence[int], compared: Sequence[Compared]
) -> tuple[Replaceable, ...]:
    """What each chosen row's leaving would cost with its best follower under the rules, by id.

    Hard to replace is a row that nobody or only one other could follow, one the design requires, or one whose best
    follower gives up at least half of what the sample gains over the median random sample.
    """
    if not goal.measures or goal.measures[0] == "place in the drawn order":
        return ()
    exchanges = goal.exchanges(problem, chosen)
    now = goal.values(problem, chosen)
    gains = {c.measure: c.value - c.random_median for c in compared}
    order = sorted(range(len(chosen)), key=lambda k: chosen[k])
    return tuple(_one(problem, goal, exchanges, now, gains, k) for k in order)


def as_designed(problem: Problem, design: Design) -> Problem:
    """The problem with only those required whom the design requires: who stays fixed now may still leave later."""
    here = set(problem.ids)
    return replace(problem, required=tuple(sorted(problem.index(i for i in design.required if i in here))))


def first_fall(
    measures: Sequence[str], before: Sequence[float], after: Sequence[float]
) -> tuple[float | None, str | None]:
    """How far the first measure that changes falls (negative: rises), and which; 0 of the first when none changes."""
    for measure, was, now in zip(measures, before, after, strict=True):
        if abs(was - now) > TIE:
            return was - now, measure
    return (0.0, measures[0]) if measures else (None, None)


def _one(
    problem: Problem, goal: Goal, exchanges: Exchanges, now: tuple[float, ...], gains: dict[str, float], k: int
) -> Replaceable:
    site = exchanges.chosen[k]
    if site in problem.required:
        return Replaceable(problem.ids[site], 0, None, None, None, None, True, "the design requires it")
    followers = exchanges.into(k)
    if not followers:
        why = "nobody else could take its place without breaking a rule"
        return Replaceable(problem.ids[site], 0, None, None, None, None, True, why)
    cost, of = first_fall(goal.measures, now, exchanges.values(k, followers[0]))
    gain = gains.get(of or "", 0.0)
    share = max(cost, 0.0) / gain if cost is not None and gain > TIE else None
    best = problem.ids[followers[0]]
    why = ""
    if len(followers) == 1:
        why = f"only {best} could take its place without breaking a rule"
    elif share is not None and share >= HARD:
        why = f"its best replacement gives up {share:.0%} of what the sample gains over a random one"
    return Replaceable(problem.ids[site], len(followers), best, cost, of, share, bool(why), why)
