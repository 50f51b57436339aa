"""The reports on transcripts written: the overview, a page each, Data Docs, Prefect's artifacts.

They are made of the run's judgements, the readings kept under restricted/ and the trail, and may be deleted at any
time. A transcript's page is written again only where something on it changed: what it rests on is kept as a digest in
out/transcripts/pages.json.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

import pages
from evidence.reading import Reading
from evidence.versions import fold_versions
from expectations.transcripts import QUESTIONS, TURNS
from pages.data_docs import TRANSCRIPTS_PAGE, transcript_docs
from pages.layout import plural
from pages.transcript_page import VERDICTS, transcript_page
from pages.transcripts_overview import TranscriptsOverview, overview_pages
from recruitment import fold_recruitment
from recruitment.log import Interview
from study import Event
from study.objects import NotStored
from study.query import QueryRecord, fold_queries
from tasks.queries import read_query
from tasks.readings import readings_of
from tasks.survey_docs import DOCS
from tasks.transcript_artifacts import show_transcripts
from tasks.transcript_docs import docs_of, write_index
from tasks.transcript_judgement import JudgedTranscript
from tasks.transcript_known import Known, Seen, known_of
from tasks.transcript_overview import Overview, waiting_for_transcript
from tasks.transcript_page import Pages
from tasks.transcript_way import said
from tasks.transcripts import JudgedTranscripts
from tasks.workspace import Workspace

FOLDER = "transcripts/"
OVERVIEW = f"{FOLDER}index.html"
WRITTEN = f"{FOLDER}pages.json"


@task(name="report on transcripts", cache_policy=NO_CACHE)
def write_transcript_reports(place: Workspace, judged: JudgedTranscripts) -> tuple[str, ...]:
    """Write what the run found for the team and the auditor; returns the paths of the pages to open."""
    if place.protocol.transcripts is None:
        return ()
    events = place.events()
    records = fold_queries(events)
    interviews = fold_recruitment(events).interviews
    standings = fold_versions(events)
    copies = [f for f, r in records.items() if r.state == "open" and r.subject.startswith("copy:")]
    words = [query for fingerprint in copies if (query := read_query(place, fingerprint))]
    known = known_of(judged.files, [*judged.queries, *words], events, records, standings, interviews)
    context = Pages(
        place.protocol,
        place.trail.run.flow_run_id,
        {fingerprint: record.check for fingerprint, record in records.items()},
        {question.id: question for guide in place.protocol.guides for question in guide.questions},
    )
    written = _written(place)
    overview = Overview(
        context,
        known,
        waiting_for_transcript(interviews.values(), known),
        records,
        said(place.today),
        standings,
        written["present"] if written else None,
        tuple(_notes(judged, records)),
    ).made()
    _write_pages(place, context, judged.files, known, written["pages"] if written else {})
    made = {
        "All transcripts": _write_overview(place, overview),
        "Data Docs": _write_docs(place, judged.files, interviews, events),
    }
    show_transcripts(place.protocol.id, overview, made)
    return tuple(made.values())


def _notes(judged: JudgedTranscripts, records: Mapping[str, QueryRecord]) -> Iterator[str]:
    """What else the run looked at, in counts."""
    verdicts = Counter(one.verdict for one in judged.documents)
    if verdicts:
        counted = ", ".join(f"{verdicts[v]} {words}" for v, (words, _) in VERDICTS.items() if verdicts[v])
        asks = ": the study's page says what is open in them" if set(verdicts) - {"passed"} else ""
        many = plural(len(judged.documents), "field note or document", "field notes and documents")
        yield f"{many}: {counted}{asks}."
    if any(r.state == "open" and r.check == "TR070" for r in records.values()):
        yield "Pseudonyms are not one-to-one, or are somebody's real name: the study's page says what to do."


def _write_pages(
    place: Workspace,
    context: Pages,
    files: Iterable[JudgedTranscript],
    known: Mapping[str, Known],
    before: Mapping[str, str],
) -> None:
    """Write the pages on which something changed, and take away those of transcripts nothing is known of."""
    there = {stored.key for stored in place.out.list(FOLDER)}
    versions = {one.file.reference.ref: str(one.file.reference.hmac) for one in files}
    digests = {id: _digest(one, context, versions) for id, one in known.items()}
    due = {id for id, digest in digests.items() if before.get(id) != digest or f"{FOLDER}{id}.html" not in there}
    for id in sorted(due):
        if not known[id].files:
            place.out.put(f"{FOLDER}{id}.html", transcript_page(context.page(known[id])))
    refs = {seen.ref: id for id in due for seen in known[id].files}
    read: dict[str, list[Seen]] = {}
    for ref, reading in readings_of(place, refs):
        id = refs[ref]
        of_it = [_with_reading(seen, reading) for seen in known[id].files if seen.ref == ref]
        read.setdefault(id, []).extend(of_it)
        if len(read[id]) == len(known[id].files):
            _put_page(place, context, known[id], read.pop(id))
            due.discard(id)
    for id in sorted(due):
        if known[id].files:
            _put_page(place, context, known[id], read.get(id, []))
    for key in there - {f"{FOLDER}{id}.html" for id in known}:
        if before.get(key.removeprefix(FOLDER).removesuffix(".html")):
            place.out.erase_all_versions(key)
    present = sorted(id for id, one in known.items() if one.files)
    place.out.put(WRITTEN, json.dumps({"pages": digests, "present": present}, separators=(",", ":")).encode())


def _with_reading(seen: Seen, reading: Reading) -> Seen:
    """A file with its outline, the guide's traces, and the worst of what was measured on single turns and questions."""
    traces = reading.guide.traces if reading.guide else ()
    turns = reading.text.turns if reading.text else {}
    worst = {c.feature: max((v for v in turns.get(c.feature, ()) if v is not None), default=None) for c in TURNS.checks}
    worst |= {c.feature: min((t.score for t in traces if t.is_required), default=None) for c in QUESTIONS.checks}
    return replace(seen, outline=reading.outline, traces=traces, features={**seen.features, **worst})


def _put_page(place: Workspace, context: Pages, known: Known, read: Iterable[Seen]) -> None:
    """One page, with the readings of its files as far as they are kept."""
    kept = {seen.ref: seen for seen in read}
    whole = replace(known, files=tuple(kept.get(seen.ref, seen) for seen in known.files))
    place.out.put(f"{FOLDER}{known.id}.html", transcript_page(context.page(whole)))


def _digest(known: Known, context: Pages, versions: Mapping[str, str]) -> str:
    """What a page rests on: its transcript's events, files, queries, and the code that draws it.

    Measurements are not in it: the event of the judgement names the file and everything it was judged by.
    """
    seen = [(s.ref, versions.get(s.ref), s.verdict, s.format, bool(s.states)) for s in known.files]
    opened = [
        (q.fingerprint, q.where, q.message, known.history.run_of(record.opened_by) == context.run)
        for q, record in known.queries
    ]
    events = [event.id for event in known.history.events]
    held = (known.interview.state, str(known.interview.day)) if known.interview else ()
    rests = [_code(), context.rules, seen, opened, events, held, known.is_erased]
    return hashlib.sha256(json.dumps(rests, default=str).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """SHA-256 of what draws a transcript's page."""
    house = Path(pages.__file__).parent
    made = [house / "theme.css", *sorted((house / "templates").glob("*.html")), *sorted(house.glob("*.py"))]
    code = hashlib.sha256()
    for path in [*made, *sorted(Path(__file__).parent.glob("transcript_*.py"))]:
        code.update(path.read_bytes())
    return code.hexdigest()


def _written(place: Workspace) -> dict[str, Mapping[str, str]] | None:
    """The digests of the pages written last and the transcripts that lay there; None where nothing is kept of them."""
    try:
        kept = json.loads(place.out.get(WRITTEN))
        return {"pages": dict(kept["pages"]), "present": dict.fromkeys(kept["present"], "")}
    except (NotStored, ValueError, KeyError, TypeError):
        return None


def _write_overview(place: Workspace, overview: TranscriptsOverview) -> str:
    made = overview_pages(overview)
    for name, page in made.items():
        place.out.put(FOLDER + name, page)
    further = {s.key for s in place.out.list(f"{FOLDER}index-")} - {FOLDER + name for name in made}
    for key in further:
        place.out.erase_all_versions(key)
    return f"{place.protocol.storage.out}/{OVERVIEW}"


def _write_docs(
    place: Workspace,
    files: Collection[JudgedTranscript],
    interviews: Mapping[str, Interview],
    events: Iterable[Event],
) -> str:
    events = list(events)
    people = {id: frozenset(interview.participants) for id, interview in interviews.items()}
    judged = ((one.verdict, one.states, people.get(one.file.interview_id, frozenset())) for one in files)
    docs = docs_of(place.protocol, judged, [e for e in events if e.kind == "transcript.validated"])
    place.out.put(DOCS + TRANSCRIPTS_PAGE, transcript_docs(docs))
    write_index(place, events)
    return f"{place.protocol.storage.out}/{DOCS}{TRANSCRIPTS_PAGE}"
