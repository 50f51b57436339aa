"""Transcripts judged: read in a child process, measured, compared with each other, checked by their suite."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from evidence.detectors import Patterns, Registry
from evidence.isolated import ReaderDied, call_each
from evidence.leaks import find_leaks
from evidence.measure import FEATURES, Expected, is_dated_ahead, measure
from evidence.measured import Measured
from evidence.similarity import Likeness, grams, likenesses, sketch
from evidence.transcripts import Transcript, read_transcript
from expectations.transcript_suites import Judgement, MeasuredFile, judge
from expectations.validate import State
from study import Fact, Query, Subject
from study.identifiers import event_id
from study.protocol.material import Transcripts
from study.query import Verdict
from tasks.progress import step
from tasks.transcript_files import TranscriptFile, received_fact
from tasks.transcript_rules import Rules
from tasks.workspace import Workspace

SECONDS, MEGABYTES = 60.0, 1000
"""What one file may take to be read."""

_SAID_EVERY = 25
_LIKE_OTHERS = {"TR041", "TR042"}

Read = Transcript | ReaderDied


@dataclass(frozen=True, slots=True)
class JudgedTranscript:
    """One file after this run; `validated` is None where nothing had to be judged again.

    `features` are all its measurements and `states` how each check went (by check id), also of a file judged by an
    earlier run, as far as its reading is kept.
    """

    file: TranscriptFile
    verdict: Verdict
    queries: tuple[Query, ...] = ()
    validated: Fact | None = None
    format: str = "unknown"
    features: Mapping[str, float | None] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs besides the files: conventions, what the registers expect, the rules, the names."""

    place: Workspace
    conventions: Transcripts
    expected: Mapping[str, Expected]
    rules: Mapping[str, Rules]
    registry: Registry


def judge_files(bench: Bench, files: list[TranscriptFile], due: Collection[str]) -> list[JudgedTranscript]:
    """Judge the files whose subject is due and those they are like; all are read, because each is compared with all."""
    read = _read(files, bench.conventions)
    found = {path: one for path, one in read.items() if isinstance(one, Transcript)}
    alike = likenesses({path: sketch(one) for path, one in found.items()}, lambda path: grams(found[path]))
    chosen = _chosen(files, due, alike)
    step("Checking transcripts", len(chosen), len(files))
    measured = {file.path: _measured(bench, file, read[file.path]) for file in chosen}
    judgements = judge(
        [MeasuredFile(f.subject, f.reference.ref, f.path, measured[f.path], alike.get(f.path)) for f in chosen],
        study=bench.place.protocol,
    )
    judged = []
    for file in chosen:
        judgement = judgements.by_ref[file.reference.ref]
        met = _met(bench, read[file.path], judgement.queries, alike.get(file.path))
        judged.append(_judged(bench, file, read[file.path], judgement, met))
    return judged


def _chosen(files: list[TranscriptFile], due: Collection[str], alike: Mapping[str, Likeness]) -> list[TranscriptFile]:
    """The due files, and files that hold the same text as one of them: which of two is the wrong one nobody knows."""
    others = {o for f in files if f.subject in due and f.path in alike for o in alike[f.path].others}
    subjects = {*due, *(file.subject for file in files if file.path in others)}
    return [file for file in files if file.subject in subjects]


def _read(files: list[TranscriptFile], conventions: Transcripts) -> dict[str, Read]:
    """Every file's transcript by path, read in a child process under limits."""
    reader = partial(
        read_transcript,
        labels=[*conventions.speakers.interviewer, *conventions.speakers.participant],
        header=list(conventions.header),
        legacy_encoding=conventions.legacy_encoding,
    )
    results = call_each(reader, ((f.data, f.name) for f in files), seconds=SECONDS, megabytes=MEGABYTES)
    read: dict[str, Read] = {}
    for number, (file, result) in enumerate(zip(files, results, strict=True), start=1):
        if number == 1 or number % _SAID_EVERY == 0:
            step("Reading transcripts", number, len(files))
        read[file.path] = result
    return read


def _measured(bench: Bench, file: TranscriptFile, read: Read) -> Measured:
    if isinstance(read, ReaderDied):
        return Measured({**dict.fromkeys(FEATURES), "open_faults_count": 1})
    labels = [*bench.conventions.speakers.interviewer, *bench.conventions.speakers.participant]
    leaks = find_leaks(read, [bench.registry, Patterns()], name=file.name, labels=labels)
    return measure(read, bench.conventions, bench.expected[file.path], leaks)


def _met(bench: Bench, read: Read, queries: Collection[Query], alike: Likeness | None) -> str:
    """What the judgement rests on beyond the rules: see `Rules.code`."""
    if isinstance(read, ReaderDied):
        return f"died {read.reason}"
    met = [f"on {bench.place.today}"] if is_dated_ahead(read, bench.place.today) else []
    if alike and any(query.check in _LIKE_OTHERS for query in queries):
        met += [str(bench.rules[path].file.reference.hmac) for path in alike.others]
    return " ".join(met)


def _judged(bench: Bench, file: TranscriptFile, read: Read, judgement: Judgement, met: str) -> JudgedTranscript:
    queries = judgement.queries
    counts = {level: sum(query.severity == level for query in queries) for level in ("block", "review", "inform")}
    verdict: Verdict = "blocked" if counts["block"] else "review" if counts["review"] else "passed"
    if isinstance(read, ReaderDied) or not read.readable:
        verdict = "unreadable"
    received = received_fact(bench.place, file)
    validated = Fact(
        "transcript.validated",
        bench.place.instant,
        subject=(Subject("transcript", file.id),),
        generated=(file.reference,),
        causes=(event_id(bench.place.origin, received.kind, received.natural_key),),
        data={
            "verdict": verdict,
            "rules": bench.rules[file.path].code(met),
            "blocking": counts["block"],
            "review": counts["review"],
            "inform": counts["inform"],
            "unchecked": sum(state == "unchecked" for state in judgement.states.values()),
        },
    )
    return JudgedTranscript(file, verdict, queries, validated)
