"""Transcripts of a study: found, judged where new or changed, settled, released for coding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.detectors import check_residue
from evidence.pseudonyms import pseudonym_collisions
from evidence.reading import Looker, Part
from expectations.documents import DOCUMENTS
from expectations.transcripts import PSEUDONYMS, QUESTIONS, TRANSCRIPTS, TURNS
from expectations.validate import validate
from study import Fact, Query
from study.protocol.material import Transcripts
from study.query import QueryRecord, Settled, fold_queries
from tasks.field_notes import conventions_of, document_files
from tasks.outcome import Outcome
from tasks.queries import read_query
from tasks.read import read_restricted_table
from tasks.readings import Readings
from tasks.string_decisions import decided
from tasks.transcript_files import Registers, TranscriptFile, received_facts, transcript_files
from tasks.transcript_judgement import Bench, JudgedTranscript, judge_files
from tasks.transcript_likeness import likeness_of
from tasks.transcript_reading import Material, read_files
from tasks.transcript_release import Releases
from tasks.transcript_rules import Rulebook
from tasks.workspace import Workspace

_CHECKS = (*TRANSCRIPTS.checks, *TURNS.checks, *QUESTIONS.checks)
_OWN = frozenset(check.id for check in (*_CHECKS, *PSEUDONYMS.checks))
_PEOPLE = "participants.csv"


@dataclass(frozen=True, slots=True)
class JudgedTranscripts:
    """All transcripts and documents after this run: the facts of what arrived, the queries of files judged now, `kept`
    subjects that were not judged, whether pseudonyms were looked at, and which parts of which files were read."""

    files: tuple[JudgedTranscript, ...]
    received: tuple[Fact, ...]
    queries: tuple[Query, ...]
    kept: frozenset[str]
    is_paired: bool = False
    documents: tuple[JudgedTranscript, ...] = ()
    read: Mapping[str, frozenset[Part]] = field(default_factory=dict)

    @property
    def verdicts(self) -> list[Fact]:
        """How files were judged: recorded after their queries, so that a run killed before judges them again."""
        return [judged.validated for judged in (*self.files, *self.documents) if judged.validated]

    def looked_at(self, record: QueryRecord) -> bool:
        """Whether this run looked at what a query is about; a file named after no interview that is gone counts."""
        if record.check not in _OWN or record.subject.startswith("copy:"):  # copies are looked at when they are made
            return False
        if record.subject.startswith(("transcript:", "fieldnote:")):
            return record.subject not in self.kept
        return self.is_paired


@dataclass(frozen=True, slots=True)
class _Judged:
    """The files of one kind after this run, and what was read of them."""

    files: tuple[JudgedTranscript, ...] = ()
    read: Mapping[str, frozenset[Part]] = field(default_factory=dict)

    @property
    def stood(self) -> frozenset[str]:
        """Subjects that were not judged again."""
        return frozenset(one.file.subject for one in self.files if one.validated is None)


@task(name="judge transcripts", cache_policy=NO_CACHE)
def judge_transcripts(place: Workspace) -> JudgedTranscripts:
    """Check every transcript and field note that is new or changed, or whose rules, consents or names have changed."""
    registers, readings = Registers(place), Readings(place.restricted)
    conventions, documents = place.protocol.transcripts, document_files(place)
    files = transcript_files(place, conventions) if conventions else []
    readings.keep_only({file.reference.ref for file in (*files, *documents)})
    transcripts = _transcripts(place, registers, readings, conventions, files) if conventions else _Judged()
    notes = _documents(place, registers, readings, documents)
    kept = transcripts.stood | notes.stood
    if conventions:
        kept |= registers.transcripts - {file.subject for file in files}
    is_anything_due = any(one.validated for one in (*transcripts.files, *notes.files))
    paired = _judge_pseudonyms(place, registers.real_names, whatever=is_anything_due) if conventions else None
    found = [query for one in (*transcripts.files, *notes.files) for query in one.queries]
    return JudgedTranscripts(
        transcripts.files,
        tuple(received_facts(place, [*documents, *files])),
        (*_still_open(place, kept), *found, *(paired or ())),
        kept,
        is_paired=paired is not None,
        documents=notes.files,
        read={**transcripts.read, **notes.read},
    )


def _transcripts(
    place: Workspace, registers: Registers, readings: Readings, conventions: Transcripts, files: list[TranscriptFile]
) -> _Judged:
    expected = {file.path: registers.expected(file) for file in files}
    registers.gates.write("validate-transcripts")
    material = Material(
        files, _looker(place, registers, conventions), {path: of_it.questions for path, of_it in expected.items()}
    )
    looked = read_files(place, readings, material)
    book, alike = Rulebook(place, "transcript", _CHECKS), likeness_of(place, readings, material, looked)
    rules = {file.path: book.rules(file, _keys(material, readings, file), expected[file.path]) for file in files}
    bench = Bench(place, readings, looked, rules, expected, alike)
    due = {file.subject for file in files if not bench.stands(file)}
    others = {other for f in files if f.subject in due and f.path in alike for other in alike[f.path].others}
    subjects = due | {file.subject for file in files if file.path in others}
    return _Judged(_all_of(bench, files, [file for file in files if file.subject in subjects]), looked.parts)


def _documents(place: Workspace, registers: Registers, readings: Readings, files: list[TranscriptFile]) -> _Judged:
    material = Material(files, _looker(place, registers, conventions_of(place)))
    looked = read_files(place, readings, material)
    book = Rulebook(place, "fieldnote", DOCUMENTS.checks)
    rules = {file.path: book.rules(file, _keys(material, readings, file), None) for file in files}
    bench = Bench(place, readings, looked, rules, only=DOCUMENTS)
    return _Judged(_all_of(bench, files, [file for file in files if not bench.stands(file)]), looked.parts)


def _looker(place: Workspace, registers: Registers, conventions: Transcripts) -> Looker:
    check_residue(conventions.residue)
    return Looker(
        conventions,
        tuple(registers.entries()),
        registers.strangers(),
        decided(place),
        tuple(conventions.residue),
        pseudonyms=registers.pseudonyms(),
        is_transcript=conventions is place.protocol.transcripts,
    )


def _keys(material: Material, readings: Readings, file: TranscriptFile) -> Mapping[Part, str]:
    """What the file's reading rests on now."""
    kept = readings.kept.get(file.reference.ref)
    return material.keys(file, kept.format if kept else "unknown")


def _all_of(
    bench: Bench, files: Iterable[TranscriptFile], due: Collection[TranscriptFile]
) -> tuple[JudgedTranscript, ...]:
    """Every file by path, the due ones judged."""
    judged = {one.file.path: one for one in judge_files(bench, due)}
    return tuple(judged.get(file.path) or bench.as_it_stands(file) for file in files)


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
    said = (
        f"Transcripts: {_counted(judged.files)}.",
        f"Queries on transcripts: {len(settled.new)} new, {len(settled.persisting)} still open, "
        f"{len(settled.resolved)} resolved, {len(settled.set_aside)} set aside.",
        *_documents_said(judged),
        *releases.said,
    )
    return Outcome("validate-transcripts", said, (*settled.new, *settled.persisting), made)


def _documents_said(judged: JudgedTranscripts) -> tuple[str, ...]:
    return (f"Field notes and documents: {_counted(judged.documents)}.",) if judged.documents else ()


def _counted(files: Collection[JudgedTranscript]) -> str:
    checked = sum(file.validated is not None for file in files)
    by_verdict = Counter(file.verdict for file in files)
    verdicts = ", ".join(f"{by_verdict[v]} {v}" for v in ("passed", "review", "blocked", "unreadable") if by_verdict[v])
    unchanged = f"{checked} checked, {len(files) - checked} unchanged since they were checked"
    return f"{unchanged}; {verdicts or 'none has arrived yet'}"
