"""How a survey stands as its files lie now, for whoever wants to use its answers.

A verdict is what the checks said and stays so. A query that blocks stops the survey until it is mended or somebody who
may do so set it aside; the checks are made once more after that, so that nothing is used that was not looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from study import Event
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import QueryRecord, Verdict, fold_queries
from tasks.queries import may_be_set_aside
from tasks.survey_files import own_path
from tasks.workspace import Workspace

USABLE: frozenset[Verdict] = frozenset({"passed", "review"})
"""Verdicts with which a survey's answers may be used downstream: a query that asks for review stops nothing."""


def last_judgement(events: Iterable[Event], survey: Survey) -> Event | None:
    """The latest judgement of a survey; None when there was none."""
    judged = [e for e in events if e.kind == "survey.validated" and e.subject_id("survey") == survey.name]
    return max(judged, key=lambda e: (e.recorded_at, e.id), default=None)


def current_verdict(place: Workspace, survey: Survey) -> Verdict | None:
    """The verdict of the last judgement, if that was of the files as they lie now; None when they were not judged.

    The files are the answers, the data dictionary, the team's own checks and the catalogue. A survey file that is not
    there is unreadable. Other rules that have changed since are for the next run of validate_surveys.
    """
    try:
        now = place.reference_to(survey.file)
    except NotStored:
        return "unreadable"
    last = last_judgement(place.events(["survey.validated"]), survey)
    if last is None or last.generated != (now,) or not _is_of_files(place, survey, last):
        return None
    verdict: Verdict = last.data["verdict"]
    return verdict


def is_usable(place: Workspace, survey: Survey) -> bool:
    """Whether the survey's answers may be used: judged as it lies now, and no query that blocks it is open."""
    verdict = current_verdict(place, survey)
    return verdict in USABLE or (verdict == "blocked" and _is_freed(place, survey))


def blocks_set_aside(events: Iterable[Event], survey: str) -> tuple[QueryRecord, ...]:
    """The queries that block a survey and that somebody who may do so has set aside."""
    records = fold_queries(events).values()
    return tuple(r for r in records if r.state == "set_aside" and _blocks(r, survey) and may_be_set_aside(r))


def undescribed(survey: Survey, columns: Container[str]) -> list[str]:
    """What says of a coded survey who answered and when, as study.yaml names it, and is not among the columns."""
    if survey.linkage == "anonymous":
        return []
    return [name for name in (survey.key or "key", survey.interview_date) if name and name not in columns]


def _blocks(record: QueryRecord, survey: str) -> bool:
    return record.subject == f"survey:{survey}" and record.severity == "block"


def _is_freed(place: Workspace, survey: Survey) -> bool:
    """Whether everything that blocked a survey was set aside before the checks were made the last time."""
    events = place.events()
    last = last_judgement(events, survey)
    aside = {r.fingerprint for r in blocks_set_aside(events, survey.name)}
    standing = [r for r in fold_queries(events).values() if _blocks(r, survey.name) and r.state != "resolved"]
    decided = [e for e in events if e.kind == "query.set_aside" and e.data["fingerprint"] in aside]
    return (
        last is not None
        and bool(standing)
        and all(record.fingerprint in aside for record in standing)
        and all(event.recorded_at <= last.recorded_at for event in decided)
    )


def _is_of_files(place: Workspace, survey: Survey, judged: Event) -> bool:
    """Whether what describes the survey is as it was judged with."""
    then = {reference.ref: reference for reference in judged.used}
    for path in filter(None, (survey.dictionary, own_path(survey), survey.catalog)):
        ref = place.codes.known_ref(path)
        try:
            now = place.reference(path, place.files.get(path), personal=False)
        except NotStored:
            now = None
        if then.get(ref) != now:
            return False
    return True
