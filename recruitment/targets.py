"""Targets: how many interviews are held of those wanted, for the site, role and group held that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from recruitment.log import HELD, Interview, Recruitment
from study.protocol.people import Target

Kind = tuple[str | None, str | None, str | None]
"""Site, role and group, None for any."""


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Where a participant (trail code) belonged, both days included, from restricted/participants.csv."""

    participant: str
    site: str
    role: str
    group: str
    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """A target, the days of the interviews that count for it in order, how many are still missing."""

    target: Target
    days: tuple[date, ...]

    @property
    def held(self) -> int:
        return len(self.days)

    @property
    def missing(self) -> int:
        return max(0, self.target.count - self.held)


def target_progress(
    targets: Iterable[Target], recruitment: Recruitment, affiliations: Iterable[Affiliation]
) -> list[TargetProgress]:
    """Progress of each target in the protocol's order; a target names any of site, role and group, or none for all.

    An interview counts for the site, role and group held on its day. A joint interview counts once for a target,
    whichever of those who came fits; who missed it counts for nothing.
    """
    places = _by_person(affiliations)
    days: dict[Kind, list[date]] = {}
    for interview in _held(recruitment):
        for kind in {(None, None, None), *(k for a in _there(interview, places) for k in _kinds(a))}:
            days.setdefault(kind, []).append(interview.day)
    return [TargetProgress(t, tuple(sorted(days.get((t.site, t.role, t.group), ())))) for t in targets]


def unplaced(recruitment: Recruitment, affiliations: Iterable[Affiliation]) -> tuple[str, ...]:
    """Ids of interviews held with nobody whose site and role on that day are known: they count for no such target."""
    places = _by_person(affiliations)
    return tuple(sorted(i.id for i in _held(recruitment) if not _there(i, places)))


def _held(recruitment: Recruitment) -> list[Interview]:
    return [interview for interview in recruitment.interviews.values() if interview.state in HELD]


def _there(interview: Interview, places: Mapping[str, list[Affiliation]]) -> list[Affiliation]:
    """Where those who came belonged on the interview's day."""
    return [a for code in interview.attended for a in places.get(code, ()) if a.holds(interview.day)]


def _by_person(affiliations: Iterable[Affiliation]) -> Mapping[str, list[Affiliation]]:
    places: dict[str, list[Affiliation]] = {}
    for affiliation in affiliations:
        places.setdefault(affiliation.participant, []).append(affiliation)
    return places


def _kinds(affiliation: Affiliation) -> Iterable[Kind]:
    """Every way a target may name somebody who belongs there."""
    return product((None, affiliation.site), (None, affiliation.role), (None, affiliation.group))
