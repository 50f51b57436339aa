"""Targets: how many interviews are held of those wanted, for the site, role and group held that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from recruitment.log import Recruitment
from study.protocol.people import Target

HELD = ("full", "part", "notes_only")


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
    """A target, how many are held, how many are still missing."""

    target: Target
    held: int

    @property
    def missing(self) -> int:
        return max(0, self.target.count - self.held)


def target_progress(
    targets: Iterable[Target], recruitment: Recruitment, affiliations: Iterable[Affiliation]
) -> list[TargetProgress]:
    """Progress of each target in the protocol's order; a target names any of site, role and group, or none for all.

    A joint interview counts once for a target, whichever of its participants fits.
    """
    held = [i for i in recruitment.interviews.values() if i.state in HELD]
    places = _by_person(affiliations)
    wanted = list(targets)
    counts = dict.fromkeys(range(len(wanted)), 0)
    for interview in held:
        there = [a for code in interview.participants for a in places.get(code, ()) if a.holds(interview.day)]
        for i, target in enumerate(wanted):
            anybody = target.site is None and target.role is None and target.group is None
            counts[i] += anybody or any(_fits(target, a) for a in there)
    return [TargetProgress(target, counts[i]) for i, target in enumerate(wanted)]


def _by_person(affiliations: Iterable[Affiliation]) -> Mapping[str, list[Affiliation]]:
    places: dict[str, list[Affiliation]] = {}
    for affiliation in affiliations:
        places.setdefault(affiliation.participant, []).append(affiliation)
    return places


def _fits(target: Target, affiliation: Affiliation) -> bool:
    return (
        target.site in (None, affiliation.site)
        and target.role in (None, affiliation.role)
        and target.group in (None, affiliation.group)
    )
