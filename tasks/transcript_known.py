"""What is known of each transcript of a study: its files, its history, its open queries, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from evidence.audio_check import SENTENCES, unmet
from evidence.histories import History, histories
from evidence.measured import Trace
from evidence.outline import Outline
from evidence.versions import Standing
from expectations.validate import State
from pages.layout import plural
from recruitment.log import Interview
from study import Event, Query
from study.protocol.material import AudioCheck
from study.query import QueryRecord, Verdict
from tasks.transcript_files import format_of
from tasks.transcript_judgement import JudgedTranscript

NAMES = ("TR060", "TR061", "TR062", "TR063", "TR064", "TR065")
"""What may identify somebody: it is settled by masking, or by deciding that a string is no name."""


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
    def label(self) -> str:
        """What people read where the id is no interview's; else empty."""
        return "" if self.is_of_interview else f"of an unknown interview ({self.id})"

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of its files; None where none lies there."""
        order: tuple[Verdict, ...] = ("passed", "review", "blocked", "unreadable")
        return max((file.verdict for file in self.files), key=order.index, default=None)


def known_of(
    judged: Iterable[JudgedTranscript],
    words: Iterable[Query],
    events: Iterable[Event],
    records: Mapping[str, QueryRecord],
    standings: Mapping[str, Standing],
    interviews: Mapping[str, Interview],
) -> dict[str, Known]:
    """Everything known of each transcript that lies there or ever arrived, by id; `words` are the queries' own."""
    events = list(events)
    found = histories(events)
    erased = {ref for e in events if e.kind == "erasure.executed" for ref in e.data["refs"]}
    files: dict[str, list[Seen]] = {}
    for one in judged:
        files.setdefault(one.file.id, []).append(_seen(one))
    queries: dict[str, list[tuple[Query, QueryRecord]]] = {}
    for query in words:
        record = records.get(query.fingerprint)
        if record and record.state == "open" and query.subject.startswith(("transcript:", "copy:")):
            queries.setdefault(query.subject.partition(":")[2], []).append((query, record))
    arrived = {id for id, history in found.items() if history.of("transcript.received")}
    known = {}
    for id in sorted(arrived | set(files)):
        history = found.get(id, History(id))
        is_erased = bool(history.references) and {r.ref for r in history.references} <= erased
        known[id] = Known(
            id,
            history,
            standings.get(id, Standing(id)),
            interviews.get(id),
            tuple(files.get(id, ())),
            tuple(queries.get(id, ())),
            is_erased,
        )
    return known


def _seen(one: JudgedTranscript) -> Seen:
    """A file as people see it: by its ref where it is named after no interview, without an ending nobody knows; a
    name may be somebody's."""
    file = one.file
    ending = PurePosixPath(file.path).suffix if format_of(file.path) != "unknown" else ""
    named = PurePosixPath(file.path).stem + ending
    shown = named if file.interview_id else f"a file named after no interview ({file.reference.ref})"
    is_of_interview = bool(file.interview_id)
    return Seen(
        file.path, file.reference.ref, shown, one.format, one.verdict, is_of_interview, one.features, one.states
    )


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
    is_released = bool(known.standing.current and known.standing.current.released)
    if flagged and not is_released:
        yield f"{_identifying(known)} {plural(flagged, 'query', 'queries')} below."
    if other:
        yield f"Look at what is to review: {plural(other, 'query', 'queries')} below."
    if not (blocking or other or len(known.files) > 1) and (is_released or not flagged):
        yield _onward(known, audio_check)


def _identifying(known: Known) -> str:
    """What to do about what may identify somebody."""
    if known.standing.current and known.standing.current.copies:
        return (
            "Read the de-identified copy in restricted/deidentified/; if it holds nothing that identifies, release it "
            f"(registers/decisions.csv: release, {known.id}). It was made for"
        )
    return (
        "Decide on what may identify somebody (restricted/review.html, or `fieldtrail review STUDY`), then have a "
        "de-identified copy made (`fieldtrail run STUDY deidentify-transcripts`):"
    )


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
