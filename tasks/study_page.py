"""The study page put together: the standing study joined with restricted/ and the records, for the team."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from evidence.histories import histories
from expectations.catalogue import CATALOGUE
from pages.layout import plural
from pages.recruitment_section import Target, drawn, projection_said
from pages.sample_section import Stage
from pages.study_page import (
    Changes,
    ClosedQuery,
    Coverage,
    OpenQuery,
    StudyPage,
    Tile,
    TrailState,
    study_page,
)
from pages.surveys_overview import Row, in_a_sentence
from pages.trail_words import ASSURANCE
from recruitment import Recruitment
from recruitment.flow_diagram import LABELS, flow_boxes
from recruitment.log import HELD
from recruitment.withdrawal import without_erased
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from tasks.call_list import due_section
from tasks.case_comparison import PAGE as CASES
from tasks.coder_agreement import PAGE as AGREEMENT
from tasks.group_comparison import PAGE as GROUPS
from tasks.joint_display import PAGE as JOINT_DISPLAY
from tasks.member_check_page import PAGE as MEMBER_CHECKS
from tasks.outcome import Outcome
from tasks.queries import CODE
from tasks.query_places import QueryPlaces
from tasks.recruitment import affiliations
from tasks.registers import Registers, read_registers
from tasks.sample_section import stage_section
from tasks.saturation_page import PAGE as SATURATION
from tasks.site_diagrams import site_diagrams
from tasks.standing import Standing
from tasks.summary import in_words, waiting
from tasks.survey_reports import OVERVIEW as SURVEYS
from tasks.targets import aims, needs_people
from tasks.transcript_overview import waiting_for_transcript
from tasks.transcript_reports import OVERVIEW
from tasks.workspace import Workspace
from trail.verify_trail import LIMITS

PAGE = "index.html"


def write_study_page(place: Workspace, standing: Standing, outcomes: Iterable[Outcome], since: str) -> str:
    """Write out/index.html; returns its path. What was recorded from `since` on (RFC 3339 UTC) is shown as new."""
    page = page_of(place, standing, list(outcomes), standing.recorded_since(since), read_registers(place))
    place.out.put(PAGE, study_page(page))
    return str(place.out.root / PAGE)


def page_of(
    place: Workspace, standing: Standing, outcomes: list[Outcome], fresh: frozenset[str], registers: Registers
) -> StudyPage:
    """Everything the page shows, from the folds and the team's own files; `fresh` are the events of this run."""
    protocol = place.protocol
    criteria = {c.number: c.text for c in protocol.participants.criteria}
    places = QueryPlaces(place)
    boxes = flow_boxes(standing.recruitment, criteria)
    sure = {taken.event: ASSURANCE[taken.assurance] for taken in standing.decisions}
    stages = tuple(stage for spec in protocol.sampling.stages if (stage := _stage(place, spec, sure)))
    return StudyPage(
        title=protocol.title,
        study=protocol.id,
        synthetic=protocol.synthetic,
        day=f"{place.today:%-d %B %Y}",
        tiles=_tiles(standing),
        waiting=waiting(outcomes),
        stages=stages,
        funnel=tuple((LABELS[b.id].lower(), b.count) for b in boxes),
        flow=drawn(boxes),
        targets=_targets(place, registers, standing),
        people=_people(standing.recruitment),
        coverage=tuple(Coverage(s.replace("_", " "), n, of) for s, (n, of) in standing.scopes.items()),
        consent_notes=_consent_notes(standing),
        transcripts=tuple((v, n) for v, n in in_words(standing.transcripts).items() if n),
        surveys=tuple((v, n) for v, n in in_words(standing.surveys).items() if n),
        changes=_changes(standing, fresh),
        queries=_queries(standing, fresh, places),
        member_checks=tuple((c.what, c.count, c.of) for c in standing.member_checks.account if c.of),
        analysis=tuple(s for o in outcomes if o.flow in ANALYSIS_FLOWS for s in o.said),
        trail=_trail(standing),
        links=_links(place),
        closed=_closed(standing, fresh, places),
        due=due_section(place, registers),
        sites=site_diagrams(place, registers, standing.recruitment),
        transcript_numbers=_transcript_numbers(place, standing),
        survey_next=_survey_next(place, standing),
    )


ANALYSIS_FLOWS = ("assess-saturation", "compare-coders", "compare-cases")


def _tiles(standing: Standing) -> tuple[Tile, ...]:
    blocking = sum(q.severity == "block" for q in standing.open_queries)
    return (
        *(
            Tile(str(stage.size if stage.approval else 0), f"{stage.latest.of} approved", "sample")
            for stage in standing.sample.stages.values()
            if stage.latest
        ),
        Tile(str(len(standing.recruitment.reached_consent)), "people consented", "recruitment"),
        Tile(str(standing.consent["in_force"]), "consents in force", "consent"),
        Tile(str(sum(standing.transcripts.values())), "transcripts validated", "validation"),
        Tile(str(blocking), "queries that block", "validation"),
        Tile("verified" if standing.verdict.ok else "failed", "audit trail", "trail"),
    )


def _transcript_numbers(place: Workspace, standing: Standing) -> tuple[tuple[int, str], ...]:
    """How far the transcripts are on their way to coding; nothing before the transcripts' own pages are there."""
    if not any(place.out.list(OVERVIEW)):
        return ()
    found = histories(standing.events)
    arrived = {id: history for id, history in found.items() if history.of("transcript.received")}
    released = sum(bool(history.of("transcript.released")) for history in arrived.values())
    missing = waiting_for_transcript(standing.recruitment.interviews.values(), arrived)
    queries = sum(r.state == "open" and r.subject.startswith("transcript:") for r in standing.queries.values())
    return (
        (len(arrived), "received"),
        (released, "released for coding"),
        (len(missing), "interview without a transcript" if len(missing) == 1 else "interviews without a transcript"),
        (queries, "query open on transcripts" if queries == 1 else "queries open on transcripts"),
    )


def _survey_next(place: Workspace, standing: Standing) -> str:
    """What to do about the surveys in one sentence; empty before the surveys' own pages are there."""
    if not any(place.out.list(SURVEYS)):
        return ""
    rows = []
    for spec in place.protocol.surveys:
        about = [q for q in standing.open_queries if q.subject == f"survey:{spec.name}"]
        counts = [sum(q.severity == severity for q in about) for severity in ("block", "review", "inform")]
        is_lost = any(q.check == "SV001" for q in about)
        rows.append(Row(spec.name, "unreadable" if is_lost else "passed", *counts))
    return in_a_sentence(rows)


def _stage(place: Workspace, spec: StageSpec, sure: Mapping[str, str]) -> Stage | None:
    try:
        made: dict[str, Any] = json.loads(place.out.get(f"sample/{spec.name}.json"))
    except NotStored:
        return None
    by = ""
    if made["approved_by"] and made["standing"] == "approved":
        by = f" by {made['approved_by']} ({sure.get(made['approval'], ASSURANCE['declared'])})"
    return stage_section(spec, made, by, sure)


def _people(recruitment: Recruitment) -> str:
    """How many consented and were interviewed, and who is interviewed yet missing from the picture."""
    held = [i for i in recruitment.interviews.values() if i.state in HELD]
    consented = plural(len(recruitment.reached_consent), "person", "people")
    known = recruitment.reached
    out = len({code for i in held for code in i.participants if "interviewed" not in known.get(code, {})})
    left_out = (
        f" The picture leaves out {plural(out, 'person', 'people')} interviewed without the consent or enrolment that "
        "comes before: see the queries."
    )
    return f"{consented} consented; {plural(len(held), 'interview')} held.{left_out if out else ''}"


def _targets(place: Workspace, registers: Registers, standing: Standing) -> tuple[Target, ...]:
    """Targets with what is held and when the rest may be there; none where participants.csv is needed and missing."""
    rows = registers.frames["participants"]
    if rows is None and needs_people(place.protocol.participants.targets):
        return ()
    places = affiliations(rows, dict(registers.codes.trail))
    kept = without_erased(standing.recruitment, standing.events)
    return tuple(
        Target(
            aim.label,
            aim.progress.held,
            aim.progress.target.count,
            projection_said(aim.projection, today=place.today, ends=place.protocol.field_ends),
        )
        for aim in aims(place.protocol, kept, places, today=place.today)
    )


def _consent_notes(standing: Standing) -> tuple[str, ...]:
    notes = {
        "reconsent_due": "to consent again to a newer form version",
        "withdrawn": "withdrawn from taking part",
        "lapsed": "not covered today, because the ethics approval lapsed or the consent is not valid",
    }
    counts = standing.consent
    return tuple(f"{plural(counts[key], 'person', 'people')} {words}." for key, words in notes.items() if counts[key])


def _changes(standing: Standing, fresh: frozenset[str]) -> Changes:
    records = standing.queries.values()
    still = [r for r in records if r.state == "open"]
    new = sum(r.opened_by in fresh for r in still)
    resolved = sum(e.kind == "query.resolved" and e.id in fresh for e in standing.events)
    return Changes(new, len(still) - new, resolved, sum(r.state == "set_aside" for r in records))


def _queries(standing: Standing, fresh: frozenset[str], places: QueryPlaces) -> tuple[OpenQuery, ...]:
    return tuple(
        OpenQuery(
            q.check,
            CATALOGUE[q.check].title if q.check in CATALOGUE else "",
            q.severity,
            places.shown(q),
            q.message,
            standing.queries[q.fingerprint].opened_by in fresh,
            q.fingerprint[:CODE],
        )
        for q in standing.open_queries
    )


def _closed(standing: Standing, fresh: frozenset[str], places: QueryPlaces) -> tuple[ClosedQuery, ...]:
    """Queries set aside, with by whom, and those this run resolved."""
    gone = {e.data["fingerprint"] for e in standing.events if e.kind == "query.resolved" and e.id in fresh}
    sure = {taken.event: ASSURANCE[taken.assurance] for taken in standing.decisions}
    aside = {
        e.data["fingerprint"]: f" ({sure[e.id]})"
        for e in standing.events
        if e.kind == "query.set_aside" and e.id in sure
    }
    how = {
        f: f"set aside by {record.set_aside_by}{aside.get(f, '')}" if record.state == "set_aside" else "resolved"
        for f, record in standing.queries.items()
        if record.state == "set_aside" or (record.state == "resolved" and f in gone)
    }
    found = [(how[f], q) for f, q in standing.words.items() if f in how]
    return tuple(
        ClosedQuery(q.check, CATALOGUE[q.check].title if q.check in CATALOGUE else "", places.shown(q), h)
        for h, q in sorted(found, key=lambda pair: (pair[1].where, pair[1].check))
    )


def _trail(standing: Standing) -> TrailState:
    verdict = standing.verdict
    return TrailState(
        "PASS" if verdict.ok else "FAIL",
        standing.event_count,
        verdict.size,
        verdict.seals,
        verdict.root,
        verdict.faults,
        (*verdict.notes, *LIMITS),
    )


def _links(place: Workspace) -> tuple[tuple[str, str], ...]:
    made = (
        ("Dossier for the auditor", "dossier/index.html"),
        ("Transcripts", OVERVIEW),
        ("Surveys", SURVEYS),
        ("Saturation", SATURATION),
        ("Agreement between coders", AGREEMENT),
        ("Cases compared", CASES),
        ("Groups compared", GROUPS),
        ("Joint display", JOINT_DISPLAY),
        ("Member checking", MEMBER_CHECKS),
        ("Checks in detail", "data_docs/index.html"),
        ("Progress to print", "progress.html"),
    )
    return tuple((label, path) for label, path in made if any(place.out.list(path)))
