"""People put another in a chosen one's place: what that costs and which rules it breaks, computed beforehand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sampling import nested
from sampling.design import Design
from sampling.frame import Frame
from sampling.model import TIE
from sampling.problem import known_ids, pose
from sampling.strategies import plan
from study.errors import StudyError


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange: how much the first measure that changes falls (negative: gains), and the rules it breaks.

    `cost` is None where the strategy optimizes nothing.
    """

    cost: float | None
    cost_of: str | None
    broken: tuple[str, ...]


def exchange(frame: Frame, design: Design, selected: Collection[str], added: str, removed: str) -> Exchange:
    """What putting `added` in the place of `removed` does to a selection; StudyError when it cannot be done."""
    known_ids(frame, design)
    if removed not in selected:
        raise _impossible(f"{removed} is not in the selection", "Name a selected one after `for`.")
    is_part = design.each is not None
    if design.each is not None:
        values = dict(zip(frame.ids, frame.texts(design.each), strict=True))
        if values.get(added) != values.get(removed):
            raise _impossible(
                f"the two are not of the same {design.each}", "Each place is filled from within; name another."
            )
        selected = [i for i in selected if values[i] == values.get(removed)]
        design = nested.parts(frame, design)[values[removed]]
    laid = plan(frame, design)
    problem = pose(frame, design, laid.population, rules=laid.rules, bonds=laid.bonds, may_be_alike=is_part)
    if added in selected:
        raise _impossible(f"{added} is already in the selection", "Name one that is not before `for`.")
    if added not in problem.ids or not problem.allowed[problem.ids.index(added)]:
        raise _impossible(f"{added} is not eligible", "Name an eligible one, or change the criterion in study.yaml.")
    before = sorted(problem.index(selected))
    after = sorted(problem.index({*selected, added} - {removed}))
    held = problem.limits.holds(after)
    broken = tuple(r.name for r, holds in zip(problem.limits.rules, held, strict=True) if not holds)
    pairs = zip(laid.goal.measures, laid.goal.values(problem, before), laid.goal.values(problem, after), strict=True)
    falls = [(was - now, measure) for measure, was, now in pairs]
    cost, of = next(((f, m) for f, m in falls if abs(f) > TIE), falls[0] if falls else (None, None))
    return Exchange(cost, of, broken)


def _impossible(what: str, remedy: str) -> StudyError:
    return StudyError(what, where="the override", remedy=remedy)
