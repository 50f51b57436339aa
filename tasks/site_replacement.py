"""A site that left replaced: by the best one that keeps the rules, or by the one that a person names with a reason."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from sampling import TAKEN_OUT, Sample, StageState, replacement, site_replaced
from study import StudyError
from study.decisions import Decision
from study.protocol.sampling import StageSpec
from tasks.sample_decisions import Decided, Refused, authorise, what_changed
from tasks.sample_documents import with_stage_record
from tasks.sampling import Asked, asked, sample_state, taken_out
from tasks.workspace import Workspace

WHERE = "the replacement"


@task(name="find a replacement", cache_policy=NO_CACHE)
def find_replacement(place: Workspace, decision: Decision, why: str, entering: str | None = None) -> Decided:
    """The site that comes in the place of one that left, the others fixed; nothing when that happened before.

    `decision` names the stage (`subject`), the site that left (`value`) and who decides, who must hold the task
    approve_sample. With `entering` that site comes, where the rules allow it, and its reason must be written.
    """
    stage = _stage_of_sites(place, decision.subject)
    leaving = decision.value
    state = sample_state(place)
    known = state.stages.get(stage.name, StageState(stage.name))
    done = next((r for r in known.replacements if r.leaving == leaving), None)
    if done:
        return Decided(said=(f"{leaving} was replaced by {done.entering} before; nothing is recorded again.",))
    try:
        authorise(place, decision)
    except Refused as refused:
        raise StudyError(
            refused.why, where=WHERE, remedy="Let somebody decide who holds it: `--as CODE`, a code of the team list."
        ) from None
    now = _approved(place, stage, known)
    before = {i: why for i, why in (taken_out(known) | dict(state.left)).items() if i not in known.selected}
    frame, design = now.frame, now.design
    best = replacement(frame, design, known.selected, {leaving: why}, before=before, digest_of=now.digest_of)
    after = best
    if entering and before.get(entering) == TAKEN_OUT:
        del before[entering]  # people may take back what people decided
    if entering and entering != dict(best.replaced)[leaving]:
        after = _named(now, known, leaving, why, before, entering, decision)
    assert known.approval is not None
    causes = [known.approval.event_id, *(r.event_id for r in known.replacements)]
    causes += [state.left_by[leaving]] if leaving in state.left_by else []
    fact = site_replaced(after, stage.name, leaving, why, place.instant, tuple(causes))
    more = {"person": decision.person, "reason": decision.reason, "best": dict(best.replaced)[leaving]}
    recorded = with_stage_record(place, fact, stage, after, **more, **now.scores_document)
    return Decided((recorded,), said=_said(stage, after, best, leaving, why))


def _stage_of_sites(place: Workspace, name: str) -> StageSpec:
    stages = place.protocol.sampling.stages
    stage = next((s for s in stages if s.name == name), None)
    if stage is not None and stage.of == "people":
        raise StudyError(
            f"stage {name} is of people, who are exchanged by name and not replaced by a program",
            where=WHERE,
            remedy="Write an `override` into registers/decisions.csv, `L05 for L08`, and approve what it gives.",
        )
    if stage is None:
        names = ", ".join(s.name for s in stages if s.of == "sites") or "none"
        raise StudyError(
            f"there is no stage of sites named {name!r}",
            where="study.yaml, sampling.stages",
            remedy=f"Stages of sites: {names}.",
        )
    return stage


def _approved(place: Workspace, stage: StageSpec, known: StageState) -> Asked:
    """The stage as it is now, if that is what was approved; StudyError with what changed since."""
    now = asked(place, stage)
    current = known.proposal_for(now.frame_digest, now.design_digest)
    if known.approval is None or not known.is_approved(current):
        why = what_changed(place, stage, known, current, known.approval.code, {}) if known.approval else ""
        raise StudyError(
            f"the sample of stage {stage.name} as it is now is not approved{f': {why}' if why else ''}",
            where=WHERE,
            remedy="Propose and approve it first: only an approved site can be replaced.",
        )
    return now


def _named(
    now: Asked, known: StageState, leaving: str, why: str, before: dict[str, str], entering: str, decision: Decision
) -> Sample:
    """The sample with the site that a person names; StudyError where it cannot come or the reason is missing."""
    if not decision.reason:
        raise StudyError(
            f"{entering} is not the best replacement, and why it comes is not written",
            where=WHERE,
            remedy="Give the reason; it is kept beside the record.",
        )
    if entering in before or entering in known.selected or entering not in now.frame.ids:
        why_not = f"is out ({before[entering]})" if entering in before else "is chosen already"
        raise StudyError(
            f"{entering} {why_not if entering in now.frame.ids else 'is not in the frame'}",
            where=WHERE,
            remedy="Name another site, or none to take the best.",
        )
    stay = (*known.selected, entering)
    try:
        return replacement(
            now.frame,
            now.design,
            known.selected,
            {leaving: why},
            before=before,
            recruited=stay,
            naming=entering,
            digest_of=now.digest_of,
        )
    except StudyError as error:
        error.what = f"{entering} cannot come in the place of {leaving}: {error.what}"
        raise


def _said(stage: StageSpec, after: Sample, best: Sample, leaving: str, why: str) -> tuple[str, ...]:
    entering = dict(after.replaced)[leaving]
    said = f"Stage {stage.name}: {entering} comes in the place of {leaving} ({why}); the others stay.{_price(after)}"
    if after is not best:
        said += f" The best replacement would have been {dict(best.replaced)[leaving]}.{_price(best)}"
    return said, after.caveat


def _price(after: Sample) -> str:
    """What the replacement cost, in a sentence; nothing where the strategy optimizes nothing."""
    return "".join(
        f" It costs {r.cost:.4f} of the {r.cost_of}." if r.cost > 0 else f" It costs nothing of the {r.cost_of}."
        for r in after.diagnostics.replacements
        if r.cost is not None
    )
