"""What an auditor gets to see, as values; the page only lays it out.

The digest names the content: two dossiers that say the same have the same digest, whenever they were made.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from study import Event
from study.decisions import Taken
from study.event import in_fold_order
from trustworthiness.checklists import CHECKLISTS, Filled, Records, Stated, by_kind, filled
from trustworthiness.counting import current
from trustworthiness.criteria import HalpernClass, Technique, criteria_matrix, halpern_inventory
from trustworthiness.history import History, study_history
from trustworthiness.member_check_account import Account

LEFT_OUT = ("dossier.published", "run.closed")
"""Kinds that say that a dossier or a run was made: they must not change what the next dossier is."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the sample: strategy, reason, how many eligible and selected, how sure the answer is."""

    name: str
    strategy: str
    rationale: str
    eligible: int
    selected: tuple[str, ...]
    status: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """One consent scope: for how many of those who consented it is in force."""

    scope: str
    in_force: int
    not_in_force: int


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """How many decisions of one kind one person took, and how sure that is (declared, authenticated, signed)."""

    kind: str
    by: str
    assurance: str
    count: int


@dataclass(frozen=True, slots=True)
class FlowBox:
    """One step of the flow of participants: how many people, and why some of those before are not in it."""

    label: str
    count: int
    left: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A dossier's content. Counts are exact: the pages suppress small cells for their audience.

    `recruitment` runs from the first step to the last; `verdicts` is material → verdict → count; `queries` is
    state → severity → count; `codebooks` is by event what a codebook changed, as its
    record holds it; `events` is the digest of every event the dossier rests on, `events_count` their number.
    """

    study: str
    title: str
    synthetic: bool
    board: str
    reference: str
    criteria: tuple[Technique, ...]
    halpern: tuple[HalpernClass, ...]
    stages: tuple[Stage, ...]
    decisions: tuple[DecisionLine, ...]
    recruitment: tuple[FlowBox, ...]
    consent: tuple[Coverage, ...]
    verdicts: Mapping[str, Mapping[str, int]]
    queries: Mapping[str, Mapping[str, int]]
    member_checks: Account | None
    claims: int
    gaps: Mapping[str, int]
    loose: Mapping[str, int]
    history: History
    checklists: tuple[Filled, ...]
    codebooks: Mapping[str, Mapping[str, Any]]
    events: str
    events_count: int

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the content: no run times, no day, no size, root or seals of the trail."""
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()


def content(
    events: Iterable[Event],
    *,
    study: str,
    title: str,
    synthetic: bool,
    board: str,
    reference: str,
    member_checks: Account | None,
    stages: Iterable[Stage],
    decisions: Iterable[Taken],
    recruitment: Iterable[FlowBox],
    consent: Iterable[Coverage],
    verdicts: Mapping[str, Mapping[str, int]],
    queries: Mapping[str, Mapping[str, int]],
    claims: int,
    gaps: Mapping[str, int],
    loose: Mapping[str, int] | None = None,
    codebooks: Mapping[str, Mapping[str, Any]] | None = None,
    declared: Mapping[str, tuple[str, ...]] | None = None,
    stated: Mapping[str, Stated] | None = None,
) -> Content:
    """Put a dossier's content together from the events and the states already folded from them.

    `member_checks` is None where there are none, `loose` counts transcripts that hang loose, by how.
    `declared` is what study.yaml says, by topic; `stated` is what the team states to items of checklists.
    """
    known = in_fold_order(e for e in events if e.kind not in LEFT_OUT)
    counting = current(known)
    records = Records(by_kind(counting), declared or {}, stated or {})
    return Content(
        study=study,
        title=title,
        synthetic=synthetic,
        board=board,
        reference=reference,
        criteria=criteria_matrix(counting),
        halpern=halpern_inventory(counting),
        stages=tuple(stages),
        decisions=_counted(decisions),
        recruitment=tuple(recruitment),
        consent=tuple(consent),
        verdicts=verdicts,
        queries=queries,
        member_checks=member_checks,
        claims=claims,
        gaps=gaps,
        loose=loose or {},
        codebooks=codebooks or {},
        history=study_history(known),
        checklists=tuple(filled(checklist, records) for checklist in CHECKLISTS),
        events=events_digest(known),
        events_count=len({e.id for e in known}),
    )


def _counted(decisions: Iterable[Taken]) -> tuple[DecisionLine, ...]:
    counts = Counter((taken.kind, taken.by, taken.assurance) for taken in decisions)
    return tuple(DecisionLine(*which, count) for which, count in sorted(counts.items()))


def events_digest(events: Iterable[Event]) -> str:
    """SHA-256 in hex over what happened: ids, kinds, subjects, artefacts and data, in the order of the ids.

    Who recorded it, when and in which run is left out, so that recording the same acts again changes nothing.
    """
    acts = {
        e.id: [e.id, e.kind, [asdict(s) for s in e.subject], [asdict(g) for g in e.generated], dict(e.data)]
        for e in events
        if e.kind not in LEFT_OUT
    }
    return hashlib.sha256(_canonical([acts[id] for id in sorted(acts)])).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=list).encode()
