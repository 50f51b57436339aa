"""What is known of each survey of a study: what was measured, its open queries with their words, what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pages.layout import plural
from pages.survey_page import VERDICTS
from pages.transcript_page import Moment
from study import Event, Query
from study.event import local_day
from study.protocol.material import Survey
from study.query import QueryRecord, Severity, Verdict
from tasks.survey_history import History
from tasks.survey_measured import Measured
from tasks.transcript_way import day_of


@dataclass(frozen=True, slots=True)
class KnownSurvey:
    """One survey: `queries` are the open ones with their record; `events` all that was recorded, in order."""

    spec: Survey
    verdict: Verdict
    measured: Measured | None = None
    queries: tuple[tuple[Query, QueryRecord], ...] = ()
    events: tuple[Event, ...] = ()
    history: History | None = None

    def open(self, severity: Severity) -> int:
        """How many open queries there are of a severity."""
        return sum(query.severity == severity for query, _ in self.queries)

    def event(self, id: str) -> Event | None:
        """One of its events by id."""
        return next((event for event in self.events if event.id == id), None)

    def last(self, kind: str) -> Event | None:
        """The latest event of a kind."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    def before(self, run: str) -> Verdict | None:
        """The verdict that stood before the run of that id; None where there was none."""
        judged = [e for e in self.events if e.kind == "survey.validated" and e.run.flow_run_id != run]
        return judged[-1].data["verdict"] if judged else None


def events_of(events: Iterable[Event]) -> dict[str, tuple[Event, ...]]:
    """What was recorded about each survey, in the order it was recorded."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.kind.startswith(("survey.", "query.")) and (name := event.subject_id("survey")):
            found.setdefault(name, []).append(event)
    return {name: tuple(sorted(about, key=lambda e: (e.recorded_at, e.id))) for name, about in found.items()}


def next_steps(known: KnownSurvey) -> Iterator[str]:
    """What somebody should do about a survey, the most urgent first."""
    blocking, review = known.open("block"), known.open("review")
    if known.verdict == "unreadable":
        yield "The file could not be read: the query below says why and what to do."
    elif blocking:
        yield f"Mend what blocks it first: {plural(blocking, 'query', 'queries')} below."
    if review:
        yield f"Look at what is to review: {plural(review, 'query', 'queries')} below."
    if not blocking and known.verdict == "blocked":
        yield "What blocked it was set aside by a person: look at the history."
    if not (blocking or review) and known.verdict in ("passed", "review"):
        informing = known.open("inform")
        more = f"; {plural(informing, 'query', 'queries')} below for information" if informing else ""
        yield f"Nothing to do: no check of this survey asks for anybody{more}."
    is_usable = known.verdict in ("passed", "review") or (known.verdict == "blocked" and not blocking)
    if is_usable and known.measured is not None:
        command = f"fieldtrail run STUDY export-surveys -p survey={known.spec.name}"
        yield f"To hand the data on, export its clean form: {command}"


def moments_of(known: KnownSurvey, checks: Mapping[str, str], zone: ZoneInfo) -> Iterator[Moment]:
    """Everything recorded, the latest day first; queries opened or closed in one run are one line."""
    lines: dict[tuple[str, ...], list[Event]] = {}
    for event in sorted(known.events, key=lambda e: local_day(e.occurred, zone)):
        by_run = (event.kind, event.run.flow_run_id) if event.kind.startswith("query.") else (event.id, "")
        lines.setdefault((*by_run, day_of(event, zone), _who(event)), []).append(event)
    for (*_, day, who), events in reversed(lines.items()):
        yield Moment(day, _what(events, checks), who)


def _what(events: list[Event], checks: Mapping[str, str]) -> str:
    event = events[-1]
    if event.kind.startswith("query."):
        named = ", ".join(sorted({checks.get(e.data["fingerprint"], "") for e in events} - {""}))
        how = {"opened": "raised", "resolved": "resolved", "set_aside": "set aside"}[event.kind.partition(".")[2]]
        return f"{plural(len(events), 'query', 'queries')} {how}{': ' if named else ''}{named}"
    if event.kind == "survey.validated":
        return f"Checked: {VERDICTS[event.data['verdict']][0]}"
    return {"survey.received": "Received", "survey.exported": "Exported"}.get(event.kind, event.kind)


def _who(event: Event) -> str:
    if person := event.subject_id("person"):
        return person
    return event.actor.id if event.actor.type == "person" else "software"
