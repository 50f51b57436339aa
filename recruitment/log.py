"""The recruitment log: the fold that says where people, interviews and sites stand.

Before consent a person has no event of their own: those states are reached only by counts (`recruitment.tallied`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from recruitment.transitions import (
    BEFORE_CONSENT,
    INTERVIEW_NEXT,
    PERSON_NEXT,
    PERSON_REACHED_BY,
    PERSON_STAYS,
    SITE_NEXT,
    SITE_REACHED_BY,
    SITE_STAYS,
)
from study import Event
from study.event import in_fold_order, local_day, time_zone_of
from study.kinds import kind_of

_PERSON_OF_KIND = {kind: state for state, kind in PERSON_REACHED_BY.items() if state not in BEFORE_CONSENT}
_SITE_OF_KIND = {kind: state for state, kind in SITE_REACHED_BY.items()}
_SITE_STEP = {kind: i for i, kind in enumerate(_SITE_OF_KIND)}
HELD = ("full", "part", "notes_only")
"""States of an interview that was held, the furthest first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An event that does not fit the state it found and left it: `allowed` are the states that may follow."""

    event_id: str
    subject: str
    state: str
    attempted: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One appointment of an interview with one participant (trail code): kept in full, in part, missed, or to come."""

    day: date
    participant: str
    state: str


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview: its state, each participant's own state by trail code, and its sittings in order.

    The state is the furthest that any sitting came (full, part, notes_only), or where nothing is held yet that of the
    latest sitting: a second sitting that is planned or missed takes back nothing. `day` is the first sitting held, or
    the latest sitting where none is.
    """

    id: str
    state: str
    day: date
    participants: Mapping[str, str]
    is_recorded: bool
    mode: str | None
    sittings: tuple[Sitting, ...] = ()

    @property
    def attended(self) -> tuple[str, ...]:
        """Trail codes of the participants with whom something was held, sorted."""
        return tuple(sorted(code for code, state in self.participants.items() if state in HELD))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of people who reached each step by some day, for the whole study, from the register."""

    day: date
    identified: int
    approached: int
    screened: int
    ineligible: Mapping[str, int]
    invited: int
    no_response: int
    declined: int
    exits: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Recruitment:
    """Where everybody stands: people by trail code, interviews and sites by id.

    `reached` and `site_days` hold the first day each state was reached; `tallies` run oldest first.
    """

    states: Mapping[str, str]
    interviews: Mapping[str, Interview]
    sites: Mapping[str, str]
    tallies: tuple[Tally, ...]
    problems: tuple[Problem, ...]
    reached: Mapping[str, Mapping[str, date]]
    site_days: Mapping[str, Mapping[str, date]]

    @property
    def reached_consent(self) -> list[str]:
        """Trail codes of everybody who ever consented, sorted."""
        return sorted(code for code, reached in self.reached.items() if "consented" in reached)

    @property
    def tally(self) -> Tally | None:
        """The latest counts before consent, or None when none were taken."""
        return self.tallies[-1] if self.tallies else None


def fold_recruitment(events: Iterable[Event], *, at: date | None = None, known_at: str | None = None) -> Recruitment:
    """Where everybody stands after these events, in any order; never raises.

    `at` keeps what occurred by the end of that local day, `known_at` (RFC 3339 UTC) what was recorded by then. An
    event that is no allowed transition leaves the state and becomes a problem.
    """
    ordered = in_fold_order(events, known_at=known_at)
    zone = time_zone_of(ordered)
    if at is not None:
        ordered = [e for e in ordered if local_day(e.occurred, zone) <= at]
    ordered = [e for e in ordered if _is_looked_at(e.kind)]
    log = _Log(zone)
    current = set(newest_versions(ordered).values())
    for event in _sites_in_sequence(ordered, zone):
        if event.id in current or row_of(event) is None:
            log.take(event)
    return log.result()


@cache
def _is_looked_at(kind: str) -> bool:
    """Whether events of a kind move somebody or something in the log."""
    return kind in _PERSON_OF_KIND or kind in _SITE_OF_KIND or kind.startswith(("interview.", "recruitment."))


def _sites_in_sequence(ordered: list[Event], zone: ZoneInfo) -> list[Event]:
    """Sites' acts after everything else; those of one day and rank in the order in which a site takes its steps."""
    sites = [e for e in ordered if e.kind in _SITE_OF_KIND]
    sites.sort(key=lambda e: (local_day(e.occurred, zone), kind_of(e.kind).rank, _SITE_STEP[e.kind]))
    return [*(e for e in ordered if e.kind not in _SITE_OF_KIND), *sites]


def row_of(event: Event) -> tuple[Any, ...] | None:
    """The register row behind an event: a version of it replaces the earlier ones; None for an event without one.

    An interview held and one missed replace each other, neither undoes the scheduling. A withdrawal is never replaced.
    """
    if "version" not in event.data or "ordinal" not in event.data or event.kind.endswith("withdrawn"):
        return None
    family = "sitting" if event.kind in ("interview.held", "interview.missed") else event.kind
    data = event.data
    return family, event.subject, data.get("form"), data.get("form_version"), data["ordinal"]


def newest_versions(events: Iterable[Event]) -> dict[tuple[Any, ...] | None, str]:
    """Of each register row, the id of the event with the highest version."""
    newest: dict[tuple[Any, ...], tuple[int, str]] = {}
    for event in events:
        row = row_of(event)
        if row is not None:
            candidate = (event.data["version"], event.id)
            if newest.setdefault(row, candidate) < candidate:
                newest[row] = candidate
    return {row: id for row, (_, id) in newest.items()}


@dataclass(slots=True)
class _Log:
    """The fold under way."""

    zone: ZoneInfo
    people: dict[str, str] = field(default_factory=dict)
    reached: dict[str, dict[str, date]] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    site_days: dict[str, dict[str, date]] = field(default_factory=dict)
    sittings: dict[str, dict[str, str]] = field(default_factory=dict)
    appointments: dict[str, list[Sitting]] = field(default_factory=dict)
    latest: dict[str, Event] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    tallied: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, event: Event) -> None:
        if event.kind == "recruitment.tallied":
            self.tallied.append(event)
        if event.kind.startswith("interview."):
            self._interview(event)
        if event.kind in _PERSON_OF_KIND:
            self._person(event, _PERSON_OF_KIND[event.kind])
        if event.kind in _SITE_OF_KIND:
            for site in _sites(event):
                self._site(event, site, _SITE_OF_KIND[event.kind])

    def _person(self, event: Event, state: str) -> None:
        code = event.subject_id("participant") or ""
        old = self.people.get(code, "invited")
        if state in PERSON_STAYS.get(old, ()):
            return
        if self._allowed(event, f"participant:{code}", old, state, PERSON_NEXT):
            self.people[code] = state
            self.reached.setdefault(code, {}).setdefault(state, local_day(event.occurred, self.zone))

    def _interview(self, event: Event) -> None:
        id, code = event.subject_id("interview") or "", event.subject_id("participant") or ""
        states = self.sittings.setdefault(id, {})
        state = interview_state(event)
        if self._allowed(event, f"interview:{id}", states.get(code, ""), state, INTERVIEW_NEXT):
            states[code] = state
            self.appointments.setdefault(id, []).append(Sitting(local_day(event.occurred, self.zone), code, state))
            self.latest[id] = event
            if event.data.get("recorded"):
                self.recorded.add(id)

    def _site(self, event: Event, site: str, state: str) -> None:
        old = self.sites.get(site, "")
        if state in SITE_STAYS.get(old, ()):
            return
        if self._allowed(event, f"site:{site}", old, state, SITE_NEXT):
            self.sites[site] = state
            self.site_days.setdefault(site, {}).setdefault(state, local_day(event.occurred, self.zone))

    def _allowed(self, event: Event, subject: str, old: str, new: str, table: Mapping[str, tuple[str, ...]]) -> bool:
        if new in table[old]:
            return True
        self.problems.append(Problem(event.id, subject, old, new, table[old]))
        return False

    def result(self) -> Recruitment:
        tallied = sorted(self.tallied, key=lambda e: (e.occurred, e.recorded_at, e.id))
        return Recruitment(
            states=self.people,
            interviews={id: self._held(id) for id in sorted(self.latest)},
            sites=self.sites,
            tallies=tuple(_tally(e, self.zone) for e in tallied),
            problems=tuple(self.problems),
            reached=self.reached,
            site_days=self.site_days,
        )

    def _held(self, id: str) -> Interview:
        event = self.latest[id]
        sittings = tuple(self.appointments[id])
        kept = [sitting for sitting in sittings if sitting.state in HELD]
        return Interview(
            id,
            _furthest(sittings),
            min((s.day for s in kept), default=local_day(event.occurred, self.zone)),
            {code: _furthest([s for s in sittings if s.participant == code]) for code in self.sittings[id]},
            id in self.recorded,
            event.data.get("mode"),
            sittings,
        )


def _furthest(sittings: Sequence[Sitting]) -> str:
    """What sittings (at least one, in order) came to: the best that was held, else where the latest stands."""
    if len(sittings) == 1:
        return sittings[0].state
    held = [sitting.state for sitting in sittings if sitting.state in HELD]
    return min(held, key=HELD.index) if held else sittings[-1].state


def interview_state(event: Event) -> str:
    """The state an interview event reaches: its outcome when held."""
    unheld = {"interview.scheduled": "scheduled", "interview.missed": "no_show"}
    return unheld.get(event.kind) or str(event.data.get("outcome", ""))


def _sites(event: Event) -> list[str]:
    """The sites an event moves: its subject, or those an approval, override or replacement brings in."""
    data = event.data
    if event.kind == "sample.approved":
        return list(data.get("selected", ()))
    if event.kind == "sample.overridden":
        return [data["added"]]
    if event.kind == "site.replaced":
        return [data["entering"]]
    return [event.subject_id("site") or ""]


def _tally(event: Event, zone: ZoneInfo) -> Tally:
    data = event.data
    return Tally(
        day=local_day(event.occurred, zone),
        identified=data["identified"],
        approached=data["approached"],
        screened=data["screened"],
        ineligible=dict(data["ineligible"]),
        invited=data["invited"],
        no_response=data["no_response"],
        declined=data["declined"],
        exits=tuple((after, how, count) for after, how, count in data.get("exits", ())),
    )
