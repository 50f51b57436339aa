"""Targets of the protocol with what is held, when the rest may be there, and how many people each is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from recruitment import Affiliation, Recruitment, target_progress
from recruitment.projection import Projection, project
from recruitment.targets import TargetProgress
from study import Protocol
from study.protocol.people import Target


@dataclass(frozen=True, slots=True)
class Aim:
    """A target on a day: its progress, its projection, its words, and how many people it is about."""

    progress: TargetProgress
    projection: Projection
    label: str
    people: int


def needs_people(targets: Iterable[Target]) -> bool:
    """Whether some target names a site, role or group, which only restricted/participants.csv knows of a person."""
    return any(t.site or t.role or t.group for t in targets)


def aims(
    protocol: Protocol,
    recruitment: Recruitment,
    places: Sequence[Affiliation],
    *,
    today: date,
    everybody: Sequence[Affiliation] = (),
) -> tuple[Aim, ...]:
    """Every target in the protocol's order; `people` are all of `everybody` who by that day held what it names.

    `places` are those of people in `recruitment`, `everybody` also those of people who never consented.
    """
    period = protocol.participants.field_period
    return tuple(
        Aim(
            progress,
            project(
                progress.days,
                progress.target.count,
                today=today,
                since=_since(recruitment, progress.target.site),
                window=period.rate_days,
                deadline=protocol.field_ends,
            ),
            _label(protocol, progress.target),
            _people(progress.target, everybody, today) or _consented(progress.target, recruitment),
        )
        for progress in target_progress(protocol.participants.targets, recruitment, places)
    )


def _since(recruitment: Recruitment, site: str | None) -> date | None:
    """The first day on which interviews could be agreed on: a site's activation, else the first consent."""
    days = recruitment.site_days
    activated = [reached["activated"] for id, reached in days.items() if "activated" in reached and site in (None, id)]
    consents = [reached["consented"] for reached in recruitment.reached.values() if "consented" in reached]
    return min(activated or (consents if site is None else []), default=None)


def _label(protocol: Protocol, target: Target) -> str:
    roles = {r.id: r.label for r in protocol.participants.roles}
    groups = {g.id: g.label for g in protocol.participants.groups}
    named = (roles.get(target.role or ""), groups.get(target.group or ""), target.site)
    return ", ".join(filter(None, named)) or "Everybody"


def _consented(target: Target, recruitment: Recruitment) -> int:
    """Where there is no participants.csv, a target that names nothing is about everybody who consented."""
    return 0 if target.site or target.role or target.group else len(recruitment.states)


def _people(target: Target, everybody: Sequence[Affiliation], today: date) -> int:
    wanted = (target.site, target.role, target.group)
    return len(
        {
            a.participant
            for a in everybody
            if a.start <= today
            and all(w in (None, is_) for w, is_ in zip(wanted, (a.site, a.role, a.group), strict=True))
        }
    )
