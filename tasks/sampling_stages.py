"""Stages that rest on others: people within the approved sites, a sample within a sample, a sample beside another."""

from __future__ import annotations

from dataclasses import replace

from sampling import Design, SampleState
from study import StudyError
from study.protocol.sampling import StageSpec
from tasks.read import read_table
from tasks.sample_documents import ids_behind
from tasks.workspace import Workspace


class Waiting(StudyError):
    """A stage has nothing to choose from before another is approved or a survey validated: only not yet its turn."""


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


def approvals_behind(stage: StageSpec, known: SampleState) -> tuple[str, ...]:
    """The approvals on which a stage's proposal rests."""
    others = [*([stage.within] if stage.within else []), *stage.excluding]
    found = [known.stages[o].approval for o in others if o in known.stages]
    return tuple(a.event_id for a in found if a is not None)


def interviewed_sites(place: Workspace) -> frozenset[str]:
    """Sites at which the register of interviews has one that took place; none while the register cannot be read."""
    try:
        table = read_table(place, "registers/interviews.csv")
    except StudyError:
        return frozenset()  # reading the registers says so itself
    if table is None or not {"site_id", "outcome"} <= set(table.columns):
        return frozenset()
    return frozenset(table.loc[table["outcome"].isin(("full", "part", "notes_only")), "site_id"]) - {""}


def _approved(place: Workspace, stage: StageSpec, other: str, known: SampleState) -> tuple[str, ...]:
    """The ids of another stage's approved sample; those of people from its record under restricted/."""
    spec = next((s for s in place.protocol.sampling.stages if s.name == other), None)
    standing = known.stages.get(other)
    if spec is None or standing is None or standing.approval is None:
        raise Waiting(f"waits until the sample of stage {other} is approved")
    if spec.of == "sites":
        return standing.selected
    proposal = standing.proposal_named(standing.approval.code)
    if proposal is None:
        raise Waiting(f"waits until the sample of stage {other} is approved")
    return ids_behind(place, spec, proposal)
