"""The flow of participants as boxes: each box holds the people of the box before less its reasons (CONSORT's shape)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from recruitment.log import Recruitment, Tally
from recruitment.tally import STEPS

LABELS: Mapping[str, str] = {
    "identified": "Identified",
    "approached": "Approached",
    "screened": "Screened",
    "invited": "Eligible and invited",
    "consented": "Consented",
    "enrolled": "Enrolled",
    "interviewed": "Interviewed",
    "retained": "Still in the study",
}
REASONS: Mapping[str, str] = {
    "pending": "Waiting",
    "declined": "Declined",
    "no_response": "No response",
    "ineligible": "Not eligible",
    "withdrawn": "Withdrew",
    "lost": "Lost to follow-up",
    "no_show": "Did not come",
    "scheduled": "Interview scheduled",
    "not_yet": "Not yet",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some people of a box are not in the next: code, words, people."""

    id: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Box:
    """One box: how many people, and why those who are not in the next box are not there."""

    id: str
    label: str
    count: int
    reasons: tuple[Reason, ...] = ()

    @property
    def remaining(self) -> int:
        """How many people the next box holds."""
        return self.count - sum(r.count for r in self.reasons)


def flow_boxes(recruitment: Recruitment, criteria: Mapping[str, str] | None = None) -> tuple[Box, ...]:
    """The boxes from identification to who is still in the study, in order; before consent from the latest counts.

    `criteria` gives the words of each numbered criterion. People who consented without being counted before (or the
    reverse) are reconciled in the invitation box: it never shows fewer than consented.
    """
    after = _after_consent(recruitment)
    before = _before_consent(recruitment.tally, len(recruitment.reached_consent), criteria or {})
    return (*before, *after)


def _before_consent(tally: Tally | None, consented: int, criteria: Mapping[str, str]) -> list[Box]:
    if tally is None:
        return []
    boxes = []
    for step in STEPS:
        left = [(how, n) for at, how, n in tally.exits if at == step]
        reasons = [r for how, n in left for r in _reasons(how, n, tally, criteria)]
        boxes.append(Box(step, LABELS[step], getattr(tally, step), tuple(reasons)))
    return _reconciled(boxes, consented)


def _reasons(how: str, count: int, tally: Tally, criteria: Mapping[str, str]) -> list[Reason]:
    if how != "ineligible":
        return [Reason(how, REASONS.get(how, how), count)]
    return [
        Reason(f"ineligible.{number}", f"{REASONS[how]}: {criteria.get(number, f'criterion {number}')}", n)
        for number, n in tally.ineligible.items()
    ]


def _reconciled(boxes: list[Box], consented: int) -> list[Box]:
    """Counts and consents are not taken at one time: those waiting make up the difference, then everybody counted."""
    last = boxes[-1]
    difference = last.remaining - consented
    waiting = sum(r.count for r in last.reasons if r.id == "pending") + difference
    others = tuple(r for r in last.reasons if r.id != "pending")
    shown = (Reason("pending", REASONS["pending"], waiting),) if waiting > 0 else ()
    missing = max(0, -waiting)
    return [replace(b, count=b.count + missing) for b in boxes[:-1]] + [
        replace(last, count=last.count + missing, reasons=(*others, *shown))
    ]


def _after_consent(recruitment: Recruitment) -> list[Box]:
    chain = ("consented", "enrolled", "interviewed")
    here = list(recruitment.reached_consent)
    boxes = []
    for step, following in zip(chain, (*chain[1:], None), strict=True):
        on = [c for c in here if _reached(recruitment, c, following)]
        gone = Counter(_why(recruitment.states[c], step) for c in here if c not in set(on))
        reasons = tuple(Reason(id, REASONS[id], n) for id, n in sorted(gone.items()))
        boxes.append(Box(step, LABELS[step], len(here), reasons))
        here = on
    return [*boxes, Box("retained", LABELS["retained"], len(here))]


def _reached(recruitment: Recruitment, code: str, step: str | None) -> bool:
    """Whether somebody reached a step, or (None) did not leave at the end."""
    if step is None:
        return recruitment.states[code] not in ("withdrawn", "lost")
    reached = recruitment.reached[code]
    return step in reached or (step == "enrolled" and "interviewed" in reached)


def _why(state: str, step: str) -> str:
    return state if state in ("withdrawn", "lost") or (state in REASONS and step == "enrolled") else "not_yet"


def funnel(recruitment: Recruitment) -> tuple[tuple[str, int], ...]:
    """How many people reached each step, in order."""
    return tuple((box.id, box.count) for box in flow_boxes(recruitment))
