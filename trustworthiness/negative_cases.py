"""Negative cases against a version of a hypothesis, and counter-narratives: what does not fit is kept on record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

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
    "raised", "resolved", "person", "note", "revised_to",
)  # fmt: skip
OPTIONAL = ("revised_to",)
NARRATIVE_COLUMNS = ("narrative_id", "occurred", "transcripts", "person", "summary")
OPENING = ("hypothesis_id", "hypothesis_version", "subject", "evidence_for", "evidence_against", "raised")
CLOSING = ("disposition", "resolved", "note", "person", *OPTIONAL)


def read_negative_cases(
    table: pd.DataFrame,
    *,
    events: Sequence[Event],
    digest: Digest,
    evidence: Collection[str],
    subjects: Mapping[str, Subject],
    hypotheses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    imports: Mapping[str, str] = MappingProxyType({}),
) -> Entries:
    """negative_case.raised for each row of the text table, and negative_case.resolved where it has a disposition.

    `evidence` are the ids that may be cited (codings, transcripts, claims); `subjects` says what the ids in the column
    `subject` stand for in the trail (a participant code's trail code). An unknown one is flagged, never recorded.
    `hypotheses` are the stated versions, oldest first: where any is stated, a case names one of them (else AN029, and
    it is not raised) and a revision a later one (else AN029, and it stays open). `imports` is for each transcript the
    event a case with evidence in it rests on.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows_of(table, COLUMNS, FILE):
        cells, id = row.cells, row.cells["case_id"]
        column = _fault(cells, seen)
        place = f"negative_case:{id}" if is_code(id) else "analysis:negative_cases"
        seen.add(id)
        if column:
            problems.append(Problem("AN033", row.file, row.number, column, place))
            continue
        unstated = _unstated(cells, hypotheses)
        if unstated:
            problems.append(Problem("AN029", row.file, row.number, unstated, place))
        if unstated == "hypothesis_version":
            continue
        cells = {**cells, "subject": _opaque(cells["subject"], subjects)}
        entries += _entries(cells, events, digest, imports, is_open=bool(unstated))
        for column in ("evidence_for", "evidence_against"):
            if not set(parts(cells[column])) <= set(evidence):
                problems.append(Problem("AN035", row.file, row.number, column, place))
        if not cells["disposition"]:
            problems.append(Problem("AN036", row.file, row.number, "disposition", place))
    problems += vanished(events, "negative_case.raised", "case", seen, FILE, "negative_case")
    return Entries(tuple(entries), tuple(problems))


def _unstated(cells: Mapping[str, str], hypotheses: Mapping[str, Sequence[str]]) -> str:
    """The column that names a version of the hypothesis nobody stated, or none that is newer, else ""."""
    if not hypotheses:
        return ""
    versions = tuple(hypotheses.get(cells["hypothesis_id"], ()))
    if cells["hypothesis_version"] not in versions:
        return "hypothesis_version"
    later = versions[versions.index(cells["hypothesis_version"]) + 1 :]
    is_revision = cells["disposition"] == "hypothesis_revised"
    return "revised_to" if is_revision and cells["revised_to"] not in later else ""


def read_counter_narratives(
    table: pd.DataFrame, *, events: Sequence[Event], digest: Digest, transcripts: Collection[str]
) -> Entries:
    """counter_narrative.recorded for each row of the text table; `transcripts` are the ids the study has."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows_of(table, NARRATIVE_COLUMNS, NARRATIVES_FILE):
        cells, id = row.cells, row.cells["narrative_id"]
        column = _narrative_fault(cells, seen)
        place = f"counter_narrative:{id}" if is_code(id) else "analysis:counter_narratives"
        seen.add(id)
        if column:
            problems.append(Problem("AN034", row.file, row.number, column, place))
            continue
        cited = parts(cells["transcripts"])
        if not cited or not set(cited) <= set(transcripts):
            problems.append(Problem("AN035", row.file, row.number, "transcripts", place))
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
    if cells["revised_to"] and not (is_code(cells["revised_to"]) and cells["disposition"] == "hypothesis_revised"):
        return "revised_to"
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


def _entries(
    cells: dict[str, str], events: Sequence[Event], digest: Digest, imports: Mapping[str, str], *, is_open: bool
) -> Iterator[Entry]:
    id = cells["case_id"]
    type, _, about = cells["subject"].partition(":")
    subject = (Subject("negative_case", id), *([Subject(type, about)] if about else []))
    content = content_of({name: cells[name] for name in OPENING}, digest)
    cited = (coding.split("/", 1)[0] for name in ("evidence_for", "evidence_against") for coding in parts(cells[name]))
    stated = [e.id for e in events if e.kind == "hypothesis.stated" and _is_of(e, cells)]
    raised = Fact(
        "negative_case.raised",
        cells["raised"],
        subject=subject,
        causes=tuple(dict.fromkeys((*stated, *(imports[t] for t in cited if t in imports)))),
        data={
            "case": id,
            "hypothesis": cells["hypothesis_id"],
            "hypothesis_version": cells["hypothesis_version"],
            "version": version_of(events, "negative_case.raised", "case", id, content),
            "content": content,
        },
    )
    yield Entry(raised, _document(cells, ("case_id", *OPENING, "person", "note")))
    decided = _decided(id, events)
    if cells["disposition"] and not is_open and cells["disposition"] not in decided[-1:]:
        again = decided.count(cells["disposition"])
        content = content_of({name: cells[name] for name in ("subject", *CLOSING)}, digest, optional=OPTIONAL)
        before = [e.id for e in events if e.kind == "negative_case.raised" and e.data["case"] == id]
        resolved = Fact(
            "negative_case.resolved",
            cells["resolved"],
            subject=subject,
            causes=tuple(before[-1:]),
            data={
                "case": id,
                "disposition": cells["disposition"],
                "version": version_of(events, "negative_case.resolved", "case", id, content),
                "content": content,
                **({"revised_to": cells["revised_to"]} if cells["revised_to"] else {}),
                **({"again": again} if again else {}),
            },
        )
        yield Entry(resolved, _document(cells, ("case_id", *CLOSING)))


def _is_of(stated: Event, cells: Mapping[str, str]) -> bool:
    named = (cells["hypothesis_id"], cells["hypothesis_version"])
    return (stated.data["hypothesis"], stated.data["version"]) == named


def _decided(case: str, events: Sequence[Event]) -> list[str]:
    """What was decided of a case, oldest first; the newest stays as it was recorded until something else is decided."""
    resolved = {e.id: e for e in events if e.kind == "negative_case.resolved" and e.data["case"] == case}
    ordered = sorted(resolved.values(), key=lambda e: (int(e.data["version"]), e.id))
    return [str(e.data["disposition"]) for e in ordered]


def _document(cells: dict[str, str], names: Sequence[str]) -> dict[str, object]:
    shown = (name for name in names if cells[name] or name not in OPTIONAL)
    return {name: list(parts(cells[name])) if name.startswith("evidence") else cells[name] for name in shown}


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
