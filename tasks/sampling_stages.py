"""Stages that rest on others: people within the approved sites, a sample within a sample, a sample beside another."""

from __future__ import annotations

import json
from dataclasses import replace

from sampling import Design, SampleState
from study import StudyError
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from tasks.workspace import Workspace


class Waiting(StudyError):
    """A stage has nothing to choose from before another is approved: no fault, only not yet its turn."""


def resting_on_others(place: Workspace, stage: StageSpec, design: Design, known: SampleState) -> Design:
    """The stage's design with what the approved samples of other stages leave to it; Waiting before their approval."""
    taken = tuple(sorted({i for other in stage.excluding for i in _approved(place, stage, other, known)}))
    design = replace(design, taken=taken)
    if stage.within is None:
        return design
    chosen = _approved(place, stage, stage.within, known)
    if stage.site_column is None:
        return replace(design, among=chosen)
    criterion = {**design.criterion, stage.site_column: list(chosen)}
    return replace(design, each=stage.site_column, criterion=criterion)


def _approved(place: Workspace, stage: StageSpec, other: str, known: SampleState) -> tuple[str, ...]:
    """The ids of another stage's approved sample; those of people from its record under restricted/."""
    spec = next((s for s in place.protocol.sampling.stages if s.name == other), None)
    standing = known.stages.get(other)
    if spec is None or standing is None or standing.approval is None:
        raise Waiting(f"waits until the sample of stage {other} is approved")
    if spec.of == "sites":
        return standing.selected
    code = standing.approval.code
    proposal = next((p for p in standing.proposals.values() if p.code == code), None)
    try:
        body = place.restricted.get(f"records/sample.proposed/{proposal.event_id if proposal else ''}.json")
    except NotStored:
        raise StudyError(
            f"the record of the approved sample of stage {other} is not there",
            where=f"study.yaml, sampling.stages ({stage.name})",
            remedy="Put restricted/records/ back where it was.",
        ) from None
    return tuple(json.loads(body)["ids"])
