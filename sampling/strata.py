"""Samples within strata: stratified purposeful and quota.

Strata are the values of a column, or clusters formed by the attributes. Places are shared out by the largest
remainder, or as the quotas say; each stratum's rows stand in a ranked list, from which backups come too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sampling.design import Design
from sampling.distance import Floats
from sampling.drawn import DRAWN, drawn_places
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.medoids import partition
from sampling.plan import Plan, distances, only, present, ranks
from sampling.problem import Bond, is_value
from sampling.tails import RANKED, scored
from study.errors import StudyError

CENTRAL = "closeness to the medoid of the stratum"


def stratified_purposeful(frame: Frame, design: Design, laid: Plan) -> Plan:
    """In each stratum the first by the score, or else the most typical: nearest the stratum's medoid."""
    if design.score is not None:
        return _by_score(frame, design, laid)
    labels, laid = _strata(frame, design, laid)
    worth = -_to_medoids(distances(frame, design, laid.population), labels)
    return _shared_out(frame, design, replace(laid, goal=Goal((CENTRAL,), worth)), labels)


def quota(frame: Frame, design: Design, laid: Plan) -> Plan:
    """In each stratum the first by the score, or else in the order of a seeded draw, until its quota is full."""
    if design.score is not None:
        return _by_score(frame, design, laid)
    labels, laid = _strata(frame, design, laid)
    ids = [i for i, here in zip(frame.ids, laid.population, strict=True) if here]
    goal = Goal((DRAWN,), -drawn_places(ids, design.seed))
    return _shared_out(frame, design, replace(laid, goal=goal, answered="drawn"), labels)


def largest_remainder(weights: Mapping[str, float], room: Mapping[str, int], places: int) -> dict[str, int]:
    """Places shared out by weight, whole shares first and then by the largest remainder; none beyond its room.

    Equal remainders go to the label that sorts first; what a full stratum cannot take goes to the others in turn.
    """
    given = dict.fromkeys(sorted(weights), 0)
    while (left := places - sum(given.values())) > 0:
        open_ = [s for s in given if given[s] < room[s] and weights[s] > 0]
        if not open_:
            break
        total = sum(weights[s] for s in open_)
        shares = {s: left * weights[s] / total for s in open_}
        whole = {s: min(math.floor(shares[s] + 1e-9), room[s] - given[s]) for s in open_}
        if any(whole[s] < math.floor(shares[s] + 1e-9) for s in open_):  # some are full: fill those, share again
            full = [s for s in open_ if whole[s] < math.floor(shares[s] + 1e-9)]
            for s in full:
                given[s] = room[s]
            continue
        for s in open_:
            given[s] += whole[s]
        rest = places - sum(given.values())
        by_remainder = sorted(open_, key=lambda s: (-round(shares[s] - whole[s], 9), s))
        for s in [s for s in by_remainder if given[s] < room[s]][:rest]:
            given[s] += 1
    return given


def _by_score(frame: Frame, design: Design, laid: Plan) -> Plan:
    score, laid = scored(frame, design, laid)
    labels, laid = _strata(frame, design, laid)
    places = ranks(score[laid.population], design.direction)
    return _shared_out(frame, design, replace(laid, goal=Goal((RANKED,), -places)), labels)


def _strata(frame: Frame, design: Design, laid: Plan) -> tuple[list[str], Plan]:
    """The stratum of each row of the population, and the plan without the rows that have none."""
    if design.strata is None:
        apart = distances(frame, design, laid.population)
        count = design.clusters or 0
        if count > len(apart):
            raise StudyError(
                f"{count} clusters are wanted of {len(apart)} eligible rows",
                where="the sampling design",
                remedy="Ask for fewer clusters, or widen the criterion.",
            )
        found = partition(apart, count)
        note = f"The {len(apart)} eligible rows form {count} clusters, mean distance to a medoid {found.loss:.4f}."
        width = len(str(count))
        labels = [f"cluster {1 + int(c):0{width}d}" for c in found.labels]
        return labels, replace(laid, notes=(*laid.notes, note))
    laid = only(laid, frame, present(frame, design.strata), f"{design.strata} is missing")
    texts = frame.texts(design.strata)
    return [t for t, here in zip(texts, laid.population, strict=True) if here], laid


def _shared_out(frame: Frame, design: Design, laid: Plan, labels: list[str]) -> Plan:
    """The plan with each stratum's places as a bond."""
    barred = set(design.forbidden)
    ids = [i for i, here in zip(frame.ids, laid.population, strict=True) if here]
    room = dict.fromkeys(sorted(set(labels)), 0)
    for id, label in zip(ids, labels, strict=True):
        room[label] += id not in barred
    places = _quotas(design, room) if design.quotas else _allocated(design, room)
    bonds = []
    for label, count in places.items():
        name = label if design.strata is None else f"{design.strata} = {label}"
        bond = Bond(name, min=count, max=count, reason=f"one of {count} from the stratum {name}")
        bonds.append((bond, np.array([float(s == label) for s in labels])))
    return replace(laid, bonds=tuple(bonds))


def _allocated(design: Design, room: Mapping[str, int]) -> dict[str, int]:
    weights = {s: float(n) if design.allocation == "proportional" else float(n > 0) for s, n in room.items()}
    return largest_remainder(weights, room, design.size)


def _quotas(design: Design, room: Mapping[str, int]) -> dict[str, int]:
    """The declared quotas over the strata there are; a stratum without one gets no place."""
    found = dict.fromkeys(room, 0)
    for wanted, count in design.quotas.items():
        label = next((s for s in room if s == wanted or is_value(s, wanted)), None)
        if label is None and count:
            raise StudyError(
                f"the quota asks for {wanted} and column {design.strata!r} has no such value among the eligible rows",
                where="the sampling design, quotas",
                remedy="Correct the value, or the frame.",
            )
        if label is not None and count > room[label]:
            raise StudyError(
                f"the quota asks for {count} of {wanted} and only {room[label]} are eligible",
                where="the sampling design, quotas",
                remedy="Lower this quota and raise another, or widen the criterion.",
            )
        if label is not None:
            found[label] = count
    return found


def _to_medoids(apart: Floats, labels: list[str]) -> Floats:
    """The distance of each row to the medoid of its stratum; of equal medoids the one of the lowest id."""
    found = np.zeros(len(apart))
    for label in sorted(set(labels)):
        at = np.flatnonzero(np.array([s == label for s in labels]))
        within = apart[np.ix_(at, at)]
        found[at] = within[int(np.argmin(np.round(within.sum(axis=1), 6)))]
    return np.asarray(np.round(found, 9))
