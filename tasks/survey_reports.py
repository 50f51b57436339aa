"""The reports on surveys written: an overview and a page each for the team, the list of Data Docs, Prefect's artifacts.

They are made of what was measured (kept under restricted/), of the queries' words and of the trail, and may be deleted
at any time. The same judgement gives the same bytes, and a page that did not change is not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.data_docs import TRANSCRIPTS_PAGE
from pages.study_page import Changes
from pages.survey_page import page_name, survey_page
from pages.surveys_overview import Row, SurveysOverview, surveys_overview
from study import Event
from study.objects import NotStored
from study.query import QueryRecord, fold_queries
from tasks.survey_artifacts import show_surveys
from tasks.survey_docs import DOCS
from tasks.survey_judgement import JudgedSurvey
from tasks.survey_known import KnownSurvey, events_of
from tasks.survey_measured import kept_measured
from tasks.survey_page import SurveyPages
from tasks.transcript_docs import write_index
from tasks.transcript_way import day_of, said
from tasks.workspace import Workspace

FOLDER = "surveys/"
OVERVIEW = f"{FOLDER}index.html"


@task(name="report on surveys", cache_policy=NO_CACHE)
def write_survey_reports(place: Workspace, judged: Iterable[JudgedSurvey]) -> tuple[str, ...]:
    """Write what the run found for the team and the auditor; returns the paths of the pages to open."""
    judged, events = list(judged), place.events()
    _take_away(place, events)
    if not judged:
        return ()
    records = fold_queries(events)
    known = _known(place, judged, events, records)
    run = place.trail.run.flow_run_id
    pages = SurveyPages(place.protocol, run, known, {f: record.check for f, record in records.items()})
    for name, one in known.items():
        _put(place, FOLDER + page_name(name), survey_page(pages.page(one)))
    overview = _overview(place, known, records, run)
    _put(place, OVERVIEW, surveys_overview(overview))
    out = place.protocol.storage.out
    show_surveys(place.protocol.id, overview, pages, out)
    return (f"{out}/{OVERVIEW}",)


def _known(
    place: Workspace, judged: Iterable[JudgedSurvey], events: Iterable[Event], records: Mapping[str, QueryRecord]
) -> dict[str, KnownSurvey]:
    """Everything known of each survey of the protocol, by name in its order."""
    recorded, specs = events_of(events), {spec.name: spec for spec in place.protocol.surveys}
    known = {}
    for one in judged:
        queries = {query.fingerprint: query for query in one.queries}
        pairs = ((query, records[f]) for f, query in queries.items() if f in records and records[f].state == "open")
        measured = kept_measured(place, one.name) if one.is_unchanged or one.facts else None
        known[one.name] = KnownSurvey(
            specs[one.name], one.verdict, measured, tuple(pairs), recorded.get(one.name, ()), one.history
        )
    return known


def _overview(
    place: Workspace, known: Mapping[str, KnownSurvey], records: Mapping[str, QueryRecord], run: str
) -> SurveysOverview:
    return SurveysOverview(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=said(place.today),
        rows=tuple(_row(place, one) for one in known.values()),
        changes=_changes(known, records, run),
        changed=tuple(
            (name, before, one.verdict)
            for name, one in known.items()
            if _is_judged_now(one, run) and (before := one.before(run)) is not None and before != one.verdict
        ),
    )


def _is_judged_now(known: KnownSurvey, run: str) -> bool:
    last = known.last("survey.validated")
    return last is not None and last.run.flow_run_id == run


def _row(place: Workspace, known: KnownSurvey) -> Row:
    spec, measured = known.spec, known.measured
    judged = known.last("survey.validated")
    return Row(
        spec.name,
        known.verdict,
        known.open("block"),
        known.open("review"),
        known.open("inform"),
        measured.rows if measured else None,
        measured.responses.rate if measured and measured.responses else None,
        f"wave {spec.wave} of {spec.instrument}" if spec.instrument and spec.wave else "",
        day_of(judged, place.protocol.zone) if judged else "",
    )


def _changes(known: Mapping[str, KnownSurvey], records: Mapping[str, QueryRecord], run: str) -> Changes:
    """The queries on surveys: new and resolved in this run, still open, set aside."""
    now = [e for one in known.values() for e in one.events if e.run.flow_run_id == run]
    opened = {e.id for e in now if e.kind == "query.opened"}
    about = [r for r in records.values() if r.subject.startswith("survey:")]
    still = [r for r in about if r.state == "open"]
    new = sum(r.opened_by in opened for r in still)
    resolved = sum(e.kind == "query.resolved" for e in now)
    return Changes(new, len(still) - new, resolved, sum(r.state == "set_aside" for r in about))


def _put(place: Workspace, key: str, page: bytes) -> None:
    """Write a page where it is not there as it is."""
    try:
        if place.out.get(key) == page:
            return
    except NotStored:
        pass  # written for the first time below
    place.out.put(key, page)


def _take_away(place: Workspace, events: Iterable[Event]) -> None:
    """Remove the pages of surveys that the protocol no longer has, and take them out of the lists."""
    names = {page_name(spec.name) for spec in place.protocol.surveys}
    kept = {f"{folder}{name}" for folder in (FOLDER, DOCS) for name in names} | ({OVERVIEW} if names else set())
    kept |= {f"{DOCS}index.html", DOCS + TRANSCRIPTS_PAGE}
    gone = [key for key in _pages_there(place) if key not in kept]
    for key in gone:
        place.out.erase_all_versions(key)
    if any(key.startswith(DOCS) for key in gone):
        write_index(place, events)


def _pages_there(place: Workspace) -> Iterator[str]:
    for folder in (FOLDER, DOCS):
        yield from (stored.key for stored in place.out.list(folder) if stored.key.endswith(".html"))
