"""People put another in a chosen one's place: what that costs and which rules it breaks, computed beforehand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sampling import nested
from sampling.design import Design
from sampling.frame import Frame
from sampling.problem import known_ids, pose
from sampling.replaceable import first_fall
from sampling.strategies import plan
from study.errors import StudyError


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange: how much the first measure that changes falls (negative: gains), and the rules it breaks.

    `before` and `after` are the values of `measures`; `part` is the value of the column within which a nested sample
    makes the exchange, and to which cost and values then refer. `cost` is None where the strategy optimizes nothing.
    """

    cost: float | None
    cost_of: str | None
    broken: tuple[str, ...]
    measures: tuple[str, ...] = ()
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    part: str | None = None

    def as_document(self) -> dict[str, Any]:
        """The exchange as plain JSON values, for a record."""
        values = zip(self.measures, self.before, self.after, strict=True)
        return {
            "cost": self.cost,
            "cost_of": self.cost_of,
            "values": [{"measure": m, "before": was, "after": now} for m, was, now in values],
            "rules_broken": list(self.broken),
            "within": self.part,
        }


def exchange(frame: Frame, design: Design, selected: Collection[str], added: str, removed: str) -> Exchange:
    """What putting `added` in the place of `removed` does to a selection; StudyError when it cannot be done."""
    known_ids(frame, design)
    if removed not in selected:
        raise _impossible(f"{_shown(frame, removed)} is not in the selection", "Name a selected one after `for`.")
    is_part, part = design.each is not None, None
    if design.each is not None:
        values = dict(zip(frame.ids, frame.texts(design.each), strict=True))
        if values.get(added) != values.get(removed):
            raise _impossible(
                f"the two are not of the same {design.each}", "Each place is filled from within; name another."
            )
        part = values[removed]
        selected = [i for i in selected if values[i] == part]
        design = nested.parts(frame, design)[part]
    laid = plan(frame, design)
    problem = pose(frame, design, laid.population, rules=laid.rules, bonds=laid.bonds, may_be_alike=is_part)
    if added in selected:
        raise _impossible(f"{_shown(frame, added)} is already in the selection", "Name one that is not before `for`.")
    if added not in problem.ids or not problem.allowed[problem.ids.index(added)]:
        raise _impossible(
            f"{_shown(frame, added)} is not eligible", "Name an eligible one, or change the criterion in study.yaml."
        )
    before = sorted(problem.index(selected))
    after = sorted(problem.index({*selected, added} - {removed}))
    held = problem.limits.holds(after)
    broken = tuple(r.name for r, holds in zip(problem.limits.rules, held, strict=True) if not holds)
    measures = laid.goal.measures
    was, now = laid.goal.values(problem, before), laid.goal.values(problem, after)
    cost, of = first_fall(measures, was, now)
    return Exchange(cost, of, broken, measures, was, now, part)


def _shown(frame: Frame, id: str) -> str:
    """An id for a message; of people only its row, or nothing where the frame does not have it."""
    if not frame.personal:
        return id
    return f"row {frame.rows[id]}" if id in frame.rows else "one of the two"


def _impossible(what: str, remedy: str) -> StudyError:
    return StudyError(what, where="the override", remedy=remedy)
