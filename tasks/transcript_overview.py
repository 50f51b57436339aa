"""All transcripts put together for the overview: a row each, what the run changed, what to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evidence.versions import STATES, Standing, State
from expectations.catalogue import CATALOGUE
from pages.layout import plural
from pages.study_page import Changes
from pages.transcripts_overview import ChangedFiles, Result, Row, Spread, TranscriptsOverview
from recruitment.log import Interview
from study.query import QueryRecord
from tasks.transcript_known import Known
from tasks.transcript_page import Pages
from tasks.transcript_way import day_of, said

NAMED = 6
"""How many transcripts a sentence names."""
STANDINGS: Mapping[State, str] = {
    "at_vendor": "away to be transcribed",
    "returned": "received",
    "corrected": "corrected",
    "checked": "checked against the audio",
    "deidentified": "de-identified",
    "released": "released for coding",
}
HELD = "interview held"
_REACHED_BY: Mapping[State, str] = {row.name: row.given_by for row in STATES}
SPREADS = (
    ("share", "TR013", "The interviewer's share of the words", "%"),
    ("inaudible", "TR030", "Inaudible marks in 1,000 words", ""),
    ("pace", "TR024", "Words a minute", ""),
)
"""What is drawn: key, check, title, unit."""


@dataclass(frozen=True)
class Overview:
    """What the overview is made of: every transcript by id, interviews without one, the queries' records,
    where recordings stand whose transcript has not arrived (`away`)."""

    pages: Pages
    known: Mapping[str, Known]
    waiting: Sequence[Interview]
    records: Mapping[str, QueryRecord]
    day: str
    away: Mapping[str, Standing] = field(default_factory=dict)
    present_before: Collection[str] | None = None
    notes: tuple[str, ...] = ()

    def made(self) -> TranscriptsOverview:
        """Everything the overview shows."""
        rows = tuple(self._rows())
        return TranscriptsOverview(
            study=self.pages.protocol.title,
            synthetic=self.pages.protocol.synthetic,
            day=self.day,
            rows=rows,
            changes=self._changes(),
            files=self._files(),
            next=tuple(_next(rows, self.known)),
            spreads=tuple(self._spreads()),
            notes=self.notes,
        )

    def _rows(self) -> Iterator[Row]:
        for known in self.known.values():
            standing = known.standing
            is_released = bool(standing.current and standing.current.released)
            since = known.history.of(_REACHED_BY[standing.state]) or known.history.of("transcript.received")
            was = not is_released and any(version.released for version in standing.versions)
            yield Row(
                known.id,
                result_of(known),
                STANDINGS[standing.state] + (", an earlier version released" if was else ""),
                day_of(since[-1], self.pages.protocol.zone) if since else "",
                known.open("block"),
                known.open("review"),
                is_released=is_released,
                label=known.label,
            )
        for interview in self.waiting:
            away = self.away.get(interview.id)
            words = STANDINGS["at_vendor"] if away and away.is_away else HELD
            yield Row(interview.id, "waiting", words, said(interview.day), has_page=False)

    def _changes(self) -> Changes:
        """The queries on transcripts: new and resolved in this run, still open, set aside."""
        about = [r for r in self.records.values() if r.subject.startswith("transcript:")]
        still = [r for r in about if r.state == "open"]
        new = sum(r.opened_by in self._opened_now for r in still)
        aside = sum(r.state == "set_aside" for r in about)
        return Changes(new, len(still) - new, len(self._events("query.resolved")), aside)

    @property
    def _opened_now(self) -> set[str]:
        return {event for _, event in self._events("query.opened")}

    def _events(self, kind: str) -> list[tuple[str, str]]:
        """Transcript and id of the events of a kind that this run recorded."""
        return [
            (known.id, e.id)
            for known in self.known.values()
            for e in known.history.of(kind)
            if e.run.flow_run_id == self.pages.run
        ]

    def _files(self) -> ChangedFiles:
        arrived = {id for id, _ in self._events("transcript.received")}
        first = {
            known.id
            for known in self.known.values()
            if (received := known.history.of("transcript.received")) and received[0].run.flow_run_id == self.pages.run
        }
        gone = {known.id for known in self.known.values() if result_of(known) == "gone"}
        return ChangedFiles(
            with_new=_in_order(id for id, _ in self._events("query.opened")),
            with_resolved=_in_order(id for id, _ in self._events("query.resolved")),
            new=_in_order(first),
            changed=_in_order(arrived - first),
            gone=_in_order(gone if self.present_before is None else gone & set(self.present_before)),
            verdicts=tuple(self._verdicts()),
        )

    def _verdicts(self) -> Iterator[tuple[str, Result, Result]]:
        for known in self.known.values():
            before, now = known.history.verdict_before(self.pages.run), known.verdict
            if before and now and before != now:
                yield known.id, before, now

    def _spreads(self) -> Iterator[Spread]:
        for key, id, title, unit in SPREADS:
            check = CATALOGUE[id]
            found = (f.features.get(check.feature) for known in self.known.values() for f in known.files)
            values = tuple(value for value in found if value is not None)
            limits = check.thresholds(self.pages.protocol)
            shown = tuple(limits[name] for name in ("minimum", "maximum") if name in limits)
            if len(values) > 1:
                yield Spread(key, title, unit, values, shown, id)


def result_of(known: Known) -> Result:
    """What the row of a transcript says of it."""
    if known.verdict is not None:
        return known.verdict
    return "erased" if known.is_erased else "gone"


def waiting_for_transcript(interviews: Iterable[Interview], known: Collection[str]) -> tuple[Interview, ...]:
    """Interviews that were held and recorded and whose transcript has not arrived, by id."""
    held = (i for i in interviews if i.state in ("full", "part") and i.is_recorded and i.id not in known)
    return tuple(sorted(held, key=lambda i: i.id))


def _next(rows: Sequence[Row], known: Mapping[str, Known]) -> Iterator[str]:
    """What to do, the most urgent first."""
    copies = {row.id for row in rows if not row.is_released and row.result == "review" and _has_copy(known[row.id])}
    settled = {row.id for row in rows if row.is_released and not known[row.id].open("review", names=False)}
    for results, one, many in (
        (("unreadable", "blocked"), "is blocked or cannot be read", "are blocked or cannot be read"),
        (("gone",), "is no longer in the folder: put it back", "are no longer in the folder: put them back"),
        (("review",), "is to review", "are to review"),
    ):
        ids = [row.label or row.id for row in rows if row.result in results and row.id not in copies | settled]
        if ids:
            yield f"{plural(len(ids), 'transcript')} {one if len(ids) == 1 else many}: {_named(ids)}."
    if copies:
        many = plural(len(copies), "de-identified copy waits", "de-identified copies wait")
        yield f"{many} to be read and released: {_named(sorted(copies))}."
    ready = [row.id for row in rows if row.result == "passed" and not row.is_released]
    if ready:
        wait = "waits" if len(ready) == 1 else "wait"
        yield f"{plural(len(ready), 'transcript')} {wait} to be released (registers/decisions.csv): {_named(ready)}."
    missing = [row.id for row in rows if row.result == "waiting"]
    if missing:
        have = "has" if len(missing) == 1 else "have"
        yield f"{plural(len(missing), 'interview')} {have} no transcript yet: {_named(missing)}."


def _has_copy(known: Known) -> bool:
    return bool(known.standing.current and known.standing.current.copies) and not known.open("review", names=False)


def _named(ids: Sequence[str]) -> str:
    rest = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _in_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Ids, each once, in the order people look for them."""
    return tuple(sorted(set(ids)))
