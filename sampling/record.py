"""Sampling in the trail: facts about proposals, approvals and replacements, and the state read back from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sampling.sample import Sample, proposal_code
from study.event import Event, Fact, Reference, Subject, in_fold_order, local_day, time_zone_of
from study.identifiers import event_id

Of = Literal["sites", "people"]
LEFT_SITE = {"site.declined": "declined", "site.withdrew": "withdrew", "site.closed": "closed"}
RECRUITED_SITE = ("site.permitted", "site.approved", "site.activated", "site.visited")
"""Steps of a site that said yes: a later proposal keeps it."""


@dataclass(frozen=True, slots=True)
class Override:
    """One exchange that people made in a proposal; of people `added` and `removed` are keyed digests."""

    added: str
    removed: str
    event_id: str
    by: str | None = None
    occurred: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as the trail knows it; of people `selected` is empty. `code` is that of the proposal as overridden."""

    stage: str
    first_code: str
    frame: str
    design: str
    strategy: str
    status: str
    eligible: int
    size: int
    of: Of
    selected: tuple[str, ...]
    event_id: str
    overrides: tuple[Override, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Which proposal was approved, when, by whom."""

    code: str
    occurred: str
    by: str | None
    event_id: str
    frame: str | None
    design: str | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """Who left, who came, why, when."""

    leaving: str
    entering: str
    why: str
    occurred: str
    event_id: str


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage: every proposal by its first code, in recorded order, the latest, the approval in force, replacements.

    `selected` is the approved selection with its replacements; empty before approval and always of people. `put_in` of
    these came by people's exchanges under any approval so far, `taken_out` went by them and did not come back.
    """

    stage: str
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    latest: Proposal | None = None
    approval: Approval | None = None
    selected: tuple[str, ...] = ()
    size: int = 0
    replacements: tuple[Replacement, ...] = ()
    put_in: frozenset[str] = frozenset()
    taken_out: frozenset[str] = frozenset()

    def proposal_for(self, frame: str, design: str) -> Proposal | None:
        """The last proposal made from this frame and design, or None."""
        made = [p for p in self.proposals.values() if (p.frame, p.design) == (frame, design)]
        return made[-1] if made else None

    def proposal_named(self, code: str) -> Proposal | None:
        """The proposal that has this code, as proposed or as overridden, or None."""
        return next((p for p in self.proposals.values() if code in (p.code, p.first_code)), None)

    def is_approved(self, proposal: Proposal | None) -> bool:
        """Whether the approval in force approves this proposal."""
        return proposal is not None and self.approval is not None and self.approval.code == proposal.code


@dataclass(frozen=True, slots=True)
class SampleState:
    """All stages by name, why each site that left did so, and what in the trail does not fit.

    `left_by` is the event by which a site left; `recruited` are the sites that said yes and have not left.
    """

    stages: Mapping[str, StageState]
    left: Mapping[str, str]
    problems: tuple[str, ...] = ()
    left_by: Mapping[str, str] = field(default_factory=dict)
    recruited: frozenset[str] = frozenset()

    @property
    def selected(self) -> tuple[str, ...]:
        """The site ids now selected over all stages, ascending."""
        return tuple(sorted({i for s in self.stages.values() for i in s.selected}))


def proposed(
    sample: Sample,
    stage: str,
    of: Of,
    occurred: str,
    used: tuple[Reference, ...] = (),
    causes: tuple[str, ...] = (),
) -> Fact:
    """The fact that a sample was proposed; of people it holds counts and keyed digests only."""
    proof = sample.proof
    numbers = {"value": proof.value, "bound": proof.bound, "smallest": proof.smallest}
    numbers["smallest_bound"] = proof.smallest_bound
    return Fact(
        "sample.proposed",
        occurred,
        used=used,
        causes=causes,
        data={
            "stage": stage,
            "proposal": sample.code,
            "strategy": sample.design.strategy,
            "frame": sample.record.frame,
            "design": sample.record.design,
            "eligible": sample.eligible,
            "selected": sample.ids if of == "sites" else (),
            "status": proof.status,
            "seed": sample.record.seed,
            "of": of,
            "size": len(sample.ids),
            **{name: round(number * 1_000_000) for name, number in numbers.items() if number is not None},
        },
    )


def approved(proposal: Proposal, by: str, occurred: str) -> Fact:
    """The fact that a person approved a proposal, on a local day."""
    causes = (proposal.event_id, *(o.event_id for o in proposal.overrides))
    data: dict[str, Any] = {"stage": proposal.stage, "proposal": proposal.code, "selected": proposal.selected}
    data |= {"of": proposal.of, "size": proposal.size, "by": by}
    return Fact("sample.approved", occurred, causes=causes, data=data)


def overridden(
    proposal: Proposal,
    added: str,
    removed: str,
    cost: float | None,
    by: str,
    occurred: str,
    *,
    selected: Sequence[str] | None = None,
    shown: Callable[[str], str] = str,
) -> Fact:
    """The fact that people put one site in another's place in a proposal, and what that cost the objective.

    Of people `selected` are the ids behind the proposal, which the trail does not list, and `shown` puts a keyed
    digest in the place of an id.
    """
    after = exchanged(proposal.selected if selected is None else selected, added, removed)
    data: dict[str, Any] = {
        "stage": proposal.stage,
        "proposal": proposal.first_code,
        "added": shown(added),
        "removed": shown(removed),
        "becomes": proposal_code(proposal.frame, proposal.design, after),
        "by": by,
    }
    if cost is not None:
        data["cost"] = round(cost * 1_000_000)
    causes = (proposal.event_id, *(o.event_id for o in proposal.overrides))
    return Fact("sample.overridden", occurred, causes=causes, data=data)


def site_replaced(sample: Sample, stage: str, leaving: str, why: str, occurred: str, causes: tuple[str, ...]) -> Fact:
    """The fact that one site came in another's place; `sample` is the one after."""
    entering = dict(sample.replaced)[leaving]
    subject = (Subject("site", leaving), Subject("site", entering))
    data = {"stage": stage, "proposal": sample.code, "leaving": leaving, "entering": entering, "why": why}
    return Fact("site.replaced", occurred, subject, causes=causes, data=data)


def fold_sample(events: Iterable[Event]) -> SampleState:
    """Where sampling stands, from any permutation of the events.

    Decisions carry the day people wrote down, which may lie before the run that recorded the proposal: proposals and
    overrides are therefore read first, then approvals and replacements by day and, within it, as recorded.
    """
    known = in_fold_order(events)
    zone = time_zone_of(known)

    def position(event: Event) -> tuple[int, str, bool, str, int, str]:
        turn = _TURN.get(event.kind, 0)
        day = local_day(event.occurred, zone).isoformat() if turn == 2 else ""
        recorded = "" if turn == 1 else event.recorded_at  # each override rests on those before it
        return turn, day, event.kind == "site.replaced", recorded, len(event.causes), event.id

    stages: dict[str, StageState] = {}
    problems: list[str] = []
    for event in sorted((e for e in known if e.kind in _STEPS), key=position):
        stage = event.data["stage"]
        state, problem = _STEPS[event.kind](stages.get(stage, StageState(stage)), event)
        stages[stage] = state
        problems += [problem] if problem else []
    left = _left(known)
    yes = {event.subject_id("site") or "" for event in known if event.kind in RECRUITED_SITE}
    return SampleState(
        stages,
        {site: why for site, (why, _) in left.items()},
        tuple(problems),
        {site: by for site, (_, by) in left.items()},
        frozenset(yes - set(left)),
    )


def _left(known: Iterable[Event]) -> dict[str, tuple[str, str]]:
    """Why each site left, and the event that says so."""
    left: dict[str, tuple[str, str]] = {}
    for event in known:
        if event.kind in LEFT_SITE:
            left[event.subject_id("site") or ""] = LEFT_SITE[event.kind], event.id
        elif event.kind == "site.replaced":
            left[event.data["leaving"]] = event.data["why"], event.id
    return left


def after_overrides(state: StageState, facts: Iterable[Fact], origin: str) -> StageState:
    """A stage as it will be once these facts are recorded; only overrides among them change it here."""
    for fact in facts:
        if fact.kind == "sample.overridden":
            id = event_id(origin, fact.kind, fact.natural_key)
            state = _with_override(state, state.proposals[fact.data["proposal"]], id, fact.occurred, fact.data)
    return state


def exchanged(selected: Iterable[str], added: str, removed: str) -> tuple[str, ...]:
    """A selection with one put in another's place, ascending."""
    return tuple(sorted({*selected, added} - {removed}))


def _propose(state: StageState, event: Event) -> tuple[StageState, str]:
    d = event.data
    proposal = Proposal(
        stage=state.stage,
        first_code=d["proposal"],
        frame=d["frame"],
        design=d["design"],
        strategy=d["strategy"],
        status=d["status"],
        eligible=d["eligible"],
        size=d.get("size") or len(d.get("selected", ())),
        of=d.get("of", "sites"),
        selected=tuple(d.get("selected", ())),
        event_id=event.id,
        code=d["proposal"],
    )
    return replace(state, proposals={**state.proposals, proposal.first_code: proposal}, latest=proposal), ""


def _override(state: StageState, event: Event) -> tuple[StageState, str]:
    d = event.data
    proposal = state.proposals.get(d["proposal"])
    fits = proposal is not None and (
        proposal.of == "people" or (d["removed"] in proposal.selected and d["added"] not in proposal.selected)
    )
    if proposal is None or not fits:
        return state, f"an override in stage {state.stage} does not fit its proposal"
    return _with_override(state, proposal, event.id, event.occurred, d), ""


def _with_override(
    state: StageState, proposal: Proposal, id: str, occurred: str, data: Mapping[str, Any]
) -> StageState:
    """The stage once an override is done; of people only the code it gave the proposal is known."""
    added, removed = data["added"], data["removed"]
    after, code = proposal.selected, data.get("becomes") or proposal.code
    if proposal.of == "sites":
        after = exchanged(proposal.selected, added, removed)
        code = proposal_code(proposal.frame, proposal.design, after)
    done = Override(added, removed, id, data.get("by"), occurred)
    changed = replace(proposal, selected=after, code=code, overrides=(*proposal.overrides, done))
    latest = changed if state.latest and state.latest.first_code == changed.first_code else state.latest
    return replace(state, proposals={**state.proposals, changed.first_code: changed}, latest=latest)


def _approve(state: StageState, event: Event) -> tuple[StageState, str]:
    d = event.data
    selected = tuple(d.get("selected", ()))
    named = next((p for p in state.proposals.values() if p.code == d["proposal"]), None)
    approval = Approval(
        d["proposal"],
        event.occurred,
        d.get("by"),
        event.id,
        named.frame if named else None,
        named.design if named else None,
    )
    size = d.get("size") or len(selected)
    problem = "" if named else f"an approval in stage {state.stage} names a proposal that is not in the trail"
    done = named.overrides if named and named.of == "sites" else ()
    put_in = (state.put_in | {o.added for o in done}) & set(selected)
    taken_out = (state.taken_out | {o.removed for o in done}) - set(selected)
    after = replace(state, approval=approval, selected=selected, size=size, replacements=())
    return replace(after, put_in=put_in, taken_out=taken_out), problem


def _replace(state: StageState, event: Event) -> tuple[StageState, str]:
    d = event.data
    leaving, entering = d["leaving"], d["entering"]
    done = Replacement(leaving, entering, d["why"], event.occurred, event.id)
    if leaving not in state.selected or entering in state.selected:
        return state, f"a replacement in stage {state.stage} does not fit the selection"
    after = exchanged(state.selected, entering, leaving)
    return replace(
        state,
        selected=after,
        replacements=(*state.replacements, done),
        put_in=state.put_in & set(after),
        taken_out=state.taken_out - set(after),
    ), ""


_TURN = {"sample.proposed": 0, "sample.overridden": 1, "sample.approved": 2, "site.replaced": 2}
_STEPS = {
    "sample.proposed": _propose,
    "sample.overridden": _override,
    "sample.approved": _approve,
    "site.replaced": _replace,
}
