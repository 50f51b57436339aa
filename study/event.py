"""Facts and events: what happened, before and after it entered the trail.

A domain function returns a `Fact`; `tasks.record` makes it an `Event`. The line format and the folding
rules are those of docs/audit-trail.md; the vocabulary (used, generated, actor) follows W3C PROV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from study.kinds import kind_of, natural_key

Data = Mapping[str, Any]
Assurance = Literal["declared", "authenticated", "signed"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what a fact is about; a participant only by the random trail code."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An artefact by opaque ref, with its size and either `sha256` or, about a person, a keyed `hmac`."""

    ref: str
    bytes: int
    sha256: str | None = None
    hmac: str | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """An event this one rests on: its id, and the RFC 6962 leaf hash (hex) of its line."""

    id: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a person by team code or a service, and how sure we are of it."""

    type: Literal["person", "service"]
    id: str
    role: str
    assurance: Assurance = "declared"
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The attempt of a flow run (or command) that recorded an event; `code` is this software's version."""

    flow_run_id: str
    flow: str
    deployment: str
    attempt: int
    code: str

    @property
    def lane(self) -> str:
        return f"{self.flow_run_id}.{self.attempt}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: `occurred` is a local day (YYYY-MM-DD) or an RFC 3339 UTC time with ms.

    `causes` are ids of events already in the trail or earlier in the same batch.
    """

    kind: str
    occurred: str
    subject: tuple[Subject, ...] = ()
    used: tuple[Reference, ...] = ()
    generated: tuple[Reference, ...] = ()
    causes: tuple[str, ...] = ()
    data: Data = field(default_factory=dict)

    @property
    def natural_key(self) -> str:
        """The declared natural key of this fact's kind, filled in: it names the act, never the run."""
        return natural_key(self.kind, [(s.type, s.id) for s in self.subject], self.generated, self.occurred, self.data)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the trail: with its id, the time it was recorded, who recorded it and in which run."""

    id: str
    kind: str
    occurred: str
    recorded_at: str
    actor: Actor
    run: Run
    subject: tuple[Subject, ...] = ()
    used: tuple[Reference, ...] = ()
    generated: tuple[Reference, ...] = ()
    causes: tuple[Cause, ...] = ()
    data: Data = field(default_factory=dict)

    def subject_id(self, type: str) -> str | None:
        """The id of the first subject of that type, or None."""
        for subject in self.subject:
            if subject.type == type:
                return subject.id
        return None

    def same_act(self, other: Event) -> bool:
        """True when both are one act: who, when and where recorded may differ, what happened may not."""
        return (
            self.kind == other.kind
            and self.subject == other.subject
            and self.generated == other.generated
            and dict(self.data) == dict(other.data)
            and (self.occurred == other.occurred or not (is_day(self.occurred) and is_day(other.occurred)))
        )


def is_day(occurred: str) -> bool:
    """True for day precision, False for an instant."""
    return len(occurred) == 10


def instant(moment: datetime) -> str:
    """An aware datetime as RFC 3339 UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def local_day(occurred: str, zone: ZoneInfo) -> date:
    """The study's local day on which something occurred."""
    if is_day(occurred):
        return date.fromisoformat(occurred)
    return datetime.fromisoformat(occurred).astimezone(zone).date()


def time_zone_of(events: Iterable[Event]) -> ZoneInfo:
    """The study's time zone, from study.opened; UTC before the study is opened."""
    return ZoneInfo(next((e.data["time_zone"] for e in events if e.kind == "study.opened"), "UTC"))


def in_fold_order(events: Iterable[Event], *, known_at: str | None = None) -> list[Event]:
    """The set of events as every fold sees it: one a id, corrections applied, in fold order.

    Order: local day in the study's time zone, kind rank, time of day with day-only first, id. `known_at`
    (RFC 3339 UTC) keeps what was recorded by then. Of two events with one id the first in fold order stands.
    """
    known = [e for e in events if known_at is None or e.recorded_at <= known_at]
    zone = time_zone_of(known)

    def position(event: Event) -> str:  # as text, which sorts much faster than the tuple of these parts
        day, clock = event.occurred, ""
        if not is_day(day):
            day, clock = local_day(day, zone).isoformat(), day
        return f"{day}\0{_rank(event.kind)}\0{clock}\0{event.id}\0{event.recorded_at}"

    distinct: dict[str, Event] = {}
    for event in sorted(known, key=position):
        distinct.setdefault(event.id, event)
    dropped = _corrected(distinct.values())
    return [event for event in distinct.values() if event.id not in dropped]


@cache
def _rank(kind: str) -> str:
    return f"{kind_of(kind).rank:04d}"


def _corrected(events: Iterable[Event]) -> set[str]:
    """Ids that corrections take out; a later correction may itself take out an earlier one."""
    dropped: set[str] = set()
    corrections = (e for e in events if e.kind == "correction.made")
    for correction in sorted(corrections, key=lambda e: (e.recorded_at, e.id), reverse=True):
        if correction.id not in dropped:
            dropped.add(correction.data["target"])
    return dropped
