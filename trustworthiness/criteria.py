"""What the records show for each criterion of trustworthiness, and for each of Halpern's classes.

Lincoln and Guba 1985, chapter 11, and Halpern's audit trail as they reprint it. The matrix says what is recorded and
what is not; whether a criterion is met is for the reader to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from study import Event
from study.kinds import KINDS
from trustworthiness.counting import counted

UNCOUNTED = ("run.closed", "dossier.published")
"""Kinds that say that a run ended or a dossier was made, which is no evidence of anything."""
SOURCES = ("interview.held", "survey.received", "fieldnote.received")
BROUGHT_TOGETHER = ("cases.compared", "groups.compared", "joint_display.made")
TRIANGULATION = (*SOURCES, *BROUGHT_TOGETHER)
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
    """How many things the records of one kind are about; nought where all of them are claims since retracted."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique of one criterion and what is recorded for it; `recorded` is empty when nothing is.

    `beside` are sources on record of which none is recorded as brought together with another.
    """

    criterion: str
    technique: str
    recorded: tuple[Recorded, ...]
    looked_for: tuple[str, ...]
    beside: tuple[Recorded, ...] = ()


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
    """Every technique with what is recorded for it, in the order of the book; never a score."""
    known = _by_kind(events)
    return tuple(
        _technique(criterion, technique, known, kinds)
        for criterion, techniques in CRITERIA.items()
        for technique, kinds in techniques.items()
    )


def _technique(
    criterion: str, technique: str, known: Mapping[str, Sequence[Event]], kinds: tuple[str, ...]
) -> Technique:
    """One technique; sources that are not brought together are no triangulation."""
    if kinds == TRIANGULATION and not set(BROUGHT_TOGETHER) & set(known):
        return Technique(criterion, technique, (), kinds, _recorded(known, SOURCES))
    return Technique(criterion, technique, _recorded(known, kinds), kinds)


def halpern_inventory(events: Iterable[Event]) -> tuple[HalpernClass, ...]:
    """Halpern's six classes with the kinds of events in each; dossiers and closing lines of runs do not count."""
    known = _by_kind(events)
    refs: dict[str, set[str]] = {id: set() for id in HALPERN}
    for kind, found in known.items():
        for event in found:
            refs[KINDS[kind].halpern] |= {artefact.ref for artefact in event.generated}
    return tuple(_class(id, label, known, len(refs[id])) for id, label in HALPERN.items())


def _class(id: str, label: str, known: Mapping[str, Sequence[Event]], artefacts: int) -> HalpernClass:
    kinds = tuple(kind for kind in KINDS if KINDS[kind].halpern == id and kind not in UNCOUNTED)
    missing = tuple(kind for kind in kinds if kind not in known)
    return HalpernClass(id, label, _recorded(known, kinds), artefacts, missing)


def _by_kind(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in {e.id: e for e in events if e.kind not in UNCOUNTED}.values():
        found.setdefault(event.kind, []).append(event)
    return found


def _recorded(known: Mapping[str, Sequence[Event]], kinds: tuple[str, ...]) -> tuple[Recorded, ...]:
    return tuple(Recorded(kind, counted(kind, known)) for kind in kinds if kind in known)
