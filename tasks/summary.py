"""The main job's last words: what a coordinator wants to know, in counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pages.layout import plural
from tasks.outcome import Outcome
from tasks.standing import Standing

VERDICTS = {"review": "to review"}


def summary(standing: Standing, outcomes: list[Outcome]) -> tuple[str, ...]:
    """Where the study stands after a run, a sentence a part; then what waits for a person."""
    return (*_parts(standing), *waiting(outcomes))


def waiting(outcomes: list[Outcome]) -> tuple[str, ...]:
    """What waits for a person, in the words of the step that would take the decision (a proposal is not that step)."""
    return tuple(sentence for o in outcomes if o.flow != "propose-sample" for sentence in o.waiting)


def _parts(standing: Standing) -> Iterator[str]:
    for stage in standing.sample.stages.values():
        if stage.latest is not None:
            approved = stage.size if stage.approval else 0
            yield f"Sample, stage {stage.stage}: {stage.latest.size} {stage.latest.of} proposed, {approved} approved."
    states = standing.recruitment.states
    held = sum(i.state in ("full", "part", "notes_only") for i in standing.recruitment.interviews.values())
    yield f"Recruitment: {plural(len(states), 'person', 'people')} consented, {plural(held, 'interview')} held."
    consent = standing.consent
    yield (
        f"Consent: {consent['in_force']} in force, {consent['withdrawn']} withdrawn, "
        f"{consent['lapsed']} not valid today, {consent['reconsent_due']} to consent again."
    )
    yield f"Transcripts: {counted(in_words(standing.transcripts))}."
    yield f"Surveys: {counted(in_words(standing.surveys))}."
    steps = standing.member_checks.by_step
    yield f"Member checks: {counted({step.replace('_', ' '): n for step, n in steps.items()})}."
    yield f"Queries open: {_queries(standing)}."
    yield (
        f"Audit trail: {plural(standing.event_count, 'record')}, {plural(standing.verdict.seals, 'closing')}, "
        + ("verified." if standing.verdict.ok else f"verification FAILED: {standing.verdict.faults[0]}.")
    )


def in_words(verdicts: Mapping[str, int]) -> dict[str, int]:
    """Counts by verdict, under the words people read: `review` is what somebody has to look at."""
    return {VERDICTS.get(verdict, verdict): count for verdict, count in verdicts.items()}


def counted(counts: Mapping[str, int]) -> str:
    """`15 passed, 4 to review`; zero counts are left out."""
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none yet"


def _queries(standing: Standing) -> str:
    severities = [q.severity for q in standing.open_queries]
    block, review, inform = (severities.count(s) for s in ("block", "review", "inform"))
    if not severities:
        return "none"
    named = {"blocks its subject" if block == 1 else "block their subject": block}
    words = counted(named | {"to review": review, "for information": inform})
    return words + ("; the rest of the study goes on" if block else "")
