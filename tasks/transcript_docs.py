"""The checks on transcripts in counts, for auditors: no count rests on fewer than disclosure.k people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evidence.detectors import DETECTORS_VERSION
from evidence.ledger import fold_verdicts
from evidence.measure import MEASURE_VERSION
from evidence.transcripts import READER_VERSION
from expectations.check import Check
from expectations.transcripts import QUESTIONS, TRANSCRIPTS, TURNS
from expectations.validate import State
from pages.data_docs import TRANSCRIPTS_PAGE, CheckedColumn, CheckedSuite, TranscriptDocs, data_docs_index
from pages.measurements import allowed
from pages.suppression import suppress_counts
from pages.survey_page import page_name
from pages.transcript_page import VERDICTS
from study import Event, Protocol
from study.event import local_day
from study.query import Verdict
from tasks.survey_docs import DOCS
from tasks.workspace import Workspace, software_version

SUITES = (TRANSCRIPTS, TURNS, QUESTIONS)
STATES: tuple[State, ...] = ("passed", "failed", "not_applicable", "unchecked")
RESTS = "the checks with their thresholds, and the versions of readers, measurements, detectors and this software"
UNKNOWN = "?"
"""Stands for whoever speaks in a transcript that names no interview: all of them count as one person."""


@dataclass(slots=True)
class Tally:
    """How many transcripts are in each group, and how many people at most they rest on (counted no further than k)."""

    k: int
    counts: dict[str, int] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)

    def add(self, group: str, people: Iterable[str], transcripts: int = 1) -> None:
        """One more transcript (or several) in a group, with the people who speak in it."""
        self.counts[group] = self.counts.get(group, 0) + transcripts
        known = self.people.setdefault(group, set())
        if len(known) < self.k:
            known.update(people)

    def shown(self, groups: Iterable[str]) -> tuple[dict[str, int | None], int | None]:
        """The counts of these groups and their total, small ones kept back."""
        counts = {group: self.counts.get(group, 0) for group in groups}
        behind = {group: min(len(self.people.get(group, ())), count) for group, count in counts.items()}
        return suppress_counts(counts, self.k, people=behind)


def docs_of(
    protocol: Protocol,
    judged: Iterable[tuple[Verdict, Mapping[str, State], frozenset[str]]],
    validated: Iterable[Event],
) -> TranscriptDocs:
    """Everything the page shows, from (verdict, state by check, people) of each transcript and its judgements."""
    k = protocol.disclosure.k
    verdicts, checks = Tally(k), {check.id: Tally(k) for suite in SUITES for check in suite.checks}
    for (verdict, states), (transcripts, people) in _alike(judged).items():
        verdicts.add(verdict, people, transcripts)
        for id, state in states:
            if id in checks:
                checks[id].add(state, people, transcripts)
    shown, total = verdicts.shown(VERDICTS)
    last = max(validated, key=lambda e: (e.recorded_at, e.id), default=None)
    return TranscriptDocs(
        study=protocol.title,
        day=local_day(last.occurred, protocol.zone).isoformat() if last else "nothing judged yet",
        rules=rules_digest(protocol),
        suites=tuple(
            CheckedSuite(
                suite.name,
                "transcript",
                total,
                tuple(_column(check, checks[check.id], protocol) for check in suite.checks),
            )
            for suite in SUITES
        ),
        k=k,
        run=last.run.flow_run_id if last else "",
        verdicts=tuple((VERDICTS[v][0], shown[v]) for v in VERDICTS),
        rests=RESTS,
    )


def _alike(
    judged: Iterable[tuple[Verdict, Mapping[str, State], frozenset[str]]],
) -> dict[tuple[Verdict, tuple[tuple[str, State], ...]], tuple[int, set[str]]]:
    """How many transcripts came out alike in everything, and who speaks in them: there are few ways to come out."""
    found: dict[tuple[Verdict, tuple[tuple[str, State], ...]], tuple[int, set[str]]] = {}
    for verdict, states, people in judged:
        key = (verdict, tuple(states.items()))
        count, behind = found.get(key, (0, set()))
        behind.update(people or (UNKNOWN,))
        found[key] = (count + 1, behind)
    return found


def rules_digest(protocol: Protocol) -> str:
    """12 hex over what judges every transcript alike; what judges one of them (names, consents) is not in it."""
    checks = [(c.id, c.severity, c.feature, c.thresholds(protocol)) for suite in SUITES for c in suite.checks]
    versions = [software_version(), READER_VERSION, MEASURE_VERSION, DETECTORS_VERSION]
    return hashlib.sha256(json.dumps([checks, versions], sort_keys=True).encode()).hexdigest()[:12]


def _column(check: Check, tally: Tally, protocol: Protocol) -> CheckedColumn:
    shown, total = tally.shown(STATES)
    failing, unchecked = tally.counts.get("failed", 0), tally.counts.get("unchecked", 0)
    state: State = "failed" if failing else "unchecked" if unchecked else "passed"
    if not tally.counts.get("passed") and not failing and not unchecked:
        state = "not_applicable"
    evaluated = None
    if shown["passed"] is not None and shown["failed"] is not None:
        evaluated = shown["passed"] + shown["failed"]
    elif total is not None and shown["not_applicable"] is not None and shown["unchecked"] is not None:
        evaluated = total - shown["not_applicable"] - shown["unchecked"]
    thresholds = check.thresholds(protocol)
    return CheckedColumn(
        check=check.id,
        title=check.title,
        reason=check.reason,
        severity=check.severity,
        column=check.feature,
        expectation=_type(check, thresholds),
        state=state,
        evaluated=evaluated,
        unexpected=shown["failed"],
        threshold=allowed(check.feature, thresholds),
        not_applicable=shown["not_applicable"],
        unchecked=shown["unchecked"],
    )


def _type(check: Check, thresholds: Mapping[str, float]) -> str:
    """The kind of expectation, without building one: Great Expectations takes seconds to import."""
    return "expect_column_values_to_be_between" if thresholds else "expect_column_values_to_be_in_set"


def write_index(place: Workspace, events: Iterable[Event]) -> None:
    """The list of Data Docs: the surveys that have a page, with their last result, and the transcripts."""
    there = {stored.key for stored in place.out.list(DOCS)}
    surveys = fold_verdicts(events).by_survey
    listed = [(s.name, surveys[s.name]) for s in place.protocol.surveys if s.name in surveys]
    listed = [(name, verdict) for name, verdict in listed if DOCS + page_name(name) in there]
    has_transcripts = DOCS + TRANSCRIPTS_PAGE in there
    place.out.put(f"{DOCS}index.html", data_docs_index(place.protocol.title, listed, has_transcripts=has_transcripts))
