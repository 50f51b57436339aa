"""Releasing transcripts for coding: a person's decision, refused while something about the file is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact, Subject
from study.decisions import Decision
from study.query import fold_queries
from tasks.decisions import read_decisions
from tasks.transcript_files import Registers
from tasks.transcript_judgement import JudgedTranscript
from tasks.workspace import Workspace

_BLOCK_A_RELEASE = {"TR060", "TR061", "TR062", "TR063", "TR064", "TR065"}
"""Work for de-identification on the raw file; open, they keep it from being released."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases to record, and how many decisions stand, wait (for queries, for the file) or are refused: their
    decider may not, or somebody who speaks did not consent (`uncovered`)."""

    facts: tuple[Fact, ...]
    standing: int
    waiting: int
    absent: int
    refused: int
    uncovered: int = 0

    @property
    def said(self) -> tuple[str, ...]:
        """What to tell a coordinator, in counts."""
        lines = [f"Released for coding: {len(self.facts)} now, {self.standing} before."]
        if self.waiting or self.absent:
            waits = f"{self.waiting} for open queries, {self.absent} for their transcript"
            lines.append(f"Decided releases that wait: {waits}.")
        if self.refused:
            lines.append(f"Refused releases, whose decider does not hold the task release_transcript: {self.refused}.")
        if self.uncovered:
            lines.append(
                f"Refused releases, because consent or approval is not in force: {self.uncovered}. "
                "restricted/consent/refused-release.csv says whose."
            )
        return tuple(lines)


@task(name="release transcripts", cache_policy=NO_CACHE)
def decide_releases(place: Workspace, files: Iterable[JudgedTranscript]) -> Releases:
    """Carry out the decisions that release a transcript; each releases the version that lies there, once."""
    by_interview: dict[str, list[JudgedTranscript]] = {}
    for judged in files:
        if judged.file.interview_id:
            by_interview.setdefault(judged.file.interview_id, []).append(judged)
    events = place.events(["transcript.released", "transcript.validated"])
    blocked = _blocked(place)
    facts: list[Fact] = []
    registers = Registers(place)
    standing = waiting = absent = refused = uncovered = 0
    for decision in (d for d in read_decisions(place) if d.decision == "release" and d.occurred <= place.today):
        of_it = [e for e in events if e.subject_id("transcript") == decision.subject]
        released = [e for e in of_it if e.kind == "transcript.released"]
        if not decision.authorised(place.protocol, "release_transcript"):
            refused += 1
        elif any(e.occurred == decision.occurred.isoformat() for e in released):
            standing += 1
        elif decision.subject not in by_interview:
            absent += 1
        elif (file := _releasable(by_interview[decision.subject], blocked)) is None:
            waiting += 1
        elif any(e.generated == (file.file.reference,) for e in released):
            standing += 1
        elif registers.consents_missing("release_transcript", decision.subject):
            uncovered += 1
        else:
            facts.append(_released(decision, file, of_it, len(released) + 1))
    registers.gates.write("release")
    kept = tuple({f.subject[0].id: f for f in facts}.values())
    return Releases(kept, standing, waiting, absent, refused, uncovered)


def _blocked(place: Workspace) -> set[str]:
    """Subjects with an open query that keeps them from being released."""
    records = fold_queries(place.events()).values()
    return {r.subject for r in records if r.state == "open" and (r.severity == "block" or r.check in _BLOCK_A_RELEASE)}


def _releasable(files: list[JudgedTranscript], blocked: set[str]) -> JudgedTranscript | None:
    """The one file of an interview, readable and with nothing open against it."""
    if len(files) != 1 or files[0].verdict == "unreadable" or files[0].file.subject in blocked:
        return None
    return files[0]


def _released(decision: Decision, judged: JudgedTranscript, events: list[Event], version: int) -> Fact:
    reference = judged.file.reference
    causes = [e.id for e in events if e.kind == "transcript.validated" and e.generated == (reference,)]
    return Fact(
        "transcript.released",
        decision.occurred.isoformat(),
        subject=(Subject("transcript", judged.file.id), Subject("person", decision.person)),
        generated=(reference,),
        causes=tuple(causes[-1:]),
        data={"version": version},
    )
