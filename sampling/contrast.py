"""Confirming and disconfirming cases: where a prediction holds, and where it does not.

By the residual (observed minus predicted): its largest sizes disconfirm, its smallest confirm; or by sides: a case
disconfirms when predicted and observed lie on opposite sides of a cut. Matched: each disconfirming case has the
confirming one nearest to it in the attributes beside it (compare Seawright and Gerring 2008,
doi 10.1177/1065912907313077).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sampling.design import Design
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.goal import MATCHED, Goal
from sampling.plan import Plan, only, share_of_most
from sampling.problem import Bond, Mask
from sampling.tails import known_residuals, tails

TOLD = "how clearly each confirms or disconfirms"
MISSED = "residual of the disconfirming"


def confirming_and_disconfirming(frame: Frame, design: Design, laid: Plan) -> Plan:
    """Half confirming, half disconfirming (of an odd size either may have one more), or matched pairs."""
    residuals, known = known_residuals(frame, design)
    laid = only(laid, frame, known, f"{design.observed} or {design.predicted} is missing")
    sizes = np.zeros(len(frame.ids))
    sizes[laid.population] = np.abs(share_of_most(residuals[laid.population]))
    if design.contrast == "opposite_sign":
        against, confirms, why = _sides(frame, design)
    else:
        against, confirms, why = _by_size(sizes, laid.population, design)
    laid = only(laid, frame, against | confirms, why)
    here = against[laid.population]
    size = sizes[laid.population]
    note = f"{int(here.sum())} eligible rows disconfirm the prediction, {int((~here).sum())} confirm it."
    laid = replace(laid, notes=(note,), bonds=_half_each(design, here))
    if design.contrast == "matched_opposite":
        return replace(laid, goal=Goal((MISSED, MATCHED), np.where(here, size, 0.0), here), answered="paired")
    if design.attributes:
        return laid
    return replace(laid, goal=Goal((TOLD,), np.where(here, size, 1.0 - size)))


def _by_size(sizes: Floats, population: Mask, design: Design) -> tuple[Mask, Mask, str]:
    low, high = tails(sizes[population], design, "the residual")
    return population & (sizes >= high), population & (sizes <= low), "its residual is neither large nor small"


def _sides(frame: Frame, design: Design) -> tuple[Mask, Mask, str]:
    with np.errstate(invalid="ignore"):
        expected = np.sign(frame.numbers(design.predicted or "") - design.cut)
        found = np.sign(frame.numbers(design.observed or "") - design.cut)
        return expected * found < 0, expected * found > 0, "predicted or observed lies on the cut"


def _half_each(design: Design, against: Mask) -> tuple[tuple[Bond, Floats], ...]:
    half = design.size // 2
    if half == 0:
        return ()
    most = half if design.contrast == "matched_opposite" else None
    both = (("disconfirming", against), ("confirming", ~against))
    return tuple(
        (Bond(name, min=half, max=most, reason=f"one of the {name} cases"), mask.astype(np.float64))
        for name, mask in both
    )
