"""What the records show for each criterion of trustworthiness, and for each of Halpern's classes.

Lincoln and Guba 1985, chapter 11, and Halpern's audit trail as they reprint it. The matrix says what is recorded and
what is not; whether a criterion is met is for the reader to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from study import Event
from study.kinds import KINDS

UNCOUNTED = ("run.closed", "dossier.published")
"""Kinds that say that a run ended or a dossier was made, which is no evidence of anything."""
TRIANGULATION = (
    "interview.held",
    "survey.received",
    "fieldnote.received",
    "cases.compared",
    "groups.compared",
    "joint_display.made",
)
AUDIT = ("audit.opened", "audit.sampled", "audit.accessed", "audit.queried", "audit.attested")

CRITERIA: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Credibility": {
        "Prolonged engagement": ("site.visited", "interview.held", "fieldnote.received"),
        "Persistent observation": ("fieldnote.received", "memo.written"),
        "Triangulation": TRIANGULATION,
        "Peer debriefing": ("debriefing.held",),
        "Negative case analysis": (
            "hypothesis.stated",
            "negative_case.raised",
            "negative_case.resolved",
            "counter_narrative.recorded",
        ),
        "Referential adequacy": ("archive.deposited",),
        "Member checking": ("member_check.sent", "member_check.returned", "member_check.resolved"),
    },
    "Transferability": {
        "Thick description": ("sample.approved", "site.visited", "fieldnote.received", "transcript.released"),
    },
    "Dependability": {
        "Inquiry audit": AUDIT,
        "Changes of the inquiry on record": (
            "protocol.amended",
            "amendment.approved",
            "guide.changed",
            "codebook.changed",
            "codebook.frozen",
            "deviation.recorded",
        ),
    },
    "Confirmability": {
        "Confirmability audit": AUDIT,
        "Audit trail": (
            "claim.asserted",
            "claim.retracted",
            "coding.imported",
            "transcript.released",
            "transcript.validated",
        ),
        "Triangulation": TRIANGULATION,
    },
    "All four": {
        "Reflexive journal": ("memo.written",),
    },
}

HALPERN: Mapping[str, str] = {
    "raw_data": "Raw data",
    "data_reduction": "Data reduction and analysis products",
    "reconstruction": "Data reconstruction and synthesis products",
    "process_notes": "Process notes",
    "intentions": "Materials on intentions and dispositions",
    "instrument_development": "Instrument development information",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many events of one kind there are."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique of one criterion and what is recorded for it; `recorded` is empty when nothing is."""

    criterion: str
    technique: str
    recorded: tuple[Recorded, ...]
    looked_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HalpernClass:
    """One of Halpern's classes and the kinds of events deposited in it; empty when nothing is.

    `artefacts` are the distinct files and records its events name; `missing` are its kinds of which there is no event.
    """

    id: str
    label: str
    deposited: tuple[Recorded, ...]
    artefacts: int = 0
    missing: tuple[str, ...] = ()


def criteria_matrix(events: Iterable[Event]) -> tuple[Technique, ...]:
    """Every technique with the events recorded for it, in the order of the book; never a score."""
    counts = _counts(events)
    return tuple(
        Technique(criterion, technique, _recorded(counts, kinds), kinds)
        for criterion, techniques in CRITERIA.items()
        for technique, kinds in techniques.items()
    )


def halpern_inventory(events: Iterable[Event]) -> tuple[HalpernClass, ...]:
    """Halpern's six classes with the kinds of events in each; dossiers and closing lines of runs do not count."""
    known = list(events)
    counts = _counts(known)
    refs: dict[str, set[str]] = {id: set() for id in HALPERN}
    for event in known:
        if event.kind not in UNCOUNTED:
            refs[KINDS[event.kind].halpern] |= {artefact.ref for artefact in event.generated}
    return tuple(_class(id, label, counts, len(refs[id])) for id, label in HALPERN.items())


def _class(id: str, label: str, counts: Counter[str], artefacts: int) -> HalpernClass:
    kinds = tuple(kind for kind in KINDS if KINDS[kind].halpern == id and kind not in UNCOUNTED)
    missing = tuple(kind for kind in kinds if not counts[kind])
    return HalpernClass(id, label, _recorded(counts, kinds), artefacts, missing)


def _counts(events: Iterable[Event]) -> Counter[str]:
    return Counter({e.id: e.kind for e in events if e.kind not in UNCOUNTED}.values())


def _recorded(counts: Counter[str], kinds: tuple[str, ...]) -> tuple[Recorded, ...]:
    return tuple(Recorded(kind, counts[kind]) for kind in kinds if counts[kind])
