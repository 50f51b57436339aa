"""Diagnostics people see: what the sample covers, which rules it keeps, how it stands beside random samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sampling import local
from sampling.design import Attribute, Design, Rule
from sampling.diagnostics import Compared, Covered, Diagnostics, RuleMet
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.infeasible import wish
from sampling.problem import Limits, Problem

DRAWS = 2000
MISSING = "missing"


def diagnose(
    frame: Frame, design: Design, problem: Problem, goal: Goal, chosen: Sequence[int], runner_up: Sequence[int] | None
) -> Diagnostics:
    """All diagnostics of one sample."""
    return Diagnostics(
        coverage=tuple(c for a in design.attributes for c in _covered(frame, problem, a, chosen)),
        rules=rules_met(problem.limits, chosen),
        compared=_compared(problem, goal, chosen, design.seed),
        second_best=problem.named(sorted(runner_up)) if runner_up else None,
        second_best_values=goal.values(problem, runner_up) if runner_up else None,
    )


def rules_met(limits: Limits, chosen: Sequence[int]) -> tuple[RuleMet, ...]:
    """Every rule with what the sample has of it."""
    got = limits.amounts[:, list(chosen)].sum(axis=1)
    return tuple(
        RuleMet(r.name, wish(r).removeprefix(f"{r.name!r} wants "), float(g), _is_met(r, float(g)))
        for r, g in zip(limits.rules, got, strict=True)
    )


def _is_met(rule: Rule, got: float) -> bool:
    """By the rule as written, also where it was allowed to give."""
    return (rule.min is None or got >= rule.min - 1e-9) and (rule.max is None or got <= rule.max + 1e-9)


def _covered(frame: Frame, problem: Problem, attribute: Attribute, chosen: Sequence[int]) -> list[Covered]:
    """One row a category, in declared or alphabetical order, or one a third of a numeric attribute."""
    texts = dict(zip(frame.ids, frame.texts(attribute.name), strict=True))
    here = [texts[i] for i in problem.ids]
    parts = _thirds(here) if attribute.kind == "numeric" else [t or MISSING for t in here]
    order = [str(v) for v in attribute.order or ()]
    labels = sorted(set(parts), key=lambda p: (p == MISSING, order.index(p) if p in order else len(order), p))
    sample = [parts[i] for i in chosen]
    return [Covered(attribute.name, p, parts.count(p), parts.count(p) / len(parts), sample.count(p)) for p in labels]


def _thirds(texts: Sequence[str]) -> list[str]:
    """Labels of the thirds that numbers fall in; few distinct values are their own labels."""
    known = np.array([float(t) for t in texts if t])
    if len(np.unique(known)) <= 3:
        return [f"{float(t):g}" if t else MISSING for t in texts]
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    names = [f"1st third, to {low:.4g}", f"2nd third, to {high:.4g}", f"3rd third, over {high:.4g}"]
    return [names[int(float(t) > low) + int(float(t) > high)] if t else MISSING for t in texts]


def _compared(problem: Problem, goal: Goal, chosen: Sequence[int], seed: int) -> tuple[Compared, ...]:
    """Each measure of distance beside 2,000 random samples of the allowed rows, drawn without rules."""
    if problem.size < 2 or not problem.coordinates.shape[1]:
        return ()
    at = np.flatnonzero(problem.allowed)
    random = np.random.default_rng(seed)
    draws = at[np.argsort(random.random((DRAWS, len(at))), axis=1)[:, : problem.size]]
    inside = problem.distance[draws[:, :, None], draws[:, None, :]][:, *np.triu_indices(problem.size, 1)]
    by_measure = {"smallest distance": inside.min(axis=1), "sum of distances": inside.sum(axis=1)}
    own = {"smallest distance": problem.smallest(chosen), "sum of distances": problem.total(chosen)}
    free = _without_rules(problem, goal, chosen, seed)
    return tuple(
        Compared(
            measure,
            own[measure],
            float(np.median(values)),
            float((values < own[measure] - 1e-9).mean()),
            DRAWS,
            free.get(measure),
        )
        for measure, values in by_measure.items()
    )


def _without_rules(problem: Problem, goal: Goal, chosen: Sequence[int], seed: int) -> dict[str, float]:
    """What the rules cost of the first measure, at the least: a sample found without them has that much more."""
    if not problem.limits.rules or not goal.measures or goal.worth is not None:
        return {}
    nothing = problem.limits.only(())
    unruled = replace(problem, limits=nothing)
    by_smallest = goal.measures[0] == "smallest distance"
    starts = [*local.starts(unruled, seed, 5.0, count=2), tuple(chosen)]
    best = local.best_found(unruled, starts, by_smallest=by_smallest)
    gain = goal.values(problem, best)[0] - goal.values(problem, chosen)[0] if best else 0.0
    return {goal.measures[0]: max(0.0, gain)}
