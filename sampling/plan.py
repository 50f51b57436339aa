"""What a strategy makes of a frame: who is eligible, what the sample is judged by, which rules it brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sampling.design import Design, Rule
from sampling.distance import Floats, gower
from sampling.frame import Frame
from sampling.goal import BY_OBJECTIVE, Goal
from sampling.problem import Bond, Mask, coordinates_of, fitting

Answered = Literal["solved", "closest", "paired", "drawn", "decided_by_people"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy laid over a frame: the population (mask in id order), why others are out, the goal, added rules.

    `bonds` are rules that no column of the frame can state, with what each row of the population adds to them.
    """

    population: Mask
    excluded: dict[str, str]
    goal: Goal
    answered: Answered = "solved"
    rules: tuple[Rule, ...] = ()
    bonds: tuple[tuple[Bond, Floats], ...] = ()
    notes: tuple[str, ...] = ()


Strategy = Callable[[Frame, Design, Plan], Plan]


def eligible(frame: Frame, design: Design) -> Plan:
    """The rows that fit the criterion, that earlier stages left to this one, and that miss no attribute to `drop`."""
    laid = Plan(
        np.ones(len(frame.ids), dtype=bool), {}, Goal(BY_OBJECTIVE[design.objective] if design.attributes else ())
    )
    frame.need(a.name for a in design.attributes)
    laid = only(laid, frame, fitting(frame, design.criterion, "the criterion"), "does not fit the criterion")
    if design.among is not None:
        among = set(design.among)
        kept = np.array([i in among for i in frame.ids], dtype=bool)
        laid = only(laid, frame, kept, "not in the sample of the stage within which this one looks")
    if design.taken:
        taken = set(design.taken)
        kept = np.array([i not in taken for i in frame.ids], dtype=bool)
        laid = only(laid, frame, kept, "chosen in an earlier stage")
    for attribute in design.attributes:
        if attribute.missing == "drop":
            laid = only(laid, frame, present(frame, attribute.name), f"{attribute.name} is missing")
    return laid


def only(laid: Plan, frame: Frame, kept: Mask, why: str) -> Plan:
    """The plan with a smaller population (`kept` over the frame's rows), and why the others are out of it."""
    lost = laid.population & ~kept
    out = {id: why for id, is_lost in zip(frame.ids, lost, strict=True) if is_lost}
    return replace(laid, population=laid.population & kept, excluded={**laid.excluded, **out})


def present(frame: Frame, column: str) -> Mask:
    """Which rows of the frame have a value in a column."""
    frame.need([column])
    return np.array([bool(text) for text in frame.texts(column)], dtype=bool)


def distances(frame: Frame, design: Design, population: Mask) -> Floats:
    """Gower distances within the population by the design's attributes, all 0 where nothing differs."""
    return gower(coordinates_of(frame, design.attributes, population, may_be_alike=True)[0])


def share_of_most(values: Floats) -> Floats:
    """Values as shares of the greatest size among them, rounded so that a change of unit changes nothing."""
    most = float(np.abs(values).max()) if values.size else 0.0
    return np.asarray(np.round(values / most, 9)) if most > 0 else np.zeros_like(values)


def ranks(values: Floats, direction: str) -> Floats:
    """The place of each value among the distinct ones, 0 for the first: the highest, or with `low` the lowest."""
    levels = np.unique(values)
    up = np.searchsorted(levels, values)
    return np.asarray(len(levels) - 1 - up if direction == "high" else up, dtype=np.float64)
