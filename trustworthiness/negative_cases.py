"""Negative cases against a version of a hypothesis, and counter-narratives: what does not fit is kept on record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Subject
from trustworthiness.entries import (
    Digest,
    Entries,
    Entry,
    content_of,
    day_of,
    is_code,
    parts,
    rows_of,
    vanished,
    version_of,
)

FILE = "analysis/negative_cases.csv"
NARRATIVES_FILE = "analysis/counter_narratives.csv"
DISPOSITIONS = ("hypothesis_revised", "boundary_set", "unexplained", "not_negative")
COLUMNS = (
    "case_id", "hypothesis_id", "hypothesis_version", "subject", "evidence_for", "evidence_against", "disposition",
    "raised", "resolved", "person", "note",
)  # fmt: skip
NARRATIVE_COLUMNS = ("narrative_id", "occurred", "transcripts", "person", "summary")
OPENING = ("hypothesis_id", "hypothesis_version", "subject", "evidence_for", "evidence_against", "raised")
CLOSING = ("disposition", "resolved", "note", "person")


def read_negative_cases(
    table: pd.DataFrame,
    *,
    events: Sequence[Event],
    digest: Digest,
    evidence: Collection[str],
    subjects: Mapping[str, Subject],
) -> Entries:
    """negative_case.raised for each row of the text table, and negative_case.resolved where it has a disposition.

    `evidence` are the ids that may be cited (codings, transcripts, claims); `subjects` says what the ids in the column
    `subject` stand for in the trail (a participant code's trail code). An unknown one is flagged, never recorded.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, cells in rows_of(table, COLUMNS):
        id = cells["case_id"]
        column = _fault(cells, seen)
        place = f"negative_case:{id}" if is_code(id) else "analysis:negative_cases"
        seen.add(id)
        if column:
            problems.append(Problem("AN033", FILE, row, column, place))
            continue
        cells = {**cells, "subject": _opaque(cells["subject"], subjects)}
        entries += _entries(cells, events, digest)
        for column in ("evidence_for", "evidence_against"):
            if not set(parts(cells[column])) <= set(evidence):
                problems.append(Problem("AN035", FILE, row, column, place))
        if not cells["disposition"]:
            problems.append(Problem("AN036", FILE, row, "disposition", place))
    problems += vanished(events, "negative_case.raised", "case", seen, FILE, "negative_case")
    return Entries(tuple(entries), tuple(problems))


def read_counter_narratives(
    table: pd.DataFrame, *, events: Sequence[Event], digest: Digest, transcripts: Collection[str]
) -> Entries:
    """counter_narrative.recorded for each row of the text table; `transcripts` are the ids the study has."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, cells in rows_of(table, NARRATIVE_COLUMNS):
        id = cells["narrative_id"]
        column = _narrative_fault(cells, seen)
        place = f"counter_narrative:{id}" if is_code(id) else "analysis:counter_narratives"
        seen.add(id)
        if column:
            problems.append(Problem("AN034", NARRATIVES_FILE, row, column, place))
            continue
        cited = parts(cells["transcripts"])
        if not cited or not set(cited) <= set(transcripts):
            problems.append(Problem("AN035", NARRATIVES_FILE, row, "transcripts", place))
        known = tuple(Subject("transcript", t) for t in cited if t in transcripts)
        entries.append(_narrative(cells, known, events, digest))
    problems += vanished(events, "counter_narrative.recorded", "narrative", seen, NARRATIVES_FILE, "counter_narrative")
    return Entries(tuple(entries), tuple(problems))


def _fault(cells: dict[str, str], seen: set[str]) -> str:
    """The column that makes a row useless, or ""."""
    if not is_code(cells["case_id"]) or cells["case_id"] in seen:
        return "case_id"
    for column in ("hypothesis_id", "hypothesis_version", "person"):
        if not is_code(cells[column]):
            return column
    raised, resolved = day_of(cells["raised"]), day_of(cells["resolved"])
    if raised is None:
        return "raised"
    if cells["disposition"] not in ("", *DISPOSITIONS):
        return "disposition"
    if not cells["disposition"] and not cells["resolved"]:
        return ""
    return "" if cells["disposition"] and resolved is not None and resolved >= raised else "resolved"


def _narrative_fault(cells: dict[str, str], seen: set[str]) -> str:
    if not is_code(cells["narrative_id"]) or cells["narrative_id"] in seen:
        return "narrative_id"
    if day_of(cells["occurred"]) is None:
        return "occurred"
    if not is_code(cells["person"]):
        return "person"
    return "" if cells["summary"] else "summary"


def _opaque(subject: str, subjects: Mapping[str, Subject]) -> str:
    """The subject as the trail may name it; one it does not know is left out, because it may be a name."""
    known = subjects.get(subject)
    return f"{known.type}:{known.id}" if known else ""


def _entries(cells: dict[str, str], events: Sequence[Event], digest: Digest) -> Iterator[Entry]:
    id = cells["case_id"]
    type, _, about = cells["subject"].partition(":")
    subject = (Subject("negative_case", id), *([Subject(type, about)] if about else []))
    content = content_of({name: cells[name] for name in OPENING}, digest)
    raised = Fact(
        "negative_case.raised",
        cells["raised"],
        subject=subject,
        data={
            "case": id,
            "hypothesis": cells["hypothesis_id"],
            "hypothesis_version": cells["hypothesis_version"],
            "version": version_of(events, "negative_case.raised", "case", id, content),
            "content": content,
        },
    )
    yield Entry(raised, _document(cells, ("case_id", *OPENING, "person", "note")))
    if cells["disposition"]:
        content = content_of({name: cells[name] for name in ("subject", *CLOSING)}, digest)
        resolved = Fact(
            "negative_case.resolved",
            cells["resolved"],
            subject=subject,
            data={
                "case": id,
                "disposition": cells["disposition"],
                "version": version_of(events, "negative_case.resolved", "case", id, content),
                "content": content,
            },
        )
        yield Entry(resolved, _document(cells, ("case_id", *CLOSING)))


def _document(cells: dict[str, str], names: Sequence[str]) -> dict[str, object]:
    return {name: list(parts(cells[name])) if name.startswith("evidence") else cells[name] for name in names}


def _narrative(
    cells: dict[str, str], transcripts: tuple[Subject, ...], events: Sequence[Event], digest: Digest
) -> Entry:
    id = cells["narrative_id"]
    content = content_of({**cells, "known": [t.id for t in transcripts]}, digest)
    fact = Fact(
        "counter_narrative.recorded",
        cells["occurred"],
        subject=(Subject("counter_narrative", id), *transcripts),
        data={
            "narrative": id,
            "version": version_of(events, "counter_narrative.recorded", "narrative", id, content),
            "content": content,
        },
    )
    return Entry(fact, {**cells, "transcripts": list(parts(cells["transcripts"]))})
