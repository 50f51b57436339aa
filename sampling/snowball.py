"""Snowball sampling: people come through people who named them (Goodman 1961, doi 10.1214/aoms/1177705148).

Seeds were named by nobody and are wave 0; whoever was named by wave w is wave w + 1. Nobody is chosen but through
a chosen one, and no more through one person than the cap. Earlier waves come first; with attributes the sample is
as varied as the chains allow.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sampling.design import Design
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.plan import Plan, only
from sampling.problem import Bond
from study.errors import StudyError

EARLY = "nearness of the waves to the seeds"


def snowball(frame: Frame, design: Design, laid: Plan) -> Plan:
    """The chains of referral as bonds; StudyError for a referrer who is not in the frame and for a circle."""
    named_by = _referrers(frame, design)
    waves = _waves(frame, design, named_by)
    if design.wave is not None:
        _check_waves(frame, design, waves)
    at = np.array([waves[i] for i in frame.ids], dtype=np.float64)
    if design.waves is not None:
        laid = only(laid, frame, at <= design.waves, f"comes after wave {design.waves}")
    laid = _reachable(frame, laid, named_by, waves)
    goal = laid.goal if design.attributes else Goal((EARLY,), -at[laid.population])
    counts = [int((at[laid.population] == w).sum()) for w in range(int(at[laid.population].max(initial=0)) + 1)]
    note = f"Waves: {', '.join(f'{w}: {n}' for w, n in enumerate(counts))} eligible."
    bonds = _bonds(frame, design, laid, named_by)
    if design.seeds is not None:
        bonds += ((Bond("seeds", max=design.seeds), (at[laid.population] == 0).astype(np.float64)),)
    return replace(laid, goal=goal, bonds=bonds, notes=(*laid.notes, note))


def _referrers(frame: Frame, design: Design) -> dict[str, str]:
    column = design.referrer or ""
    frame.need([column])
    named_by = dict(zip(frame.ids, frame.texts(column), strict=True))
    lost = [i for i, by in named_by.items() if by and by not in named_by]
    if lost:
        raise StudyError(
            f"the referrer of {frame.named(lost)} is not in the frame",
            where=f"{frame.name}, column {column}",
            remedy="Add the referrer's row, or leave the cell empty for a seed.",
        )
    return named_by


def _waves(frame: Frame, design: Design, named_by: dict[str, str]) -> dict[str, int]:
    """The wave of everyone; people who named each other in a circle come through nobody."""
    waves = {i: 0 for i, by in named_by.items() if not by}
    rest = [i for i in named_by if i not in waves]
    while rest:
        due = [i for i in rest if named_by[i] in waves]
        if not due:
            raise StudyError(
                f"named one another in a circle, or through one: {frame.named(rest)}",
                where=f"{frame.name}, column {design.referrer}",
                remedy="Leave the cell of whoever came first empty.",
            )
        waves |= {i: waves[named_by[i]] + 1 for i in due}
        rest = [i for i in rest if i not in waves]
    return waves


def _check_waves(frame: Frame, design: Design, waves: dict[str, int]) -> None:
    column = design.wave or ""
    frame.need([column])
    written = frame.numbers(column)
    wrong = [i for i, w in zip(frame.ids, written, strict=True) if not np.isnan(w) and w != waves[i]]
    if wrong:
        raise StudyError(
            f"the wave of {frame.named(wrong)} is not one after the referrer's",
            where=f"{frame.name}, column {column}",
            remedy="Correct the wave (seeds are 0) or the referrer.",
        )


def _reachable(frame: Frame, laid: Plan, named_by: dict[str, str], waves: dict[str, int]) -> Plan:
    """Only those who are eligible with everyone through whom they came."""
    inside = dict(zip(frame.ids, laid.population, strict=True))
    for id in sorted(frame.ids, key=lambda i: waves[i]):
        if named_by[id]:
            inside[id] = inside[id] and inside[named_by[id]]
    kept = np.array([inside[i] for i in frame.ids], dtype=bool)
    return only(laid, frame, kept, "came through somebody who is not eligible")


def _bonds(frame: Frame, design: Design, laid: Plan, named_by: dict[str, str]) -> tuple[tuple[Bond, Floats], ...]:
    """One bond a recruiter: cap times the recruiter minus the recruits is at least 0."""
    at = {id: k for k, id in enumerate(i for i, here in zip(frame.ids, laid.population, strict=True) if here)}
    recruits: dict[str, list[str]] = {}
    for id in at:
        if named_by[id]:
            recruits.setdefault(named_by[id], []).append(id)
    most = design.per_recruiter
    name = f"through one recruiter{f' at most {most}' if most else ''}, and only through a chosen one"
    bonds = []
    for recruiter, ids in sorted(recruits.items()):
        amounts = np.zeros(len(at))
        amounts[[at[i] for i in ids]] = -1.0
        amounts[at[recruiter]] = float(min(most, len(ids)) if most else len(ids))
        bonds.append(
            (Bond(name, min=0.0, is_link=True, reason="others among the chosen came through this one"), amounts)
        )
    return tuple(bonds)
