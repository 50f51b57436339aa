"""What people decided about samples: overrides, approvals, replacements; carried out or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from sampling import (
    Proposal,
    Sample,
    StageState,
    after_overrides,
    approved,
    changes,
    exchange,
    overridden,
    replacement,
    site_replaced,
)
from study import Fact, Query, StudyError
from study.decisions import Decision
from study.protocol.sampling import StageSpec
from tasks.decisions import REGISTER, read_decisions
from tasks.sampling import Asked, asked, raised, said_of, sample_state, with_stage_record
from tasks.workspace import Workspace

TASK = "approve_sample"
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


Rule = Callable[[Workspace, StageState, Decision], list[Fact]]


@task(name="carry out overrides", cache_policy=NO_CACHE)
def carry_out_overrides(place: Workspace) -> Decided:
    """Every override in the register that is new: `S014 for S022` puts S014 in the place of S022."""
    return decide(place, "override", (), _override)


@task(name="carry out approvals", cache_policy=NO_CACHE)
def carry_out_approvals(place: Workspace, by_form: Decision | None = None) -> Decided:
    """The last approval of each stage, from the register or a form, when it names the current proposal."""
    decided = decide(place, "approve_sample", (by_form,) if by_form else (), _approve)
    if by_form and decided.queries and not decided.facts:
        mine = [q for q in decided.queries if q.subject == f"stage:{by_form.subject}"]
        if mine:
            raise StudyError(mine[0].message, where="the approval")
    return decided


@task(name="find a replacement", cache_policy=NO_CACHE)
def find_replacement(place: Workspace, stage_name: str, leaving: str, why: str) -> Decided:
    """The best site in the place of one that left, the others fixed."""
    return replace_one(place, stage_name, leaving, why)


def standing(place: Workspace) -> tuple[str, ...]:
    """One sentence a stage: approved, or waiting for whom."""
    state = sample_state(place)
    said = []
    for stage in place.protocol.sampling.stages:
        known = state.stages.get(stage.name, StageState(stage.name))
        proposal = _current(place, stage, known)
        said.append(said_of(stage, known, proposal) if proposal else f"Stage {stage.name}: waiting for a proposal.")
    return tuple(said)


def decide(place: Workspace, kind: str, more: Iterable[Decision], rule: Rule) -> Decided:
    """Apply one rule to every decision of a kind, in the order of their days; a refused one becomes a query."""
    decisions = [d for d in read_decisions(place) if d.decision == kind and d.occurred <= place.today]
    ordered = sorted(decisions, key=lambda d: (d.occurred, d.row)) + list(more)
    state = sample_state(place)
    facts: list[Fact] = []
    queries: list[Query] = []
    for stage in _stages_decided(ordered):
        known = state.stages.get(stage, StageState(stage))
        mine = [d for d in ordered if d.subject == stage]
        for ordinal, decision in enumerate(mine if kind == "override" else mine[-1:]):
            try:
                new = rule(place, known, decision)
                known = after_overrides(known, new, place.origin)
                facts += new
            except Refused as refused:
                queries.append(_refused(place, stage, decision, refused, ordinal))
    return Decided(tuple(facts), tuple(queries))


def replace_one(place: Workspace, stage_name: str, leaving: str, why: str) -> Decided:
    """The fact that a site was replaced, with its record; nothing when that happened before."""
    stage = next((s for s in place.protocol.sampling.stages if s.name == stage_name), None)
    if stage is None or stage.of != "sites":
        names = ", ".join(s.name for s in place.protocol.sampling.stages if s.of == "sites") or "none"
        raise StudyError(
            f"there is no stage of sites named {stage_name!r}", where="study.yaml, sampling.stages",
            remedy=f"Stages of sites: {names}.",
        )  # fmt: skip
    state = sample_state(place)
    known = state.stages.get(stage_name, StageState(stage_name))
    done = next((r for r in known.replacements if r.leaving == leaving), None)
    if done:
        return Decided(said=(f"{leaving} was replaced by {done.entering} before; nothing is recorded again.",))
    now = asked(place, stage)
    current = known.proposal_for(now.frame_digest, now.design_digest)
    if known.approval is None or not known.is_approved(current):
        raise StudyError(
            f"the sample of stage {stage_name} as it is now is not approved",
            where="the replacement",
            remedy="Propose and approve it first: only an approved site can be replaced.",
        )
    before = {site: status for site, status in state.left.items() if site not in known.selected}
    after = replacement(now.frame, now.design, known.selected, {leaving: why}, before=before, digest_of=now.digest_of)
    causes = (known.approval.event_id, *(r.event_id for r in known.replacements))
    fact = site_replaced(after, stage_name, leaving, why, place.instant, causes)
    entering = dict(after.replaced)[leaving]
    said = f"Stage {stage_name}: {entering} comes in the place of {leaving} ({why}); the others stay.{_price(after)}"
    return Decided((with_stage_record(place, fact, stage, after),), said=(said, after.caveat))


def _price(after: Sample) -> str:
    """What the replacement cost, in a sentence; nothing where the strategy optimizes nothing."""
    return "".join(
        f" It costs {r.cost:.4f} of the {r.cost_of}." if r.cost > 0 else f" It costs nothing of the {r.cost_of}."
        for r in after.diagnostics.replacements
        if r.cost is not None
    )


def _approve(place: Workspace, known: StageState, decision: Decision) -> list[Fact]:
    if known.approval and known.approval.code == decision.value:
        return []
    current = _current(place, _stage(place, decision.subject), known)
    if current is None:
        raise Refused("SA001", "no sample of this stage is proposed for the frame and design as they are now")
    if current.code != decision.value:
        why = changes(known, current, decision.value)
        raise Refused(
            "SA001",
            f"the approval names proposal {decision.value or '(none)'}, the current one is {current.code}: {why}",
        )
    _authorised(place, decision)
    fact = approved(current, decision.person, decision.occurred.isoformat())
    return [place.with_record(fact, {"person": decision.person, "reason": decision.reason})]


def _override(place: Workspace, known: StageState, decision: Decision) -> list[Fact]:
    wanted = EXCHANGE.fullmatch(decision.value.strip())
    if wanted is None:
        raise Refused("SA004", "the value is not written `S014 for S022` (the one who comes, `for`, the one who goes)")
    added, removed = wanted.groups()
    if any((o.added, o.removed) == (added, removed) for p in known.proposals.values() for o in p.overrides):
        return []  # carried out before, in this proposal or in an earlier one it was meant for
    stage = _stage(place, decision.subject)
    if stage.of == "people":
        raise Refused(
            "SA004", "a sample of people is changed through `chosen`, `required` and `forbidden` in study.yaml"
        )
    current = _current(place, stage, known)
    if current is None:
        raise Refused("SA004", "no sample of this stage is proposed for the frame and design as they are now")
    _authorised(place, decision)
    if not decision.reason:
        raise Refused("SA004", "an override needs its reason in writing")
    now = asked(place, stage)
    try:
        done = exchange(now.frame, now.design, current.selected, added, removed)
    except StudyError as error:
        raise Refused("SA004", error.what) from None
    fact = overridden(current, added, removed, done.cost, decision.person, decision.occurred.isoformat())
    document = {"person": decision.person, "reason": decision.reason, "cost": done.cost, "cost_of": done.cost_of}
    return [place.with_record(fact, document | {"rules_broken": list(done.broken)})]


def _authorised(place: Workspace, decision: Decision) -> None:
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


def _refused(place: Workspace, stage: str, decision: Decision, refused: Refused, ordinal: int) -> Query:
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
