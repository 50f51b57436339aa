"""All diagnostics of one sample put together; each is computed in a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sampling.balance import balance
from sampling.comparison import DRAWS, compared, random_samples
from sampling.coverage import coverage, rules_met
from sampling.design import Design
from sampling.diagnostics import Compared, Diagnostics
from sampling.frame import Frame
from sampling.frame_map import frame_map, parallel
from sampling.goal import Goal
from sampling.problem import Problem
from sampling.replaceable import as_designed, first_fall, replaceable
from sampling.stability import stability

__all__ = ["diagnose", "rules_met"]


def diagnose(
    frame: Frame, design: Design, problem: Problem, goal: Goal, chosen: Sequence[int], runner_up: Sequence[int] | None
) -> Diagnostics:
    """All diagnostics of one sample; `runner_up` is the best sample found with this one shut out, where one was."""
    problem = as_designed(problem, design)
    random = random_samples(problem, design.seed, DRAWS)
    beside: tuple[Compared, ...] = compared(problem, goal, chosen, design.seed, random)
    second, by = _second_best(problem, goal, chosen, runner_up)
    values = goal.values(problem, second) if second else None
    cost, cost_of = first_fall(goal.measures, goal.values(problem, chosen), values) if values else (None, None)
    return Diagnostics(
        coverage=coverage(frame, design, problem, chosen),
        rules=rules_met(problem.limits, chosen),
        compared=beside,
        second_best=problem.named(second) if second else None,
        second_best_values=values,
        second_best_by=by,
        second_best_cost=cost,
        second_best_cost_of=cost_of,
        replaceable=replaceable(problem, goal, chosen, beside),
        stability=stability(frame, design, problem, goal, chosen),
        balance=balance(frame, design, problem, chosen, random),
        map=frame_map(problem),
        parallel=parallel(frame, design, problem),
    )


def _second_best(
    problem: Problem, goal: Goal, chosen: Sequence[int], runner_up: Sequence[int] | None
) -> tuple[tuple[int, ...] | None, Literal["shut_out", "exchange"] | None]:
    """The runner-up where the solver gave one, else the best sample one exchange away, ties to the lowest ids."""
    if runner_up:
        return tuple(sorted(runner_up)), "shut_out"
    if not goal.measures or goal.measures[0] == "place in the drawn order":
        return None, None
    exchanges = goal.exchanges(problem, chosen)
    best = [(exchanges.values(k, into[0]), k, into[0]) for k in range(len(chosen)) if (into := exchanges.into(k))]
    if not best:
        return None, None
    _, out, into_site = min(best, key=lambda b: (tuple(-round(v, 9) for v in b[0]), b[2], b[1]))
    return tuple(sorted([*(i for k, i in enumerate(chosen) if k != out), into_site])), "exchange"
