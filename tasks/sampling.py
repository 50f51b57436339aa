"""Samples proposed, decided on and replaced: the frame read, records written, facts and queries handed back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from sampling import (
    CAVEAT,
    SAMPLING_CHECKS,
    Design,
    Frame,
    Proposal,
    Sample,
    SampleState,
    StageState,
    design_of,
    evaluated,
    fold_sample,
    propose,
    proposed,
    without_ids,
)
from study import Fact, Query, Reference, StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from study.query import place as place_of
from tasks.frames import read_frame
from tasks.progress import step
from tasks.sampling_stages import Waiting, resting_on_others
from tasks.workspace import Workspace

SEVERITY = {id: severity for id, severity, _, _ in SAMPLING_CHECKS}
OUT = "sample/"
KINDS = ("study.opened", "sample.", "site.", "correction.made")


@dataclass(frozen=True, slots=True)
class Asked:
    """One stage as it is now: its frame and design, their digests, and how they are made (keyed for people)."""

    stage: StageSpec
    frame: Frame
    design: Design
    used: Reference
    digest_of: Callable[[bytes], str]
    frame_digest: str
    design_digest: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What proposing gave: facts to record, queries, sentences."""

    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()
    said: tuple[str, ...] = ()


@task(name="propose samples", cache_policy=NO_CACHE)
def propose_samples(place: Workspace) -> Proposed:
    """Solve every stage that has no proposal yet for its current frame and design."""
    state = sample_state(place)
    found = Proposed()
    stages = place.protocol.sampling.stages
    for number, stage in enumerate(stages, start=1):
        step(f"proposing the sample of stage {stage.name}", number, len(stages))
        one = propose_stage(place, stage, state)
        found = Proposed((*found.facts, *one.facts), (*found.queries, *one.queries), (*found.said, *one.said))
    return replace(found, said=(*found.said, CAVEAT))


@task(name="write samples", cache_policy=NO_CACHE)
def write_samples(place: Workspace) -> tuple[str, ...]:
    """Write every stage as it stands to out/sample/ for the study page; returns the paths."""
    state = sample_state(place)
    made = []
    for stage in place.protocol.sampling.stages:
        standing = state.stages.get(stage.name)
        if standing is None or standing.latest is None:
            continue
        body = json.dumps(stage_document(place, stage, standing), ensure_ascii=False, indent=1, sort_keys=True).encode()
        place.out.put(f"{OUT}{stage.name}.json", body)
        made.append(f"{place.protocol.storage.out}/{OUT}{stage.name}.json")
    return tuple(made)


def propose_stage(place: Workspace, stage: StageSpec, known: SampleState) -> Proposed:
    """One stage: nothing when it stands already, else its sample as a fact with its record, or why there is none."""
    state = known.stages.get(stage.name, StageState(stage.name))
    try:
        now = asked(place, stage, known)
        if standing := state.proposal_for(now.frame_digest, now.design_digest):
            return Proposed(said=(said_of(stage, state, standing),))
        sample = propose(now.frame, now.design, digest_of=now.digest_of)
    except Waiting as waiting:
        return Proposed(said=(f"Stage {stage.name}: {waiting.what}.",))
    except StudyError as error:
        query = unanswerable(place, stage, error)
        return Proposed(queries=(query,), said=(f"Stage {stage.name}: no sample can be proposed yet.",))
    fact = with_stage_record(place, proposed(sample, stage.name, stage.of, place.instant, (now.used,)), stage, sample)
    return Proposed(facts=(fact,), said=(_said_new(stage, sample),))


def asked(place: Workspace, stage: StageSpec, known: SampleState | None = None) -> Asked:
    """The stage's frame and design as they lie in the study folder and as the stages before it were approved.

    StudyError when the frame cannot be read, Waiting while a stage on which this one rests is not approved.
    """
    plan = place.protocol.sampling
    path, id_column = stage.frame or plan.frame, stage.id_column or plan.id_column
    design = design_of(stage, id_column)
    if stage.within or stage.excluding:
        design = resting_on_others(place, stage, design, known or sample_state(place))
    try:
        data = place.files.get(path)
    except NotStored:
        raise StudyError("the sampling frame is not there", where=path, remedy="Put it there.") from None
    is_personal = stage.of == "people"

    def keyed(content: bytes) -> str:
        return str(place.reference(path, content, personal=True).hmac)

    digest_of = keyed if is_personal else digest
    frame = read_frame(data, path, id_column, personal=is_personal)
    used = place.reference(path, data, personal=is_personal)
    return Asked(stage, frame, design, used, digest_of, frame.fingerprint(digest_of), design.fingerprint(digest_of))


def sample_state(place: Workspace) -> SampleState:
    """Where sampling stands in the trail."""
    return fold_sample(e for e in place.events() if e.kind.startswith(KINDS))


def with_stage_record(place: Workspace, fact: Fact, stage: StageSpec, sample: Sample) -> Fact:
    """Write the whole sample beside its event once; of people under restricted/, named by a keyed digest."""
    document = sample.as_document() | {"stage": stage.name, "of": stage.of, "evaluated": evaluated(sample)}
    return place.with_record(fact, document, personal=stage.of == "people")


def stage_document(place: Workspace, stage: StageSpec, state: StageState) -> dict[str, Any]:
    """A stage for the study page: the sample's record and how it stands; of people without any id."""
    latest = state.latest
    assert latest is not None
    shown = _record_shown(place, stage, state, latest)
    made = shown.get("diagnostics", {})
    if stage.of == "people":
        shown = {k: shown[k] for k in ("proof", "record") if k in shown}
        shown["diagnostics"] = without_ids(made)
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
        "approved_on": state.approval.occurred if state.approval else None,
        "approved_by": state.approval.by if state.approval else None,
        "approval": state.approval.event_id if state.approval else None,
        "overrides": [{"added": o.added, "removed": o.removed} for o in latest.overrides],
        "replacements": [
            {"leaving": r.leaving, "entering": r.entering, "why": r.why, "occurred": r.occurred}
            for r in state.replacements
        ],
        "caveat": CAVEAT,
    }


def standing_of(state: StageState, proposal: Proposal) -> str:
    """approved | waiting | changed (approved once, and another proposal waits since)."""
    if state.is_approved(proposal):
        return "approved"
    return "changed" if state.approval else "waiting"


def said_of(stage: StageSpec, state: StageState, proposal: Proposal) -> str:
    """One sentence on how a stage stands that has a proposal."""
    start = f"Stage {stage.name}: {proposal.size} of {proposal.eligible} eligible {stage.of}"
    if state.is_approved(proposal):
        more = f", {len(state.replacements)} replaced since" if state.replacements else ""
        return f"{start} proposed and approved{more}."
    return f"{start} proposed; waiting for the investigator's approval of proposal {proposal.code}."


def unanswerable(place: Workspace, stage: StageSpec, error: StudyError) -> Query:
    """The query that no sample can be proposed for a stage, in the words of the error."""
    key = f"study.yaml, sampling.stages ({stage.name})"
    where = error.where if error.where.startswith(stage.frame or place.protocol.sampling.frame) else key
    return raised(
        place,
        "SA003",
        stage.name,
        "study.yaml",
        where,
        f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}".strip(),
    )


def raised(
    place: Workspace, check: str, stage: str | None, file: str, where: str, message: str, ordinal: int = 0
) -> Query:
    """A query about one stage, or about the study where the stage is not one of the design's."""
    return Query.raised(
        check,
        SEVERITY[check],
        study=place.protocol.id,
        subject=f"stage:{stage}" if stage else "",
        place=place_of(place.ref(file), check, ordinal),
        where=where,
        message=message,
    )


def _record_shown(place: Workspace, stage: StageSpec, state: StageState, latest: Proposal) -> dict[str, Any]:
    """The record of the last replacement where the proposal in force had any, else of the latest proposal."""
    key = f"records/sample.proposed/{latest.event_id}.json"
    if state.is_approved(latest) and state.replacements:
        key = f"records/site.replaced/{state.replacements[-1].event_id}.json"
    store = place.restricted if stage.of == "people" else place.files
    try:
        return dict(json.loads(store.get(key)))
    except NotStored:
        return {}


def _said_new(stage: StageSpec, sample: Sample) -> str:
    how = {
        "optimal": "proven best",
        "bounded": f"within {100 * (sample.proof.gap or 0):.2g} % of the best possible",
        "heuristic": "not proven best",
        "drawn": "drawn by seed",
        "decided_by_people": "chosen by people",
    }[sample.proof.status]
    if len(sample.ids) == sample.eligible:
        how = "all there are"
    return (
        f"Stage {stage.name}: {len(sample.ids)} of {sample.eligible} eligible {stage.of} proposed, {how}; "
        f"waiting for the investigator's approval of proposal {sample.code}."
    )
