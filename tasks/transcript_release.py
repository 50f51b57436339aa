"""Releasing transcripts for coding: a person's decision, refused while something about the file is open.

What is released is the file as it arrived where nothing that identifies is open in it, else the de-identified copy of
exactly that version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.audio_check import SENTENCES, unmet
from evidence.versions import Standing, Version, fold_versions
from study import Event, Fact, Reference, Subject
from study.decisions import Decision
from study.event import local_day
from study.query import fold_queries
from tasks.decisions import read_decisions
from tasks.deidentification import CHECK, OPEN, stored_copy
from tasks.masking import looker_of, open_in_each
from tasks.transcript_files import Registers
from tasks.transcript_judgement import JudgedTranscript
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases to record (and before them that a version is a correction), and how many decisions stand, wait (for
    queries, for the file) or are refused: their decider may not, or somebody who speaks did not consent (`uncovered`).

    `copies` of the releases are of de-identified copies; `unheard` counts what waits for its check against the audio,
    by the sentence that says why; `unclean` what waits because its copy is not clean any more; `unread` what was
    decided before the copy was made, so that nobody can have read it.
    """

    facts: tuple[Fact, ...]
    standing: int
    waiting: int
    absent: int
    refused: int
    uncovered: int = 0
    copies: int = 0
    unclean: int = 0
    unread: int = 0
    unheard: Mapping[str, int] = field(default_factory=dict)

    @property
    def said(self) -> tuple[str, ...]:
        """What to tell a coordinator, in counts."""
        released = sum(fact.kind == "transcript.released" for fact in self.facts)
        of_these = f", {self.copies} of these as de-identified copies" if self.copies else ""
        lines = [f"Released for coding: {released} now{of_these}, {self.standing} before."]
        if self.waiting or self.absent:
            waits = f"{self.waiting} for open queries, {self.absent} for their transcript"
            lines.append(f"Decided releases that wait: {waits}.")
        if self.unclean:
            lines.append(
                f"Decided releases whose de-identified copy is not clean by what is known now: {self.unclean}. "
                "Run deidentify-transcripts."
            )
        if self.unread:
            lines.append(
                f"Decided releases older than the de-identified copy they would release: {self.unread}. "
                "Read the copy, then decide again in registers/decisions.csv."
            )
        lines += [f"Refused releases, of transcripts {why}: {n}." for why, n in sorted(self.unheard.items())]
        if self.refused:
            lines.append(f"Refused releases, whose decider does not hold the task release_transcript: {self.refused}.")
        if self.uncovered:
            lines.append(
                f"Refused releases, because consent or approval is not in force: {self.uncovered}. "
                "restricted/consent/refused-release.csv says whose."
            )
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What one decision would release: the file or its copy, the version it is of, and the decision."""

    decision: Decision
    judged: JudgedTranscript
    version: Version | None
    reference: Reference
    copy: tuple[str, bytes] | None = None


@task(name="release transcripts", cache_policy=NO_CACHE)
def decide_releases(place: Workspace, files: Iterable[JudgedTranscript]) -> Releases:
    """Carry out the decisions that release a transcript; each releases the version that lies there, once."""
    by_interview: dict[str, list[JudgedTranscript]] = {}
    for judged in files:
        if judged.file.interview_id:
            by_interview.setdefault(judged.file.interview_id, []).append(judged)
    events = place.events()
    standings = fold_versions(events)
    about: dict[str, list[Event]] = {}
    for event in events:
        if event.kind in ("transcript.released", "transcript.validated"):
            about.setdefault(event.subject_id("transcript") or "", []).append(event)
    stopped, identifying = _blocked(events)
    conventions = place.protocol.transcripts
    counts: Counter[str] = Counter()
    unheard: Counter[str] = Counter()
    ready: list[_Ready] = []
    registers = Registers(place)
    made_on = {e.id: local_day(e.occurred, place.protocol.zone) for e in events if e.kind == "transcript.deidentified"}
    for decision in (d for d in read_decisions(place) if d.decision == "release" and d.occurred <= place.today):
        released = [e for e in about.get(decision.subject, ()) if _is_release(e)]
        standing = standings.get(decision.subject, Standing(decision.subject))
        if not decision.authorised(place.protocol, "release_transcript"):
            counts["refused"] += 1
        elif any(e.occurred == decision.occurred.isoformat() for e in released):
            counts["standing"] += 1
        elif decision.subject not in by_interview:
            counts["absent"] += 1
        elif (one := _releasable(place, decision, by_interview, standing, stopped, identifying)) is None:
            counts["waiting"] += 1
        elif any(e.generated == (one.reference,) for e in released):
            counts["standing"] += 1
        elif one.copy and one.version and decision.occurred < made_on[one.version.deidentified]:
            counts["unread"] += 1
        elif conventions and one.version and (why := unmet(conventions.audio_check, standing, one.version)):
            unheard[SENTENCES[why]] += 1
        elif registers.consents_missing("release_transcript", decision.subject):
            counts["uncovered"] += 1
        else:
            ready.append(one)
    registers.gates.write("release")
    clean = _clean(place, ready)
    kept = {one.judged.file.id: one for one in clean}.values()
    facts = [_released(one, about.get(one.judged.file.id, [])) for one in kept]
    return Releases(
        (*_corrections(by_interview, standings, events), *facts),
        counts["standing"],
        counts["waiting"],
        counts["absent"],
        counts["refused"],
        counts["uncovered"],
        copies=sum(one.copy is not None for one in kept),
        unclean=len(ready) - len(clean),
        unread=counts["unread"],
        unheard=dict(unheard),
    )


def _is_release(event: Event) -> bool:
    return event.kind == "transcript.released"


def _blocked(events: Iterable[Event]) -> tuple[set[str], set[str]]:
    """Subjects with an open query that stops them, and those with one that a de-identified copy settles."""
    records = [r for r in fold_queries(events).values() if r.state == "open"]
    identifying = {r.subject for r in records if r.check in OPEN or r.check == CHECK}
    stopped = {r.subject for r in records if r.severity == "block" and r.check != CHECK and r.check not in OPEN}
    return stopped, identifying


def _releasable(
    place: Workspace,
    decision: Decision,
    files: Mapping[str, list[JudgedTranscript]],
    standing: Standing,
    stopped: set[str],
    identifying: set[str],
) -> _Ready | None:
    """The one file of an interview, readable and with nothing open against it, or the copy of this version of it."""
    of_it = files[decision.subject]
    if len(of_it) != 1 or of_it[0].verdict == "unreadable" or of_it[0].file.subject in stopped:
        return None
    judged = of_it[0]
    version = standing.version_of(judged.file.reference)
    if judged.file.subject not in identifying:
        return _Ready(decision, judged, version, judged.file.reference)
    found = stored_copy(place, version.copies, PurePosixPath(judged.file.path).stem) if version else None
    return None if found is None else _Ready(decision, judged, version, found[2], found[:2])


def _clean(place: Workspace, ready: list[_Ready]) -> list[_Ready]:
    """Those whose copy is clean by the names known and decided now; a file that is no copy was judged in this run."""
    copies = [one for one in ready if one.copy is not None]
    if not copies:
        return ready
    given = ((one.copy[1], PurePosixPath(one.copy[0]).name) for one in copies if one.copy)
    found = open_in_each(looker_of(place, place.protocol.transcripts), given)
    unclean = {id(one) for one, still in zip(copies, found, strict=True) if still}
    return [one for one in ready if id(one) not in unclean]


def _corrections(
    files: Mapping[str, list[JudgedTranscript]], standings: Mapping[str, Standing], events: Iterable[Event]
) -> Iterator[Fact]:
    """That what lies there is a new version of a transcript that arrived before, once a version."""
    recorded = {(e.subject_id("transcript"), e.generated[0]) for e in events if e.kind == "transcript.corrected"}
    for interview, of_it in sorted(files.items()):
        standing = standings.get(interview)
        version = standing.version_of(of_it[0].file.reference) if standing and len(of_it) == 1 else None
        if standing is None or version is None or version.number == 1 or (interview, version.reference) in recorded:
            continue
        before = standing.versions[version.number - 2]
        yield Fact(
            "transcript.corrected",
            of_it[0].validated.occurred if of_it[0].validated else _day_of(events, version),
            (Subject("transcript", interview),),
            used=(before.reference,),
            generated=(version.reference,),
            causes=(before.check.event if before.check else before.arrival,),
            data={"version": version.number},
        )


def _day_of(events: Iterable[Event], version: Version) -> str:
    """When a version arrived."""
    return next(e.occurred for e in events if e.id == version.arrival)


def _released(one: _Ready, of_it: list[Event]) -> Fact:
    """The release of a file, or of the copy made of it, resting on how it was judged; `of_it` are its own events."""
    original = one.judged.file.reference
    judged = [e.id for e in of_it if e.kind == "transcript.validated" and e.generated == (original,)]
    made = (one.version.deidentified,) if one.copy is not None and one.version else ()
    return Fact(
        "transcript.released",
        one.decision.occurred.isoformat(),
        (Subject("transcript", one.judged.file.id), Subject("person", one.decision.person)),
        used=(original,) if one.copy is not None else (),
        generated=(one.reference,),
        causes=(*judged[-1:], *made),
        data={"version": sum(map(_is_release, of_it)) + 1},
    )
