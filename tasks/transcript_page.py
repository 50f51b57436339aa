"""One transcript's page put together from its history, its queries' words and what was measured on its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from evidence.audio_check import SENTENCES, unmet
from evidence.histories import History
from evidence.measure import MEASURE_VERSION
from evidence.measured import Trace
from evidence.outline import Outline
from evidence.reading import READING_VERSION
from evidence.versions import Standing
from expectations.catalogue import CATALOGUE
from expectations.transcripts import CHECKS
from expectations.validate import State
from pages.layout import plural
from pages.measurements import allowed, measured
from pages.transcript_page import (
    Asked,
    CheckLine,
    FileReport,
    Moment,
    OpenQuery,
    Silence,
    Step,
    TranscriptPage,
)
from recruitment.log import HELD, Interview
from study import Event, Protocol, Query
from study.event import local_day
from study.protocol.material import AudioCheck, GuideQuestion
from study.query import QueryRecord, Verdict
from tasks.queries import CODE

NAMES = ("TR060", "TR061", "TR062", "TR063", "TR064", "TR065")
"""What may identify somebody: it is settled by masking, or by deciding that a string is no name."""
_RANK = {"block": 0, "review": 1, "inform": 2}
_LABELS = {
    "recording.sent": "Sent to be transcribed",
    "recording.returned": "Came back",
    "transcript.received": "Received",
    "transcript.checked": "Checked against the audio",
    "transcript.corrected": "Corrected",
    "transcript.deidentified": "De-identified",
    "transcript.released": "Released for coding",
    "recording.destroyed": "Recording destroyed",
}
_WAY = tuple(_LABELS)
_ALWAYS = {"transcript.received", "transcript.deidentified", "transcript.released"}
"""Stations that are shown before they are reached; the check against the audio too where study.yaml declares it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One file that lies there: its path, its opaque ref, how people may see it named, and how it was judged."""

    path: str
    ref: str
    shown: str
    format: str
    verdict: Verdict
    is_of_interview: bool = True
    features: Mapping[str, float | None] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    outline: Outline | None = None
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one transcript: its history, where its versions stand, its interview, its files, and its open
    queries with their words."""

    id: str
    history: History
    standing: Standing
    interview: Interview | None = None
    files: tuple[Seen, ...] = ()
    queries: tuple[tuple[Query, QueryRecord], ...] = ()
    is_erased: bool = False

    def open(self, *severities: str, names: bool | None = None) -> int:
        """How many open queries there are of these severities; with `names` only those about names, or the others."""
        return sum(q.severity in severities and (names is None or (q.check in NAMES) == names) for q, _ in self.queries)

    @property
    def is_of_interview(self) -> bool:
        """Whether its id is an interview's: a file named after none has an opaque one."""
        return all(file.is_of_interview for file in self.files)

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of its files; None where none lies there."""
        order: tuple[Verdict, ...] = ("passed", "review", "blocked", "unreadable")
        return max((file.verdict for file in self.files), key=order.index, default=None)


@dataclass(frozen=True)
class Pages:
    """What every page of a run needs: the protocol, this run's id, the checks by fingerprint, the guide's questions."""

    protocol: Protocol
    run: str
    checks: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, GuideQuestion] = field(default_factory=dict)

    @cached_property
    def rules(self) -> str:
        """A digest of what all pages rest on: title, thresholds, the guide's questions, the versions of readings."""
        thresholds = {check.id: check.thresholds(self.protocol) for check in CHECKS}
        questions = {id: question.text for id, question in self.questions.items()}
        taken = [self.protocol.title, self.protocol.synthetic, thresholds, questions, READING_VERSION, MEASURE_VERSION]
        return hashlib.sha256(json.dumps(taken, sort_keys=True).encode()).hexdigest()

    def page(self, known: Known) -> TranscriptPage:
        """Everything the page of one transcript shows."""
        return TranscriptPage(
            study=self.protocol.title,
            synthetic=self.protocol.synthetic,
            id=known.id,
            verdict=known.verdict,
            next=tuple(next_steps(known, self.audio_check)),
            steps=tuple(self._steps(known)),
            queries=tuple(self._queries(known)),
            files=tuple(self._file(seen) for seen in known.files),
            history=tuple(self._moments(known.history)),
        )

    def day(self, event: Event) -> str:
        """The day of an event as people write it."""
        return said(local_day(event.occurred, self.protocol.zone))

    def _steps(self, known: Known) -> Iterator[Step]:
        """The stations of the version that lies there now, with a note on what was done to an earlier one."""
        if known.interview and known.interview.state in HELD:
            yield Step("Interview", said(known.interview.day))
        done = {kind: e for kind in _WAY if (e := self._reached(kind, known)) is not None}
        last = max((_WAY.index(kind) for kind in done), default=-1)
        for position, kind in enumerate(_WAY):
            events = known.history.of(kind)
            if kind in done:
                yield Step(_LABELS[kind], self.day(done[kind]), self._note(kind, events))
            elif events:
                yield Step(_LABELS[kind], note=f"an earlier version, on {self.day(events[-1])}")
            elif kind in _ALWAYS or (kind == "transcript.checked" and self.audio_check):
                yield Step(_LABELS[kind], note="not recorded" if position < last else "")

    def _reached(self, kind: str, known: Known) -> Event | None:
        """The event by which the version that lies there now reached a station; None where it did not."""
        events, current = known.history.of(kind), known.standing.current
        if not events or current is None:
            return events[-1] if events else None
        ids = {
            "transcript.received": {e.id for e in events},
            "transcript.checked": {check.event for check in known.standing.checks(current)},
            "transcript.deidentified": {current.deidentified},
            "transcript.released": set(current.released),
        }.get(kind, {e.id for e in events})
        return next((e for e in reversed(events) if e.id in ids), None)

    @property
    def audio_check(self) -> AudioCheck | None:
        """How much of the audio study.yaml says is heard again."""
        return self.protocol.transcripts.audio_check if self.protocol.transcripts else None

    def _note(self, kind: str, events: tuple[Event, ...]) -> str:
        if kind == "transcript.checked":
            return _listened(events[-1])
        if kind == "transcript.received" and len(events) > 1:
            return f"{_ordinal(len(events))} version"
        return ""

    def _queries(self, known: Known) -> Iterator[OpenQuery]:
        opened = {e.id: e for e in known.history.of("query.opened")}
        paths = sorted((file.path for file in known.files), key=len, reverse=True)
        for query, record in sorted(known.queries, key=lambda pair: (_RANK[pair[0].severity], pair[0].check)):
            check, since = CATALOGUE.get(query.check), opened.get(record.opened_by)
            yield OpenQuery(
                check=query.check,
                title=check.title if check else query.check,
                severity=query.severity,
                means=check.reason if check else "",
                where=_place(query.where, paths),
                todo=query.message,
                since=self.day(since) if since else "",
                code=query.fingerprint[:CODE],
                is_new=since is not None and since.run.flow_run_id == self.run,
            )

    def _file(self, seen: Seen) -> FileReport:
        drawn = seen.outline
        longest = self._thresholds("TR022").get("maximum")
        silences = [
            Silence(g.start, g.length, g.turn, longest is not None and g.length > longest) for g in _gaps(drawn)
        ]
        return FileReport(
            name=seen.shown,
            format=seen.format,
            verdict=seen.verdict,
            checks=tuple(self._check(seen, id) for id in seen.states if id in CATALOGUE),
            words=tuple(drawn.words.items()) if drawn and sum(drawn.words.values()) else (),
            seconds=drawn.seconds if drawn else None,
            course=drawn.course if drawn else "",
            silences=tuple(silences),
            guide=tuple(self._asked(trace) for trace in seen.traces),
        )

    def _check(self, seen: Seen, id: str) -> CheckLine:
        check, state = CATALOGUE[id], seen.states[id]
        value = measured(check.feature, seen.features.get(check.feature))
        threshold = allowed(check.feature, self._thresholds(id)) if state != "not_applicable" else ""
        return CheckLine(id, check.title, state, check.severity, value if threshold else "", threshold)

    def _thresholds(self, id: str) -> dict[str, float]:
        check = CATALOGUE.get(id)
        return check.thresholds(self.protocol) if check else {}

    def _asked(self, trace: Trace) -> Asked:
        question = self.questions.get(trace.question)
        is_traced = trace.turn > 0 and trace.score >= self._thresholds("TR043").get("minimum", 0.0)
        return Asked(
            trace.question,
            question.text if question else "",
            trace.is_required,
            trace.turn if is_traced else None,
            trace.score if is_traced else None,
            trace.keywords,
        )

    def _moments(self, history: History) -> Iterator[Moment]:
        """The latest day first; queries opened or closed in one run by one person are one line."""
        lines: dict[tuple[Any, ...], list[Event]] = {}
        for event in sorted(history.events, key=lambda e: local_day(e.occurred, self.protocol.zone)):
            by_run = (event.kind, event.run.flow_run_id) if event.kind.startswith("query.") else (event.id,)
            lines.setdefault((*by_run, self.day(event), _who(event)), []).append(event)
        for (*_, day, who), events in reversed(lines.items()):
            yield Moment(day, self._what(events), who)

    def _what(self, events: list[Event]) -> str:
        event = events[-1]
        if event.kind.startswith("query."):
            checks = ", ".join(sorted({self.checks.get(e.data["fingerprint"], "") for e in events} - {""}))
            how = {"query.opened": "raised", "query.resolved": "resolved", "query.set_aside": "set aside"}[event.kind]
            return f"{plural(len(events), 'query', 'queries')} {how}{': ' if checks else ''}{checks}"
        return _SAID[event.kind](event)


VERDICT_WORDS: Mapping[Verdict, str] = {
    "passed": "passed",
    "review": "to review",
    "blocked": "blocked",
    "unreadable": "could not be read",
}


_SAID: Mapping[str, Callable[[Event], str]] = {
    "transcript.received": lambda e: f"Received ({e.data['format']})",
    "transcript.validated": lambda e: f"Checked: {VERDICT_WORDS[e.data['verdict']]}",
    "transcript.checked": lambda e: f"Checked against the audio: {_listened(e)}",
    "transcript.corrected": lambda e: f"Corrected, version {e.data['version']}",
    "transcript.deidentified": lambda e: f"De-identified, {plural(e.data['changes'], 'change')}",
    "transcript.released": lambda e: f"Released for coding, version {e.data['version']}",
    "recording.sent": lambda e: "Recording sent to be transcribed",
    "recording.returned": lambda e: "Recording came back",
    "recording.destroyed": lambda e: "Recording destroyed",
}


def next_steps(known: Known, audio_check: AudioCheck | None = None) -> Iterator[str]:
    """What somebody should do about a transcript, the most urgent first."""
    if known.is_erased:
        yield "Erased as the participant asked. Nothing to do."
        return
    if not known.files:
        yield "The file is no longer in the folder of transcripts: put it back, unless it was removed on purpose."
        return
    if len(known.files) > 1:
        yield f"{len(known.files)} files lie there under this id: remove all but the right one."
    blocking, flagged, other = known.open("block"), known.open("review", names=True), known.open("review", names=False)
    if blocking:
        yield f"Mend what blocks it first: {plural(blocking, 'query', 'queries')} below."
    if flagged:
        yield (
            "Look at what may identify somebody (restricted/review.html, or `fieldtrail review STUDY`), and replace it "
            f"in the file, or decide that it is no name: {plural(flagged, 'query', 'queries')} below."
        )
    if other:
        yield f"Look at what is to review: {plural(other, 'query', 'queries')} below."
    if not (blocking or flagged or other or len(known.files) > 1):
        yield _onward(known, audio_check)


def _onward(known: Known, audio_check: AudioCheck | None) -> str:
    """What comes next for a transcript with nothing open."""
    current = known.standing.current
    if current is not None and current.released:
        return "Released for coding. Nothing to do."
    if current is not None and (why := unmet(audio_check, known.standing, current)):
        return f"Nothing is open, but it is {SENTENCES[why]}."
    earlier = " The version before it was released." if any(v.released for v in known.standing.versions) else ""
    return (
        f"Nothing is open.{earlier} To release it for coding, enter it in registers/decisions.csv: release, {known.id}."
    )


def said(day: date) -> str:
    """`3 March 2016`."""
    return f"{day:%-d %B %Y}"


def ids_in_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Ids, each once, in the order people look for them."""
    return tuple(sorted(set(ids)))


def _gaps(drawn: Outline | None) -> Collection[Any]:
    return drawn.gaps if drawn else ()


def _place(where: str, paths: Iterable[str]) -> str:
    """The place within the file: its path may hold what out/ must not."""
    for path in paths:
        if where.startswith(path):
            return where.removeprefix(path).lstrip(", ")
    return ""


def _who(event: Event) -> str:
    if person := event.subject_id("person"):
        return person
    return event.actor.id if event.actor.type == "person" else "software"


def _listened(event: Event) -> str:
    share, errors = event.data["listened"] / 1000, event.data["errors"]
    return f"{share:.0%} listened to, {plural(errors, 'error')} in 1,000 words"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
