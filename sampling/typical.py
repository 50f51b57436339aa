"""Typical cases: those nearest the medoid of the eligible, or those a prediction fits best.

The medoid is the row with the smallest sum of distances to all others (Kaufman and Rousseeuw 1990). Distances to
it add up over a sample, so the best sample under any rules is proven by a linear program.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sampling.design import Design
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.plan import Plan, distances, only, share_of_most
from sampling.tails import known_residuals

NEAREST = "closeness to the medoid"
FITTED = "fit of the prediction"


def typical_case(frame: Frame, design: Design, laid: Plan) -> Plan:
    """The rows nearest the medoid by the attributes; without attributes those with the smallest residual."""
    if not design.attributes:
        residuals, known = known_residuals(frame, design)
        laid = only(laid, frame, known, f"{design.observed} or {design.predicted} is missing")
        worth = -np.abs(share_of_most(residuals[laid.population]))
        return replace(laid, goal=Goal((FITTED,), worth))
    if not laid.population.any():
        return laid
    apart = distances(frame, design, laid.population)
    medoid = int(np.argmin(np.round(apart.sum(axis=1), 6)))
    notes: tuple[str, ...] = ()
    if not frame.personal:
        id = frame.ids[int(np.flatnonzero(laid.population)[medoid])]
        notes = (f"The medoid of the {len(apart)} eligible rows is {id}.",)
    return replace(laid, goal=Goal((NEAREST,), -np.round(apart[medoid], 9)), notes=notes)
