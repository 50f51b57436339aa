"""The flow of participants as boxes: each box holds the people of the box before less its reasons (CONSORT's shape)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

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
    "unexplained": "Left, not counted how",
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

    `criteria` gives the words of each numbered criterion. Each box is the one before less its reasons, whatever the
    counts say: people who consented without being counted before (or the reverse) are reconciled.
    """
    after = _after_consent(recruitment)
    before = _before_consent(recruitment.tally, len(recruitment.reached_consent), criteria or {})
    return (*before, *after)


def _before_consent(tally: Tally | None, consented: int, criteria: Mapping[str, str]) -> list[Box]:
    """The counted boxes, from the last to the first, so that each holds what follows and its reasons.

    Counts and consents are not taken at one time: those waiting in the last box make up the difference, then everybody
    counted. Counts taken without saying who left how are said to be so.
    """
    if tally is None:
        return []
    boxes: list[Box] = []
    following = consented
    for step in reversed(STEPS):
        is_last = step == STEPS[-1]
        left = [(how, n) for at, how, n in tally.exits if at == step and n and not (is_last and how == "pending")]
        reasons = [r for how, n in left for r in _reasons(how, n, tally, criteria)]
        needed = following + sum(r.count for r in reasons)
        count = max(getattr(tally, step), needed)
        if rest := count - needed:
            id = "pending" if is_last else "unexplained"
            reasons.append(Reason(id, REASONS[id], rest))
        boxes.append(Box(step, LABELS[step], count, tuple(reasons)))
        following = count
    return boxes[::-1]


def _reasons(how: str, count: int, tally: Tally, criteria: Mapping[str, str]) -> list[Reason]:
    """How people left as reasons: one a criterion where the criteria account for all of them."""
    if how != "ineligible" or sum(tally.ineligible.values()) != count:
        return [Reason(how, REASONS.get(how, how.replace("_", " ").capitalize()), count)]
    return [Reason(f"ineligible.{number}", _unmet(number, criteria), n) for number, n in tally.ineligible.items() if n]


def _unmet(number: str, criteria: Mapping[str, str]) -> str:
    if number == "unnamed":
        return f"{REASONS['ineligible']}: criterion not named"
    said = f": {criteria[number]}" if number in criteria else ""
    return f"Does not meet criterion {number}{said}"


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
