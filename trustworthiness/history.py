"""What happened to a study over time, as a dossier tells it: changes, deviations, queries, assessments, records.

Everything comes from the events, so the same set of events gives the same history in any order. Counts are exact; the
page suppresses small ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from study import Event
from study.event import local_day, time_zone_of

CHANGES = {
    "protocol.amended": "protocol changed",
    "amendment.submitted": "amendment submitted",
    "amendment.approved": "amendment approved",
    "approval.renewed": "approval renewed",
    "approval.excepted": "exception granted by the board",
    "guide.changed": "interview guide",
    "consent.form_approved": "consent form",
}
"""Kinds of changes of the protocol, in words."""
ASSESSED = ("saturation.assessed", "agreement.assessed", "cases.compared", "groups.compared", "joint_display.made")

VISITS = ("audit.opened", "audit.sampled", "audit.queried", "audit.answered", "audit.attested", "audit.closed")
"""Acts of audit visits; what was opened or refused is one record for each person's excerpts, and is only counted."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the team: the event, what it was, the team's own code of it, and the local day."""

    event: str
    kind: str
    id: str
    day: str


@dataclass(frozen=True, slots=True)
class Deviations:
    """Deviations under one check (empty: entered by people): how many recorded, and reported to the board."""

    check: str
    recorded: int
    reported: int


@dataclass(frozen=True, slots=True)
class QueryMonth:
    """What became of queries in one month (YYYY-MM): opened, resolved, set aside."""

    month: str
    opened: int
    resolved: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """How often one person set queries of one check aside."""

    check: str
    severity: str
    by: str
    count: int


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One survey: its last verdict, how often it was checked, how often exported."""

    survey: str
    verdict: str
    checked: int
    exported: int


@dataclass(frozen=True, slots=True)
class CodebookVersion:
    """One version of the codebook: when it was registered, how many codes, whether it was frozen."""

    event: str
    version: str
    codes: int
    day: str
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """The newest assessment of one kind: its event, its day, and its data as recorded."""

    event: str
    kind: str
    day: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Debriefing:
    """One peer debriefing in its newest version: who with whom (team codes), and whether anything changed."""

    event: str
    id: str
    debriefer: str
    analyst: str
    changed: bool
    day: str


@dataclass(frozen=True, slots=True)
class NegativeCase:
    """One negative case in its newest version: against which version of which hypothesis, and what became of it."""

    event: str
    id: str
    hypothesis: str
    hypothesis_version: str
    disposition: str
    day: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything a dossier tells of how the study went."""

    changes: tuple[Act, ...]
    deviations: tuple[Deviations, ...]
    query_months: tuple[QueryMonth, ...]
    set_aside: tuple[SetAside, ...]
    surveys: tuple[SurveyLine, ...]
    codebooks: tuple[CodebookVersion, ...]
    assessments: tuple[Assessment, ...]
    debriefings: tuple[Debriefing, ...]
    negative_cases: tuple[NegativeCase, ...]
    audits: tuple[Act, ...]
    deposits: tuple[Act, ...]


def study_history(ordered: Iterable[Event]) -> History:
    """The history of events in fold order, each id once."""
    events = list(ordered)
    tell = _Teller(events)
    return History(
        changes=tell.acts(*CHANGES),
        deviations=tell.deviations(),
        query_months=tell.query_months(),
        set_aside=tell.set_aside(),
        surveys=tell.surveys(),
        codebooks=tell.codebooks(),
        assessments=tell.assessments(),
        debriefings=tell.debriefings(),
        negative_cases=tell.negative_cases(),
        audits=tell.acts(*VISITS),
        deposits=tell.acts("archive.deposited", "linkage.destroyed", "study.closed"),
    )


class _Teller:
    """The events of a study by kind, read in the ways a history needs."""

    def __init__(self, events: list[Event]) -> None:
        self.zone: ZoneInfo = time_zone_of(events)
        self.by_kind: dict[str, list[Event]] = {}
        for event in events:
            self.by_kind.setdefault(event.kind, []).append(event)

    def of(self, *kinds: str) -> list[Event]:
        return [event for kind in kinds for event in self.by_kind.get(kind, [])]

    def day(self, event: Event) -> str:
        return local_day(event.occurred, self.zone).isoformat()

    def acts(self, *kinds: str) -> tuple[Act, ...]:
        found = [Act(e.id, e.kind, _named(e), self.day(e)) for e in self.of(*kinds)]
        return tuple(sorted(found, key=lambda act: (act.day, act.kind, act.id, act.event)))

    def deviations(self) -> tuple[Deviations, ...]:
        counts: dict[str, Counter[str]] = {}
        for event in self.of("deviation.recorded", "deviation.reported", "incident.reported"):
            step = event.kind.partition(".")[2]
            counts.setdefault(str(event.data.get("check") or ""), Counter())[step] += 1
        return tuple(Deviations(check, n["recorded"], n["reported"]) for check, n in sorted(counts.items()))

    def query_months(self) -> tuple[QueryMonth, ...]:
        found: dict[str, Counter[str]] = {}
        for event in self.of("query.opened", "query.resolved", "query.set_aside"):
            found.setdefault(self.day(event)[:7], Counter())[event.kind] += 1
        return tuple(
            QueryMonth(month, n["query.opened"], n["query.resolved"], n["query.set_aside"])
            for month, n in sorted(found.items())
        )

    def set_aside(self) -> tuple[SetAside, ...]:
        opened = {e.data["fingerprint"]: e for e in self.of("query.opened")}
        counts: Counter[tuple[str, str, str]] = Counter()
        for event in self.of("query.set_aside"):
            query = opened.get(event.data["fingerprint"])
            check, severity = (query.data["check"], query.data["severity"]) if query else ("", "")
            counts[check, severity, event.subject_id("person") or event.actor.id] += 1
        return tuple(SetAside(*which, count) for which, count in sorted(counts.items()))

    def surveys(self) -> tuple[SurveyLine, ...]:
        checked: dict[str, list[Event]] = {e.subject_id("survey") or "": [] for e in self.of("survey.received")}
        for event in self.of("survey.validated"):
            checked.setdefault(event.subject_id("survey") or "", []).append(event)
        exported = Counter(e.subject_id("survey") for e in self.of("survey.exported"))
        return tuple(
            SurveyLine(id, str(found[-1].data["verdict"]) if found else "", len(found), exported[id])
            for id, found in sorted(checked.items())
        )

    def codebooks(self) -> tuple[CodebookVersion, ...]:
        frozen = {(e.data["version"], e.data["codebook"]) for e in self.of("codebook.frozen")}
        return tuple(
            CodebookVersion(
                e.id,
                str(e.data["version"]),
                int(e.data["codes"]),
                self.day(e),
                (e.data["version"], e.data["codebook"]) in frozen,
            )
            for e in self.of("codebook.changed")
        )

    def assessments(self) -> tuple[Assessment, ...]:
        """The newest of each kind, of saturation the newest of each sequence, and every decision on it."""
        newest: dict[tuple[str, str], Event] = {}
        for event in self.of(*ASSESSED):
            newest[event.kind, str(event.data.get("sequence", ""))] = event
        decided = self.of("saturation.decided")
        return tuple(Assessment(e.id, e.kind, self.day(e), dict(e.data)) for e in (*newest.values(), *decided))

    def debriefings(self) -> tuple[Debriefing, ...]:
        newest = _newest(self.of("debriefing.held"), "debriefing")
        return tuple(
            Debriefing(e.id, id, e.data["debriefer"], e.data["analyst"], bool(e.data["changed"]), self.day(e))
            for id, e in sorted(newest.items())
        )

    def negative_cases(self) -> tuple[NegativeCase, ...]:
        resolved = _newest(self.of("negative_case.resolved"), "case")
        return tuple(
            NegativeCase(
                e.id,
                id,
                str(e.data["hypothesis"]),
                str(e.data["hypothesis_version"]),
                str(resolved[id].data["disposition"]) if id in resolved else "",
                self.day(e),
            )
            for id, e in sorted(_newest(self.of("negative_case.raised"), "case").items())
        )


def _newest(events: Iterable[Event], key: str) -> dict[str, Event]:
    """The highest version of each; of two with one version the later in fold order."""
    found: dict[str, Event] = {}
    for event in events:
        id = str(event.data[key])
        if id not in found or int(event.data["version"]) >= int(found[id].data["version"]):
            found[id] = event
    return found


def _named(event: Event) -> str:
    """The team's own code of an act: of an amendment, a form or guide with its version, a visit, an archive."""
    data = event.data
    for name in ("amendment", "visit", "archive", "reference"):
        if data.get(name):
            return str(data[name])
    for name in ("form", "guide"):
        if data.get(name):
            return f"{data[name]} {data['version']}"
    return str(data.get("approval_from", ""))
