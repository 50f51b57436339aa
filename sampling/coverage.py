"""Coverage: what share of the frame each category or third is, how many of it the sample has, and which rule asks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampling.design import Attribute, Design, Rule, plain
from sampling.diagnostics import Covered, RuleMet
from sampling.frame import Frame
from sampling.infeasible import wish
from sampling.problem import Limits, Problem

MISSING = "missing"


def coverage(frame: Frame, design: Design, problem: Problem, chosen: Sequence[int]) -> tuple[Covered, ...]:
    """One row a category, in declared or alphabetical order, or one a third of a numeric attribute."""
    return tuple(c for a in design.attributes for c in _covered(frame, problem, a, chosen))


def rules_met(limits: Limits, chosen: Sequence[int]) -> tuple[RuleMet, ...]:
    """Every rule with what the sample has of it, judged by the rule as written, also where it was allowed to give."""
    got = limits.amounts[:, list(chosen)].sum(axis=1)
    return tuple(
        RuleMet(r.name, wish(r).removeprefix(f"{r.name!r} wants "), float(g), _is_met(r, float(g)))
        for r, g in zip(limits.rules, got, strict=True)
    )


def parts_of(frame: Frame, problem: Problem, attribute: Attribute) -> tuple[list[str], list[str]]:
    """The part each row of the problem belongs to, and the distinct parts in the order people expect."""
    texts = dict(zip(frame.ids, frame.texts(attribute.name), strict=True))
    here = [texts[i] for i in problem.ids]
    parts = _thirds(here) if attribute.kind == "numeric" else [t or MISSING for t in here]
    order = [str(v) for v in attribute.order or ()]
    return parts, sorted(set(parts), key=lambda p: (p == MISSING, *_place(p, order)))


def _place(part: str, order: Sequence[str]) -> tuple[float, float, str]:
    """Sort key: the declared order, then numbers by size, then the alphabet."""
    if part in order:
        return (order.index(part), 0.0, part)
    try:
        return (len(order), float(part), part)
    except ValueError:
        return (len(order), np.inf, part)


def _is_met(rule: Rule, got: float) -> bool:
    return (rule.min is None or got >= rule.min - 1e-9) and (rule.max is None or got <= rule.max + 1e-9)


def _covered(frame: Frame, problem: Problem, attribute: Attribute, chosen: Sequence[int]) -> list[Covered]:
    parts, labels = parts_of(frame, problem, attribute)
    sample = [parts[i] for i in chosen]
    met = rules_met(problem.limits, chosen)
    speaking = [r for r, rule in enumerate(problem.limits.rules) if attribute.name in rule.where]
    found = []
    for label in labels:
        inside = np.array([p == label for p in parts])
        asked = [r for r in speaking if (problem.limits.amounts[r][inside] != 0).any()]
        found.append(
            Covered(
                attribute.name,
                label,
                parts.count(label),
                parts.count(label) / len(parts),
                sample.count(label),
                tuple(f"{met[r].name}: {met[r].wanted}, has {plain(met[r].got)}" for r in asked),
                all(met[r].is_met for r in asked) if asked else None,
            )
        )
    return found


def _thirds(texts: Sequence[str]) -> list[str]:
    """Labels of the thirds that numbers fall in; few distinct values are their own labels."""
    known = np.array([float(t) for t in texts if t])
    if len(np.unique(known)) <= 3:
        return [f"{float(t):g}" if t else MISSING for t in texts]
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    names = [f"1st third, to {low:.4g}", f"2nd third, to {high:.4g}", f"3rd third, over {high:.4g}"]
    return [names[int(float(t) > low) + int(float(t) > high)] if t else MISSING for t in texts]
