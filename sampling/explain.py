"""Reasons, computed: why each chosen row is in, why each other is out, who could follow whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampling.design import Design
from sampling.frame import Frame
from sampling.goal import Exchanges, Goal
from sampling.infeasible import wish
from sampling.model import TIE
from sampling.problem import Bond, Problem
from sampling.replaceable import as_designed, first_fall
from sampling.sample import Backup, PassedOver, Selected
from sampling.status import TAKEN_OUT


def selected(frame: Frame, design: Design, problem: Problem, goal: Goal, chosen: Sequence[int]) -> tuple[Selected, ...]:
    """Every chosen row with its reasons and backups, ranked: the dearest to lose first, ties by id."""
    problem = as_designed(problem, design)
    exchanges = goal.exchanges(problem, chosen) if goal.measures else None
    found = [_one(frame, design, problem, goal, exchanges, list(chosen), k) for k in range(len(chosen))]
    order = sorted(found, key=lambda s: (not s.is_hard_to_replace, *_dearness(goal, s), s.id))
    return tuple(_ranked(s, rank) for rank, s in enumerate(order, start=1))


def passed_over(
    frame: Frame, problem: Problem, goal: Goal, chosen: Sequence[int], excluded: dict[str, str], gone: dict[str, str]
) -> tuple[PassedOver, ...]:
    """Every row not chosen, by id, with the first reason of: left, forbidden, not eligible, rule, worse, tie on id."""
    exchanges = goal.exchanges(problem, chosen) if goal.measures else None
    inside = [
        _other(problem, goal, exchanges, list(chosen), j, gone) for j in range(len(problem.ids)) if j not in chosen
    ]
    outside = [PassedOver(id, f"not eligible: {why}") for id, why in excluded.items()]
    return tuple(sorted([*inside, *outside], key=lambda p: p.id))


def _one(
    frame: Frame, design: Design, problem: Problem, goal: Goal, exchanges: Exchanges | None, chosen: list[int], k: int
) -> Selected:
    site = chosen[k]
    followers = exchanges.into(k) if exchanges else []
    backups = tuple(
        Backup(problem.ids[j], rank, exchanges.values(k, j) if exchanges else ())
        for rank, j in enumerate(followers[: design.backups_per_site], start=1)
    )
    cost, cost_of = _fall(goal, goal.values(problem, chosen), exchanges.values(k, followers[0]) if followers else None)  # type: ignore[union-attr]
    nearest, distance = _nearest(problem, site, [i for i in chosen if i != site])
    reasons = [
        *(["required by the design"] if site in problem.required else []),
        *_served(problem, chosen, site),
        *_only(frame, design, problem, chosen, site),
        *(
            [f"replacing it by the best backup costs {cost:.4f} of the {cost_of}"]
            if cost is not None and cost > TIE
            else []
        ),
        *(["nobody else could take its place without breaking a rule"] if exchanges and not followers else []),
        *(["chosen by people"] if not goal.measures else []),
    ]
    if goal.measures and not followers:
        cost_of = goal.measures[0]
    return Selected(problem.ids[site], 0, tuple(reasons), cost, cost_of, nearest, distance, backups)


def _served(problem: Problem, chosen: list[int], site: int) -> list[str]:
    """Rules whose minimum would not hold without this row."""
    limits = problem.limits
    got = limits.amounts[:, chosen].sum(axis=1)
    return [
        rule.reason if isinstance(rule, Bond) else f"needed: the rule {wish(rule)}"
        for rule, amounts, have, low in zip(limits.rules, limits.amounts, got, limits.low, strict=True)
        if amounts[site] > 0 and have - amounts[site] < low - 1e-9
    ]


def _only(frame: Frame, design: Design, problem: Problem, chosen: list[int], site: int) -> list[str]:
    """Categories that no other chosen row has, and ends of a numeric attribute within the sample."""
    found = []
    ids = [problem.ids[i] for i in chosen]
    here = problem.ids[site]
    for attribute in design.attributes:
        texts = dict(zip(frame.ids, frame.texts(attribute.name), strict=True))
        others = [texts[i] for i in ids if i != here]
        if attribute.kind != "numeric":
            if texts[here] not in others:
                found.append(f"the only one with {attribute.name} = {texts[here] or 'missing'}")
        elif texts[here]:
            known = [float(t) for t in others if t]
            if known and float(texts[here]) < min(known):
                found.append(f"the lowest {attribute.name} of the sample ({texts[here]})")
            if known and float(texts[here]) > max(known):
                found.append(f"the highest {attribute.name} of the sample ({texts[here]})")
    return found


def _other(
    problem: Problem, goal: Goal, exchanges: Exchanges | None, chosen: list[int], j: int, gone: dict[str, str]
) -> PassedOver:
    id = problem.ids[j]
    nearest, distance = _nearest(problem, j, chosen)
    if id in gone:
        why = TAKEN_OUT if gone[id] == TAKEN_OUT else f"left: {gone[id]}"
        return PassedOver(id, why, nearest=nearest, nearest_distance=distance)
    if not problem.allowed[j]:
        return PassedOver(id, "forbidden by the design", nearest=nearest, nearest_distance=distance)
    if exchanges is None:
        return PassedOver(id, "people chose others", nearest=nearest, nearest_distance=distance)
    out = exchanges.best_out(j)
    if out is None:
        return PassedOver(id, _broken(problem, chosen, j), nearest=nearest, nearest_distance=distance)
    loss, of = _fall(goal, goal.values(problem, chosen), exchanges.values(out, j))
    if loss is None or loss <= TIE:
        reason = f"as good in the place of {problem.ids[chosen[out]]}: ties go to the lowest ids"
        return PassedOver(id, reason, 0.0, goal.measures[0], nearest, distance)
    reason = f"its best exchange, for {problem.ids[chosen[out]]}, loses {loss:.4f} of the {of}"
    return PassedOver(id, reason, loss, of, nearest, distance)


def _broken(problem: Problem, chosen: list[int], j: int) -> str:
    """The rules that stand in the way of every exchange that would bring a row in."""
    places = [k for k, i in enumerate(chosen) if i not in problem.required]
    if not places:
        return "every place is taken by one that the design requires or that stays"
    broken = np.zeros(len(problem.limits.rules), dtype=bool)
    for k in places:
        broken |= ~problem.limits.holds([i for n, i in enumerate(chosen) if n != k] + [j])
    names = ", ".join(dict.fromkeys(repr(r.name) for r, b in zip(problem.limits.rules, broken, strict=True) if b))
    return f"every exchange that brings it in breaks a rule: {names}"


def _fall(goal: Goal, now: tuple[float, ...], after: tuple[float, ...] | None) -> tuple[float | None, str | None]:
    """How far an exchange falls, or nothing where there is none."""
    return (None, None) if after is None else first_fall(goal.measures, now, after)


def _nearest(problem: Problem, site: int, others: list[int]) -> tuple[str | None, float | None]:
    if not others or not problem.coordinates.shape[1]:
        return None, None
    nearest = min(others, key=lambda i: (problem.distance[site, i], i))
    return problem.ids[nearest], float(problem.distance[site, nearest])


def _dearness(goal: Goal, site: Selected) -> tuple[int, float]:
    """Sort key: losses of the first measure before those of the second, greater before smaller."""
    if site.drop_one_cost is None or site.cost_of is None:
        return (len(goal.measures), 0.0)
    return (goal.measures.index(site.cost_of), -round(site.drop_one_cost, 9))


def _ranked(site: Selected, rank: int) -> Selected:
    return Selected(
        site.id, rank, site.reasons, site.drop_one_cost, site.cost_of, site.nearest, site.nearest_distance, site.backups
    )
