"""Samples proposed, decided on and replaced: the frame read, records written, facts and queries handed back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from sampling import (
    CAVEAT,
    SAMPLING_CHECKS,
    TAKEN_OUT,
    Design,
    Frame,
    Proposal,
    Sample,
    SampleState,
    StageState,
    design_of,
    fold_sample,
    proof_in_words,
    propose_again,
    proposed,
)
from study import Fact, Query, Reference, StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from study.query import place as place_of
from tasks.frames import read_frame
from tasks.progress import step
from tasks.sample_documents import FRAME, SCORES, remembered_frame, stage_document, with_stage_record
from tasks.sampling_stages import Waiting, approvals_behind, interviewed_sites, resting_on_others
from tasks.score_columns import ScoredColumn, with_scores
from tasks.workspace import Workspace

SEVERITY = {id: severity for id, severity, _, _ in SAMPLING_CHECKS}
OUT = "sample/"
KINDS = ("study.opened", "sample.", "site.", "correction.made")


@dataclass(frozen=True, slots=True)
class Asked:
    """One stage as it is now: its frame and design, their digests, and how they are made (keyed for people).

    `scores` are the columns of the frame that came from surveys.
    """

    stage: StageSpec
    frame: Frame
    design: Design
    used: Reference
    digest_of: Callable[[bytes], str]
    frame_digest: str
    design_digest: str
    scores: tuple[ScoredColumn, ...] = ()

    @property
    def scores_document(self) -> dict[str, Any]:
        """What a record says of these columns; nothing where there are none."""
        return {SCORES: [column.as_document() for column in self.scores]} if self.scores else {}


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
        body = json.dumps(
            stage_document(place, stage, standing, state), ensure_ascii=False, indent=1, sort_keys=True
        ).encode()
        place.out.put(f"{OUT}{stage.name}.json", body)
        made.append(f"{place.protocol.storage.out}/{OUT}{stage.name}.json")
    return tuple(made)


def propose_stage(place: Workspace, stage: StageSpec, known: SampleState) -> Proposed:
    """One stage: nothing when it stands already, else its sample as a fact with its record, or why there is none.

    A proposal that waits is made again when a site it names has left, or one recruited under the approved sample is
    not in it; nobody who left is proposed, and the recruited stay.
    """
    state = known.stages.get(stage.name, StageState(stage.name))
    gone, staying = _so_far(place, stage, state, known)
    try:
        now = asked(place, stage, known)
        standing = state.proposal_for(now.frame_digest, now.design_digest)
        if standing and (state.is_approved(standing) or _is_up_to_date(standing, gone, staying)):
            return Proposed(said=(said_of(stage, state, standing, known.left),))
        sample = propose_again(now.frame, now.design, gone=gone, staying=staying, digest_of=now.digest_of)
    except Waiting as waiting:
        return Proposed(said=(f"Stage {stage.name}: {waiting.what}.",))
    except StudyError as error:
        query = unanswerable(place, stage, error)
        return Proposed(queries=(query,), said=(f"Stage {stage.name}: no sample can be proposed yet.",))
    if standing and sample.code == standing.first_code:
        return Proposed(said=(said_of(stage, state, standing, known.left),))
    causes = [*approvals_behind(stage, known), *_causes(place, now, state, known)]
    causes += [column.judged for column in now.scores]
    used = (now.used, *dict.fromkeys(column.file for column in now.scores))
    fact = proposed(sample, stage.name, stage.of, place.instant, used, tuple(dict.fromkeys(causes)))
    more = {FRAME: remembered_frame(place, stage, now.frame)} | now.scores_document
    return Proposed(facts=(with_stage_record(place, fact, stage, sample, **more),), said=(_said_new(stage, sample),))


def taken_out(state: StageState) -> dict[str, str]:
    """Sites that people took out of an approved sample by an exchange, as statuses."""
    return dict.fromkeys(sorted(state.taken_out), TAKEN_OUT)


def _so_far(
    place: Workspace, stage: StageSpec, state: StageState, known: SampleState
) -> tuple[dict[str, str], dict[str, str]]:
    """Why sites are out, and why others of the approved sample stay: they are recruited, or people put them in."""
    if stage.of == "people":
        return {}, {}
    chosen = set(state.selected) - set(known.left)
    yes = chosen & (known.recruited | interviewed_sites(place)) if chosen else set()
    staying = dict.fromkeys(sorted(chosen & state.put_in), "put in by people") | dict.fromkeys(sorted(yes), "recruited")
    return taken_out(state) | dict(known.left), staying


def _is_up_to_date(standing: Proposal, gone: Mapping[str, str], staying: Mapping[str, str]) -> bool:
    return not set(standing.selected) & set(gone) and set(staying) <= set(standing.selected)


def _causes(place: Workspace, now: Asked, state: StageState, known: SampleState) -> tuple[str, ...]:
    """What a proposal rests on: the frame as registered, the approval before it, those who left."""
    frames = [e.id for e in place.events(["frame.registered"]) if now.used.ref in {u.ref for u in e.used}]
    before = [state.approval.event_id] if state.approval else []
    gone = [known.left_by[i] for i in sorted(known.left) if i in now.frame.ids] if now.stage.of == "sites" else []
    return (*frames[-1:], *before, *gone)


def asked(place: Workspace, stage: StageSpec, known: SampleState | None = None) -> Asked:
    """The stage's frame and design as they lie in the study folder and as the stages before it were approved.

    StudyError when the frame cannot be read, Waiting while a stage on which this one rests is not approved or a survey
    whose scores it names is not validated.
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
    frame, scores = with_scores(place, stage, design, read_frame(data, path, id_column, personal=is_personal))
    used = place.reference(path, data, personal=is_personal)
    frame_digest, design_digest = frame.fingerprint(digest_of), design.fingerprint(digest_of)
    return Asked(stage, frame, design, used, digest_of, frame_digest, design_digest, scores)


def sample_state(place: Workspace) -> SampleState:
    """Where sampling stands in the trail."""
    return fold_sample(e for e in place.events() if e.kind.startswith(KINDS))


def said_of(stage: StageSpec, state: StageState, proposal: Proposal, left: Mapping[str, str] | None = None) -> str:
    """One sentence on how a stage stands that has a proposal; who left and is not replaced waits for that."""
    start = f"Stage {stage.name}: {proposal.size} of {proposal.eligible} eligible {stage.of}"
    if not state.is_approved(proposal):
        return f"{start} proposed; waiting for the investigator's approval of proposal {proposal.code}."
    more = f", {len(state.replacements)} replaced since" if state.replacements else ""
    gone = [f"{i} ({why})" for i, why in sorted((left or {}).items()) if i in state.selected]
    wait = f"; waiting for replace-site, because they left: {', '.join(gone)}" if gone else ""
    return f"{start} proposed and approved{more}{wait}."


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


def _said_new(stage: StageSpec, sample: Sample) -> str:
    how = " ".join(proof_in_words(asdict(sample.proof), sample.design.time_limit_s))
    notes = " ".join(sample.notes) if stage.of == "sites" else ""
    return (
        f"Stage {stage.name}: {len(sample.ids)} of {sample.eligible} eligible {stage.of} proposed; waiting for the "
        f"investigator's approval of proposal {sample.code}. {how} {notes}".rstrip()
    )
