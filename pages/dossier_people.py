"""What the dossier says of people: the flow, consent by scope, and member checks, small cells suppressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pages.dossier_counts import shown
from pages.suppression import suppress_counts, suppress_flow, suppress_steps
from pages.svg import Box
from trustworthiness.dossier import Coverage, FlowBox, MemberCheckLine

STEPS_OF_PEOPLE = ("packets released", "packets sent", "replies returned", "closed")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, and the count as text."""

    what: str
    count: str


def flow(boxes: Iterable[FlowBox], k: int) -> tuple[Box, ...]:
    """The flow of participants with small steps and reasons put together."""
    return suppress_flow([Box(box.label, box.count, box.left) for box in boxes], k)


def consent(coverage: Iterable[Coverage], k: int) -> list[tuple[str, str, str]]:
    """Each scope: for how many it is in force, and of how many."""
    return [_scope(one, k) for one in coverage]


def _scope(one: Coverage, k: int) -> tuple[str, str, str]:
    found, total = suppress_counts({"in": one.in_force, "not": one.not_in_force}, k)
    return one.scope.replace("_", " "), shown(found["in"]), shown(total)


def people_of_checks(lines: Iterable[MemberCheckLine], k: int) -> list[Line]:
    """People step by step; those who left between two steps are their difference, so it is never small either."""
    by_what = {line.what: line for line in lines}
    considered = by_what["packets released"].of
    counts = [("people considered", considered), *((what, by_what[what].count) for what in STEPS_OF_PEOPLE)]
    found = suppress_steps([count for _, count in counts], k)
    return [Line(what, shown(count)) for (what, _), count in zip(counts, found, strict=True)] if considered else []


def themes(lines: Iterable[MemberCheckLine], k: int) -> list[Line]:
    """Answers to themes by verdict; a verdict that few people gave is suppressed however often they gave it."""
    found = {line.what.removeprefix("themes: "): line for line in lines if line.what.startswith("themes: ")}
    if not any(line.count for line in found.values()):
        return []
    counts = {what: line.count for what, line in found.items()}
    cells, total = suppress_counts(counts, k, people={what: line.people for what, line in found.items()})
    return [*(Line(what, shown(cells[what])) for what in counts), Line("in all", shown(total))]
