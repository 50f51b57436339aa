"""Versions of the codebook that people froze, from the register of decisions: what saturation was counted under."""

from __future__ import annotations

from analysis.checks import Problem
from study import Event, Fact, Subject
from study.decisions import Decision
from tasks.codings import Material
from tasks.decisions import REGISTER, read_decisions
from tasks.workspace import Workspace

DECISION, FROZEN, CHANGED = "freeze_codebook", "codebook.frozen", "codebook.changed"
TASKS = ("code", "decide_saturation")
"""Who holds one of these tasks on the day may freeze a version."""
SUBJECT = "analysis:codebook"


def freeze(place: Workspace, material: Material) -> tuple[list[Fact], list[Problem]]:
    """codebook.frozen for each version somebody froze and that is on record; the first freezing of a version stands.

    A problem for each decision that cannot be used (AN052), and where the present codebook has other words under a
    version that is frozen (AN053).
    """
    events = place.events([CHANGED, FROZEN])
    versions = {str(e.data["version"]): e for e in sorted(events, key=lambda e: e.recorded_at) if e.kind == CHANGED}
    frozen = {str(e.data["version"]): str(e.data["codebook"]) for e in events if e.kind == FROZEN}
    facts: list[Fact] = []
    problems: list[Problem] = []
    for decision in read_decisions(place):
        if decision.decision != DECISION or decision.occurred > place.today:
            continue
        column = _fault(place, decision, versions)
        if column:
            problems.append(Problem("AN052", REGISTER, decision.row, column, SUBJECT))
        elif decision.subject not in frozen:
            fact = _fact(decision, versions[decision.subject])
            frozen[decision.subject] = str(fact.data["codebook"])
            facts.append(place.with_record(fact, {"person": decision.person, "reason": decision.reason}))
    present = next((f.data for f in material.facts if f.kind == CHANGED), {})
    if frozen.get(str(present.get("version")), present.get("codebook")) != present.get("codebook"):
        problems.append(Problem("AN053", place.protocol.analysis.codebook, 0, "version", SUBJECT))
    return facts, problems


def _fault(place: Workspace, decision: Decision, versions: dict[str, Event]) -> str:
    """The first column of a row that keeps it from being used, or ""."""
    if decision.subject not in versions:
        return "subject"
    return "" if any(decision.authorised(place.protocol, task) for task in TASKS) else "person"


def _fact(decision: Decision, version: Event) -> Fact:
    return Fact(
        FROZEN,
        decision.occurred.isoformat(),
        subject=(Subject("codebook", "codebook"), Subject("person", decision.person)),
        used=version.used,
        causes=(version.id,),
        data={name: version.data[name] for name in ("version", "codebook", "codes")},
    )
