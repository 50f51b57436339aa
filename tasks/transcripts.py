"""Transcripts of a study: found, judged where new or changed, settled, released for coding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.detectors import Registry
from evidence.pseudonyms import pseudonym_collisions
from expectations.transcripts import CHECKS, PSEUDONYMS
from expectations.validate import validate
from study import Fact, Query
from study.query import QueryRecord, Settled, fold_queries
from tasks.outcome import Outcome
from tasks.queries import read_query
from tasks.read import read_restricted_table
from tasks.transcript_files import Registers, field_note_facts, received_fact, transcript_files
from tasks.transcript_judgement import Bench, JudgedTranscript, judge_files
from tasks.transcript_release import Releases
from tasks.transcript_rules import rules_of
from tasks.workspace import Workspace

_OWN = frozenset(check.id for check in CHECKS)
_PEOPLE = "participants.csv"


@dataclass(frozen=True, slots=True)
class JudgedTranscripts:
    """All transcripts after this run: the facts of what arrived, the queries of files judged now, `kept` subjects that
    were not looked at, and whether pseudonyms were."""

    files: tuple[JudgedTranscript, ...]
    received: tuple[Fact, ...]
    queries: tuple[Query, ...]
    kept: frozenset[str]
    is_paired: bool = False

    @property
    def verdicts(self) -> list[Fact]:
        """How files were judged: recorded after their queries, so that a run killed before judges them again."""
        return [judged.validated for judged in self.files if judged.validated]

    def looked_at(self, record: QueryRecord) -> bool:
        """Whether this run looked at what a query is about; a file named after no interview that is gone counts."""
        if record.check not in _OWN:
            return False
        if record.subject.startswith("transcript:"):
            return record.subject not in self.kept
        return self.is_paired


@task(name="judge transcripts", cache_policy=NO_CACHE)
def judge_transcripts(place: Workspace) -> JudgedTranscripts:
    """Check every transcript that is new or changed, or whose rules, consents or names have changed."""
    conventions = place.protocol.transcripts
    notes = field_note_facts(place)
    if conventions is None:
        return JudgedTranscripts((), tuple(notes), (), frozenset())
    files = transcript_files(place, conventions)
    registers = Registers(place)
    entries = registers.entries()
    expected = {file.path: registers.expected(file) for file in files}
    registers.gates.write("validate-transcripts")
    before = place.events(["transcript.validated"])
    rules = {file.path: rules_of(place, file, expected[file.path], entries, before) for file in files}
    due = {file.subject for file in files if not rules[file.path].stands}
    bench = Bench(place, conventions, expected, rules, Registry(entries))
    judged = judge_files(bench, files, due) if due else []
    looked_at = {one.file.subject for one in judged}
    judged += [JudgedTranscript(f, rules[f.path].verdict) for f in files if f.subject not in looked_at]
    kept = frozenset({file.subject for file in files} | registers.transcripts) - looked_at
    paired = _judge_pseudonyms(place, registers.real_names, whatever=bool(due))
    queries = [*_still_open(place, kept), *(q for j in judged for q in j.queries), *(paired or ())]
    received = (*notes, *(received_fact(place, file) for file in files))
    ordered = tuple(sorted(judged, key=lambda j: j.file.path))
    return JudgedTranscripts(ordered, received, tuple(queries), kept, is_paired=paired is not None)


def _judge_pseudonyms(place: Workspace, real_names: Collection[str], *, whatever: bool) -> list[Query] | None:
    """Queries on pseudonyms; None when there is nothing to look at, or nothing to say and nothing open."""
    table = read_restricted_table(place, _PEOPLE)
    if table is None or table.empty or not {"participant_id", "pseudonym"} <= set(table.columns):
        return None
    pairs = list(zip(table["participant_id"], table["pseudonym"], strict=True))
    collisions = pseudonym_collisions(pairs, real_names)
    is_open = any(r.check == "TR070" and r.state != "resolved" for r in fold_queries(place.events()).values())
    if not (whatever or is_open or any(collisions)):
        return None
    frame = pd.DataFrame(
        {"row": table.index, "pseudonym_collisions_count": pd.Series(collisions, dtype=float).to_numpy()}
    )
    return validate(frame, PSEUDONYMS, study=place.protocol, place=place.ref(f"restricted/{_PEOPLE}"))


def _still_open(place: Workspace, kept: Collection[str]) -> list[Query]:
    """The open queries of transcripts that were not looked at, from restricted/queries/."""
    records = [r for r in fold_queries(place.events()).values() if r.subject in kept and r.check in _OWN]
    found = (read_query(place, r.fingerprint) for r in records if r.state != "resolved")
    return [query for query in found if query is not None]


def outcome_of(judged: JudgedTranscripts, settled: Settled, releases: Releases, made: tuple[str, ...] = ()) -> Outcome:
    """What the flow says: how many transcripts, with which verdicts, queries and releases; `made` are its pages."""
    by_verdict = Counter(file.verdict for file in judged.files)
    checked = len(judged.verdicts)
    verdicts = ", ".join(f"{by_verdict[v]} {v}" for v in ("passed", "review", "blocked", "unreadable") if by_verdict[v])
    said = (
        f"Transcripts: {checked} checked, {len(judged.files) - checked} unchanged since they were checked; "
        f"{verdicts or 'none has arrived yet'}.",
        f"Queries on transcripts: {len(settled.new)} new, {len(settled.persisting)} still open, "
        f"{len(settled.resolved)} resolved, {len(settled.set_aside)} set aside.",
        *releases.said,
    )
    return Outcome("validate-transcripts", said, (*settled.new, *settled.persisting), made)
