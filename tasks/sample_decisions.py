"""What people decided about samples: overrides and approvals, carried out or refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from sampling import (
    CAVEAT,
    Exchange,
    Proposal,
    SampleState,
    StageState,
    after_overrides,
    approved,
    changes,
    design_changes,
    exchange,
    frame_changes,
    overridden,
)
from study import Fact, Query, StudyError
from study.decisions import Decision
from study.protocol.sampling import StageSpec
from tasks.decisions import REGISTER, judged_decisions
from tasks.sample_documents import FRAME, hidden_id, ids_behind, record_of, remembered_frame
from tasks.sampling import Asked, asked, raised, said_of, sample_state
from tasks.sampling_stages import Waiting
from tasks.workspace import Workspace

TASK = "approve_sample"
CHECKS = ("SA001", "SA002", "SA004")
"""The checks on decisions about samples."""
CODE = re.compile(r"[0-9a-f]{12}")
EXCHANGE = re.compile(r"(\S+)\s+for\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Decided:
    """What the decisions give: facts to record, queries for those refused, sentences."""

    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()
    said: tuple[str, ...] = ()


class Refused(Exception):
    """A decision that does not take effect: the check it fails and why, for its row in the register."""

    def __init__(self, check: str, why: str) -> None:
        super().__init__(why)
        self.check = check
        self.why = why


Rule = Callable[[Workspace, StageState, Decision, SampleState], list[Fact]]


@task(name="carry out overrides", cache_policy=NO_CACHE)
def carry_out_overrides(place: Workspace, by_form: Decision | None = None) -> Decided:
    """Every override that is new, from the register or a form: `S014 for S022` puts S014 in the place of S022."""
    return decide(place, "override", by_form, _override)


@task(name="carry out approvals", cache_policy=NO_CACHE)
def carry_out_approvals(place: Workspace, by_form: Decision | None = None) -> Decided:
    """The last approval of each stage, from the register or a form, when it names the current proposal."""
    return decide(place, "approve_sample", by_form, _approve)


def standing(place: Workspace) -> tuple[str, ...]:
    """One sentence a stage: approved, or waiting for whom; and what a proof means."""
    state = sample_state(place)
    said = []
    for stage in place.protocol.sampling.stages:
        known = state.stages.get(stage.name, StageState(stage.name))
        proposal = _current(place, stage, known)
        left = state.left if stage.of == "sites" else {}
        said.append(
            said_of(stage, known, proposal, left) if proposal else f"Stage {stage.name}: waiting for a proposal."
        )
    return (*said, CAVEAT) if state.stages else tuple(said)


def decide(place: Workspace, kind: str, by_form: Decision | None, rule: Rule) -> Decided:
    """Apply one rule to every decision of a kind, in the order of their days; a refused one becomes a query.

    StudyError where the decision that was entered in a form is refused: who entered it is there to hear it.
    """
    decisions = [d for d in judged_decisions(place).decisions if d.decision == kind and d.occurred <= place.today]
    ordered = sorted(decisions, key=lambda d: (d.occurred, d.row))
    if by_form and by_form.decision == kind:
        ordered.append(by_form)
    state = sample_state(place)
    facts: list[Fact] = []
    queries: list[Query] = []
    for stage in _stages_decided(ordered):
        known = state.stages.get(stage, StageState(stage))
        mine = [d for d in ordered if d.subject == stage]
        for ordinal, decision in enumerate(mine if kind == "override" else mine[-1:]):
            try:
                new = rule(place, known, decision, state)
                known = after_overrides(known, new, place.origin)
                facts += new
            except Refused as refused:
                queries.append(refused_query(place, stage, decision, refused, ordinal))
                if decision is by_form:
                    raise StudyError(queries[-1].message, where="the form") from None
    return Decided(tuple(facts), tuple(queries))


def _approve(place: Workspace, known: StageState, decision: Decision, state: SampleState) -> list[Fact]:
    if known.approval and known.approval.code == decision.value:
        return []
    stage = _stage(place, decision.subject)
    current = _current(place, stage, known)
    left = state.left if stage.of == "sites" else {}
    if current is None or current.code != decision.value:
        named = f"the approval names proposal {decision.value or '(none)'}"
        there = (
            f"the current one is {current.code}"
            if current
            else "no sample of this stage is proposed for the frame and design as they are now"
        )
        why = what_changed(place, stage, known, current, decision.value, left)
        raise Refused("SA001", f"{named}, {there}: {why}")
    gone = [f"{i} ({left[i]})" for i in current.selected if i in left]
    if gone:
        raise Refused("SA001", f"proposal {current.code} names who has left: {', '.join(gone)}")
    authorise(place, decision)
    fact = approved(current, decision.person, decision.occurred.isoformat())
    document = {"person": decision.person, "reason": decision.reason}
    return [place.with_record(fact, document, personal=stage.of == "people")]


def what_changed(
    place: Workspace,
    stage: StageSpec,
    known: StageState,
    current: Proposal | None,
    code: str,
    left: Mapping[str, str],
) -> str:
    """In words, what changed between the proposal with this code and the frame and design as they are now."""
    named = known.proposal_named(code)
    if named is None:
        return changes(known, current, code)
    then = record_of(place, stage, "sample.proposed", named.event_id)
    personal = stage.of == "people"
    frame: tuple[str, ...] = ()
    design: tuple[str, ...] = ()
    try:
        now = asked(place, stage)
    except Waiting as waiting:
        return waiting.what
    except StudyError as error:
        return f"neither can be read as they are now, for {error.what}"
    if FRAME in then and now.frame_digest != named.frame:
        frame = frame_changes(then[FRAME], remembered_frame(place, stage, now.frame), personal=personal)
    if "design" in then and now.design_digest != named.design:
        design = design_changes(then["design"], json.loads(now.design.canonical()), personal=personal)
    return changes(known, current, code, frame=frame, design=design, left=left)


def _override(place: Workspace, known: StageState, decision: Decision, state: SampleState) -> list[Fact]:
    wanted = EXCHANGE.fullmatch(decision.value.strip())
    if wanted is None:
        raise Refused("SA004", "the value is not written `S014 for S022` (the one who comes, `for`, the one who goes)")
    added, removed = wanted.groups()
    stage = _stage(place, decision.subject)
    shown = hidden_id(place, stage)
    day = decision.occurred.isoformat()
    pair = shown(added), shown(removed)
    done = [o for p in known.proposals.values() for o in p.overrides if (o.added, o.removed) == pair]
    if any((o.occurred, o.by) == (day, decision.person) for o in done):
        return []  # carried out before, in this proposal or in an earlier one it was meant for
    current = _current(place, stage, known)
    if current is None:
        raise Refused("SA004", "no sample of this stage is proposed for the frame and design as they are now")
    if any((o.added, o.removed) == pair for o in current.overrides):
        return []  # the same exchange, its day or person corrected since
    authorise(place, decision)
    if not decision.reason:
        raise Refused("SA004", "an override needs its reason in writing")
    if known.is_approved(current) and known.replacements:
        raise Refused(
            "SA004",
            "the approved sample is no longer that proposal, because "
            + ", ".join(f"{r.entering} came for {r.leaving}" for r in known.replacements)
            + "; who leaves now is replaced by `replace-site`, where you may name who comes",
        )
    if stage.of == "sites" and added in state.left:
        raise Refused("SA004", f"{added} has left the study ({state.left[added]})")
    try:
        ids = ids_behind(place, stage, current)
        made = _exchanged(place, stage, ids, added, removed)
    except StudyError as error:
        raise Refused("SA004", error.what) from None
    fact = overridden(current, added, removed, made.cost, decision.person, day, selected=ids, shown=shown)
    document = {"person": decision.person, "reason": decision.reason, "added": added, "removed": removed}
    return [place.with_record(fact, document | made.as_document(), personal=stage.of == "people")]


def _exchanged(place: Workspace, stage: StageSpec, ids: Collection[str], added: str, removed: str) -> Exchange:
    now = asked(place, stage)
    return exchange(now.frame, now.design, ids, added, removed)


def authorise(place: Workspace, decision: Decision) -> None:
    """Refuse a decision of a person who did not hold the task approve_sample on its day."""
    if not decision.authorised(place.protocol, TASK):
        raise Refused(
            "SA002", f"{decision.person or 'nobody'} did not hold the task approve_sample on {decision.occurred}"
        )


def _current(place: Workspace, stage: StageSpec, known: StageState) -> Proposal | None:
    try:
        now: Asked = asked(place, stage)
    except StudyError:
        return None  # the proposal says so itself, as SA003
    return known.proposal_for(now.frame_digest, now.design_digest)


def _stage(place: Workspace, name: str) -> StageSpec:
    stage = next((s for s in place.protocol.sampling.stages if s.name == name), None)
    if stage is None:
        names = ", ".join(s.name for s in place.protocol.sampling.stages)
        raise Refused("SA001", f"the sampling design has no such stage; its stages are {names}")
    return stage


def _stages_decided(decisions: Iterable[Decision]) -> list[str]:
    return list(dict.fromkeys(d.subject for d in decisions))


def refused_query(place: Workspace, stage: str, decision: Decision, refused: Refused, ordinal: int) -> Query:
    """The query on a decision that does not take effect, at its row of the register."""
    where = f"{REGISTER}, row {decision.row}" if decision.row else REGISTER
    remedy = {
        "SA001": "Look at the current proposal and approve it by its code.",
        "SA002": "Have somebody who holds the task decide, or correct person and day.",
        "SA004": "Correct that row.",
    }[refused.check]
    named = stage if any(s.name == stage for s in place.protocol.sampling.stages) else None
    return raised(
        place, refused.check, named, REGISTER, where, f"{refused.why[:1].upper()}{refused.why[1:]}. {remedy}", ordinal
    )
