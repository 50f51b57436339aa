"""Surveys checked, shown and settled; unchanged ones are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.data_docs import TRANSCRIPTS_PAGE, data_docs, data_docs_index
from study import Fact
from study.query import QueryRecord, Settled
from tasks.outcome import Outcome
from tasks.progress import step
from tasks.survey_docs import DOCS
from tasks.survey_judgement import JudgedSurvey, judge_survey
from tasks.survey_links import people
from tasks.workspace import Workspace


@task(name="judge surveys", cache_policy=NO_CACHE)
def judge_surveys(place: Workspace) -> list[JudgedSurvey]:
    """Check every survey file that is new, or whose dictionary, rules or people have changed."""
    known = people(place)
    judged = []
    for number, spec in enumerate(place.protocol.surveys, start=1):
        step(f"Checking the survey {spec.name}", number, len(place.protocol.surveys))
        judged.append(judge_survey(place, spec, known))
    return judged


@task(name="publish data docs", cache_policy=NO_CACHE)
def publish_data_docs(place: Workspace, judged: Iterable[JudgedSurvey]) -> tuple[str, ...]:
    """Write the page of each survey that was checked, and their list; returns the paths under out/."""
    judged = list(judged)
    pages = {docs.page: data_docs(docs) for survey in judged if (docs := survey.docs)}
    if pages:
        listed = [(s.name, s.verdict) for s in judged]
        has_transcripts = any(place.out.list(DOCS + TRANSCRIPTS_PAGE))
        pages["index.html"] = data_docs_index(place.protocol.title, listed, has_transcripts=has_transcripts)
    for name, page in pages.items():
        place.out.put(DOCS + name, page)
    return tuple(f"{place.protocol.storage.out}/{DOCS}{name}" for name in pages)


def receptions(judged: Iterable[JudgedSurvey]) -> list[Fact]:
    """That the files arrived: recorded before anything is said of them."""
    return [fact for survey in judged for fact in survey.facts if fact.kind == "survey.received"]


def verdicts(judged: Iterable[JudgedSurvey]) -> list[Fact]:
    """How the files were judged: recorded last, so that a run killed before judges them again."""
    return [fact for survey in judged for fact in survey.facts if fact.kind == "survey.validated"]


def is_of(judged: Iterable[JudgedSurvey], record: QueryRecord) -> bool:
    """Whether this run looked at what a query is about; a survey no longer in the protocol counts as looked at."""
    kept = {f"survey:{survey.name}" for survey in judged if survey.is_unchanged}
    return record.subject.startswith("survey:") and record.subject not in kept


def outcome_of(judged: list[JudgedSurvey], settled: Settled, made: tuple[str, ...]) -> Outcome:
    """What the flow says: how many surveys, with which verdicts and queries."""
    if not judged:
        return Outcome("validate-surveys", ("The protocol declares no survey.",))
    unchanged = sum(survey.is_unchanged for survey in judged)
    by_verdict = Counter(survey.verdict for survey in judged)
    said = (
        f"Surveys: {len(judged) - unchanged} checked, {unchanged} unchanged since they were checked; "
        + ", ".join(f"{by_verdict[v]} {v}" for v in ("passed", "review", "blocked", "unreadable") if by_verdict[v])
        + ".",
        f"Queries on surveys: {len(settled.new)} new, {len(settled.persisting)} still open, "
        f"{len(settled.resolved)} resolved, {len(settled.set_aside)} set aside.",
    )
    return Outcome("validate-surveys", said, (*settled.new, *settled.persisting), made)
