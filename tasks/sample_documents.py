"""What is written about samples beside the trail: records of proposals and overrides, and the document of the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sampling import (
    CAVEAT,
    Proposal,
    Sample,
    SampleState,
    StageState,
    evaluated,
    exchanged,
    proof_in_words,
    remembered,
    without_ids,
)
from study import Fact, StudyError
from study.identifiers import keyed_digest
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from tasks.workspace import Workspace

FRAME = "frame_then"
"""The key under which a record keeps the frame as it was; it is for comparing and shown on no page."""
SCORES = "scores"
"""The key under which a record says which columns of the frame came from surveys, with each site's score."""
CELL = 12


def with_stage_record(place: Workspace, fact: Fact, stage: StageSpec, sample: Sample, **more: Any) -> Fact:
    """Write the whole sample beside its event once; of people under restricted/, named by a keyed digest."""
    limit = sample.design.time_limit_s
    document = sample.as_document() | {"stage": stage.name, "of": stage.of, "evaluated": evaluated(sample)}
    document |= {"time_limit_s": limit, "proof_said": list(proof_in_words(asdict(sample.proof), limit)), **more}
    return place.with_record(fact, document, personal=stage.of == "people")


def remembered_frame(place: Workspace, stage: StageSpec, sample_frame: Any) -> dict[str, Any]:
    """The frame for comparison with a later one; of people every cell is a digest under the key of the frame's file."""
    return remembered(sample_frame, _hidden(place, stage) if stage.of == "people" else None)


def hidden_id(place: Workspace, stage: StageSpec) -> Callable[[str], str]:
    """What stands in the trail for an id of the stage's frame: the id of a site, a keyed digest of a person's."""
    if stage.of == "sites":
        return str
    hide = _hidden(place, stage)
    return lambda id: hide(f"id|{id}")


def ids_behind(place: Workspace, stage: StageSpec, proposal: Proposal) -> tuple[str, ...]:
    """The ids of a proposal as overridden; those of people are in the records under restricted/ alone."""
    if stage.of == "sites":
        return proposal.selected
    ids = tuple(needed(place, stage, "sample.proposed", proposal.event_id)["ids"])
    for done in proposal.overrides:
        kept = needed(place, stage, "sample.overridden", done.event_id)
        ids = exchanged(ids, kept["added"], kept["removed"])
    return ids


def record_of(place: Workspace, stage: StageSpec, kind: str, event: str) -> dict[str, Any]:
    """The record beside an event of a stage, or nothing where there is none."""
    store = place.restricted if stage.of == "people" else place.files
    try:
        return dict(json.loads(store.get(f"records/{kind}/{event}.json")))
    except NotStored:
        return {}


def needed(place: Workspace, stage: StageSpec, kind: str, event: str) -> dict[str, Any]:
    """The record beside an event, without which nothing can go on."""
    if found := record_of(place, stage, kind, event):
        return found
    folder = "restricted/records/" if stage.of == "people" else "records/"
    raise StudyError(
        f"a record of the sample of stage {stage.name} is not there",
        where=f"study.yaml, sampling.stages ({stage.name})",
        remedy=f"Put {folder} back where it was.",
    )


def stage_document(place: Workspace, stage: StageSpec, state: StageState, known: SampleState) -> dict[str, Any]:
    """A stage for the study page: the sample's record and how it stands; of people without any id.

    `in_view` are the ids the document is about: the approved selection where the latest proposal is approved, else
    the proposal that waits; `now_selected` is the approved selection either way.
    """
    latest = state.latest
    assert latest is not None
    shown = _record_shown(place, stage, state, latest)
    shown.pop(FRAME, None)
    made = shown.get("diagnostics", {})
    is_approved = state.is_approved(latest)
    if stage.of == "people":
        shown = {k: shown[k] for k in ("proof", "record", "time_limit_s") if k in shown}
        shown["diagnostics"] = without_ids(made)
    else:
        shown["evaluated"] = shown.get("evaluated", {}) | {
            i: why for i, why in known.left.items() if i in shown.get("evaluated", {})
        }
    return shown | {
        "stage": stage.name,
        "of": stage.of,
        "strategy": stage.strategy,
        "rationale": stage.rationale,
        "standing": standing_of(state, latest),
        "proposal": latest.code,
        "size": latest.size,
        "eligible": latest.eligible,
        "now_selected": list(state.selected),
        "in_view": list(state.selected if is_approved else latest.selected),
        "approved_on": state.approval.occurred if state.approval else None,
        "approved_by": state.approval.by if state.approval else None,
        "approval": state.approval.event_id if state.approval else None,
        "overrides": _overrides(place, stage, latest),
        "replacements": _replacements(place, stage, state) if is_approved else [],
        "left": {i: why for i, why in known.left.items() if i in state.selected} if stage.of == "sites" else {},
        "caveat": CAVEAT,
    }


def standing_of(state: StageState, proposal: Proposal) -> str:
    """approved | waiting | changed (approved once, and another proposal waits since)."""
    if state.is_approved(proposal):
        return "approved"
    return "changed" if state.approval else "waiting"


def _hidden(place: Workspace, stage: StageSpec) -> Callable[[str], str]:
    key = place.codes.key(place.ref(stage.frame or place.protocol.sampling.frame))
    return lambda text: keyed_digest(key, text.encode())[:CELL]


def _overrides(place: Workspace, stage: StageSpec, latest: Proposal) -> list[dict[str, Any]]:
    """What people exchanged in the proposal, by whom and at what cost; why is in the record only."""
    found = []
    for done in latest.overrides:
        kept = record_of(place, stage, "sample.overridden", done.event_id)
        row: dict[str, Any] = {"by": done.by, "occurred": done.occurred, "event": done.event_id}
        row |= {k: kept.get(k) for k in ("cost", "cost_of", "values", "rules_broken")}
        if stage.of == "sites":
            row |= {"added": done.added, "removed": done.removed, "within": kept.get("within")}
        found.append(row)
    return found


def _replacements(place: Workspace, stage: StageSpec, state: StageState) -> list[dict[str, Any]]:
    """Every replacement since the approval, each with its cost from its own record."""
    found = []
    for r in state.replacements:
        kept = record_of(place, stage, "site.replaced", r.event_id)
        costs: list[Mapping[str, Any]] = kept.get("diagnostics", {}).get("replacements", [])
        cost = next((c for c in costs if (c["leaving"], c["entering"]) == (r.leaving, r.entering)), {})
        found.append(
            {
                "leaving": r.leaving,
                "entering": r.entering,
                "why": r.why,
                "occurred": r.occurred,
                "event": r.event_id,
                "by": kept.get("person"),
                "cost": cost.get("cost"),
                "cost_of": cost.get("cost_of"),
            }
        )
    return found


def _record_shown(place: Workspace, stage: StageSpec, state: StageState, latest: Proposal) -> dict[str, Any]:
    """The record of the last replacement where the proposal in force had any, else of the latest proposal."""
    if state.is_approved(latest) and state.replacements:
        return record_of(place, stage, "site.replaced", state.replacements[-1].event_id)
    return record_of(place, stage, "sample.proposed", latest.event_id)
