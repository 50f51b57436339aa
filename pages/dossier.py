"""The dossier as one self-contained HTML page for an auditor: what is recorded, what is not, and what that proves.

No participant's words. Counts of people are suppressed below k (see suppression.py); a count beside others of the same
people is rounded down, so that nothing follows from their differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pages.layout import render
from pages.suppression import at_least, suppress_counts, suppress_steps
from pages.trail_words import ASSURANCE, plain_limits
from study.decisions import DECISIONS
from study.kinds import KINDS
from trustworthiness.criteria import Recorded
from trustworthiness.dossier import Content, DecisionLine, MemberCheckLine

ABOUT_PEOPLE = frozenset({"participant", "interview", "transcript", "recording"})
STEPS_OF_PEOPLE = ("packets released", "packets sent", "replies returned", "closed")
VERDICTS = {"passed": "Passed", "review": "To review", "blocked": "Blocked", "unreadable": "Could not be read"}


@dataclass(frozen=True, slots=True)
class TrailVerdict:
    """What the verifier found, and what its verdict does not say; size and root are the printed fingerprint."""

    ok: bool
    events: int
    seals: int
    size: int
    root: str
    faults: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One line on decisions: what was decided, by whom (a team code), how often, how sure that is."""

    what: str
    by: str
    count: str
    assurance: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, and the count as text."""

    what: str
    count: str


def dossier_page(content: Content, *, k: int, day: str, trail: TrailVerdict) -> bytes:
    """The dossier for an auditor; no cell rests on fewer than k people. `day` is the day it was made."""
    criteria: dict[str, list[tuple[str, list[str], list[str]]]] = {}
    for row in content.criteria:
        looked_for = [_named(kind) for kind in row.looked_for]
        criteria.setdefault(row.criterion, []).append((row.technique, _recorded(row.recorded, k), looked_for))
    surveys = content.verdicts.get("surveys", {})
    return render(
        "dossier.html",
        language="en",
        title=f"Dossier: {content.title}",
        content=content,
        k=k,
        day=day,
        trail=trail,
        limits=plain_limits(trail.limits),
        criteria=criteria,
        decisions=_decisions(content.decisions, k),
        halpern=[(c.label, _recorded(c.deposited, k)) for c in content.halpern],
        recruitment=_steps(content.recruitment, k),
        consent=[_scope(c.scope, c.in_force, c.not_in_force, k) for c in content.consent],
        transcripts=_partition(content.verdicts.get("transcripts", {}), k),
        surveys=[Line(VERDICTS[v], str(n)) for v, n in surveys.items()] if any(surveys.values()) else [],
        people=_people(content.member_checks, k),
        themes=_themes(content.member_checks, k),
        queries=[(state.replace("_", " "), counts) for state, counts in content.queries.items()],
    )


def _decisions(lines: Iterable[DecisionLine], k: int) -> list[Decision]:
    """Decisions by kind and person; those about people only as at least so many."""
    return [
        Decision(
            DECISIONS[line.kind],
            line.by,
            _count(line.kind, line.count, k),
            ASSURANCE[line.assurance],
            "good" if line.assurance == "signed" else "warn",
        )
        for line in lines
    ]


def _recorded(recorded: Iterable[Recorded], k: int) -> list[str]:
    """Kinds with their counts; those about people only as at least so many."""
    return [f"{_named(one.kind)}: {_count(one.kind, one.count, k)}" for one in recorded]


def _count(kind: str, count: int, k: int) -> str:
    if not ABOUT_PEOPLE & set(KINDS[kind].key):
        return str(count)
    low = at_least(count, k)
    return f"{low} or more" if low else f"fewer than {k}"


def _named(kind: str) -> str:
    """A kind's name as words: `peer debriefing` stays the technique's name, the kind says what happened."""
    return kind.replace(".", " ").replace("_", " ").replace("fieldnote", "field note")


def _shown(count: int | None) -> str:
    return "suppressed" if count is None else str(count)


def _steps(steps: Iterable[tuple[str, int]], k: int) -> list[Line]:
    named = list(steps)
    shown = suppress_steps([count for _, count in named], k)
    return [Line(what, _shown(count)) for (what, _), count in zip(named, shown, strict=True)]


def _scope(scope: str, in_force: int, not_in_force: int, k: int) -> tuple[str, str, str]:
    shown, total = suppress_counts({"in": in_force, "not": not_in_force}, k)
    return scope.replace("_", " "), _shown(shown["in"]), _shown(total)


def _partition(verdicts: Mapping[str, int], k: int) -> list[Line]:
    if not any(verdicts.values()):
        return []
    shown, total = suppress_counts(verdicts, k)
    return [*(Line(VERDICTS[v], _shown(shown[v])) for v in verdicts), Line("In all", _shown(total))]


def _people(lines: Iterable[MemberCheckLine], k: int) -> list[Line]:
    """People step by step; those who left between two steps are their difference, so it is never small either."""
    by_what = {line.what: line for line in lines}
    considered = by_what["packets released"].of
    counts = [("people considered", considered), *((what, by_what[what].count) for what in STEPS_OF_PEOPLE)]
    return _steps(counts, k) if considered else []


def _themes(lines: Iterable[MemberCheckLine], k: int) -> list[Line]:
    """Answers to themes by verdict; a verdict that few people gave is suppressed however often they gave it."""
    found = {line.what.removeprefix("themes: "): line for line in lines if line.what.startswith("themes: ")}
    if not any(line.count for line in found.values()):
        return []
    counts = {what: line.count for what, line in found.items()}
    shown, total = suppress_counts(counts, k, people={what: line.people for what, line in found.items()})
    return [*(Line(what, _shown(shown[what])) for what in counts), Line("in all", _shown(total))]
