"""Audit visits: opened, sampled, items shown, questions and answers, attested, closed; folded from the trail.

Halpern's stages, as Lincoln and Guba (1985, appendix B) reprint them: pre-entry, auditability, agreement,
determination, closure. What is recorded for each is said, never whether the study stood the audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from study import Event
from study.event import in_fold_order, local_day, time_zone_of
from study.query import Severity

AUDIT_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "AU001",
        "review",
        "Every question of an auditor is answered",
        "A question left open makes the visit worth less, and a visit with one cannot be closed.",
    ),
    (
        "AU002",
        "block",
        "Nothing that may identify a person is in a deposit package",
        "What an archive has handed out cannot be called back.",
    ),
    (
        "AU003",
        "review",
        "Everything consented to archiving has a de-identified copy that passed",
        "Somebody agreed that what they said is kept for others; without a copy it is lost to them.",
    ),
)
"""The checks of audit visits and deposits: id, severity, title, reason."""

STAGES = ("pre_entry", "auditability", "agreement", "determination", "closure")


@dataclass(frozen=True, slots=True)
class Draw:
    """One sample of claims: which of how many, how, and on which day; `number` counts from 1."""

    number: int
    method: str
    claims: tuple[str, ...]
    of: int
    seed: str | None
    day: date


@dataclass(frozen=True, slots=True)
class Access:
    """One artefact opened, for which claim, on which day, who of the team was there."""

    ref: str
    claim: str | None
    day: date
    present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """A question of the auditor: the claim it is about, its days, and how it was answered last (None: not yet)."""

    query: str
    claim: str | None
    asked: date
    answers: int = 0
    outcome: str | None = None
    answered: date | None = None

    @property
    def is_unresolved(self) -> bool:
        """Not answered, or answered without settling it."""
        return self.outcome in (None, "not_resolved")


@dataclass(frozen=True, slots=True)
class Attestation:
    """One dossier attested, by its content digest: how many statements of each verdict, on which day."""

    dossier: str
    day: date
    confirmed: int
    not_confirmed: int
    not_examined: int


@dataclass(frozen=True, slots=True)
class AuditVisit:
    """One visit as the trail knows it; `closed` is None while it is open. `refused` counts what stayed shut."""

    visit: str
    event: str
    auditor: str | None
    opened: date
    starts: date | None
    ends: date | None
    reading: bool
    basis: str | None
    reference: str | None
    agreement: bool
    draws: tuple[Draw, ...] = ()
    accesses: tuple[Access, ...] = ()
    refused: int = 0
    questions: tuple[AuditQuestion, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    closed: date | None = None
    removed: int = 0

    @property
    def state(self) -> str:
        """open | attested | closed"""
        return "closed" if self.closed else "attested" if self.attestations else "open"

    @property
    def sampled(self) -> tuple[str, ...]:
        """Every claim drawn, in any draw, sorted."""
        return tuple(sorted({claim for draw in self.draws for claim in draw.claims}))

    @property
    def unanswered(self) -> tuple[AuditQuestion, ...]:
        return tuple(q for q in self.questions if q.outcome is None)

    @property
    def unresolved(self) -> tuple[AuditQuestion, ...]:
        return tuple(q for q in self.questions if q.is_unresolved)

    @property
    def stages(self) -> dict[str, date | None]:
        """Halpern's stages and the first day on which something is recorded for each, None where nothing is."""
        looked = [a.day for a in self.accesses] + [q.asked for q in self.questions] + [a.day for a in self.attestations]
        days = (
            self.opened,
            min((draw.day for draw in self.draws), default=None),
            self.opened if self.agreement else None,
            min(looked, default=None),
            self.closed,
        )
        return dict(zip(STAGES, days, strict=True))


@dataclass(frozen=True, slots=True)
class AuditVisits:
    """Every visit, the first opened first."""

    visits: tuple[AuditVisit, ...] = ()

    @property
    def open(self) -> tuple[AuditVisit, ...]:
        return tuple(v for v in self.visits if v.closed is None)

    @property
    def unanswered(self) -> int:
        """Questions without an answer, over all visits."""
        return sum(len(v.unanswered) for v in self.visits)

    def visit(self, code: str) -> AuditVisit | None:
        """The visit with that code, or None."""
        return next((v for v in self.visits if v.visit == code), None)


def fold_audits(events: Iterable[Event]) -> AuditVisits:
    """Every audit visit from the set of events; the same for any order of them."""
    kinds = ("audit.", "study.opened", "correction.")
    ordered = in_fold_order(e for e in events if e.kind.startswith(kinds))
    zone = time_zone_of(ordered)
    by_visit: dict[str, list[tuple[Event, date]]] = {}
    for event in ordered:
        if event.kind.startswith("audit."):
            by_visit.setdefault(event.data["visit"], []).append((event, local_day(event.occurred, zone)))
    found = (_visit(code, acts) for code, acts in by_visit.items())
    return AuditVisits(tuple(sorted((v for v in found if v), key=lambda v: (v.opened, v.visit))))


def draw_claims(claims: Iterable[str], seed: str, size: int) -> tuple[str, ...]:
    """`size` claims (all where there are fewer), drawn by a seed the auditor names; the same on every machine.

    Claims are ordered by SHA-256 of `seed`, a line feed and the claim's id (UTF-8), and the first are taken: nobody
    who does not choose the seed can steer the draw, and anybody can repeat it with one line of code.
    """
    ordered = sorted(set(claims), key=lambda id: (hashlib.sha256(f"{seed}\n{id}".encode()).digest(), id))
    return tuple(ordered[:size])


def _visit(code: str, acts: Sequence[tuple[Event, date]]) -> AuditVisit | None:
    opened = next(((e, day) for e, day in acts if e.kind == "audit.opened"), None)
    if opened is None:
        return None
    event, day = opened
    said = event.data
    closed = next(((e, day) for e, day in acts if e.kind == "audit.closed"), None)
    refusals = {e.data["claim"]: e for e, _ in acts if e.kind == "audit.refused"}
    counts = ("no_audit_scope", "withdrawn", "approval_lapsed", "not_released", "notes", "changed")
    return AuditVisit(
        visit=code,
        event=event.id,
        auditor=said.get("auditor"),
        opened=day,
        starts=_day(said.get("starts")),
        ends=_day(said.get("ends")),
        reading=bool(said.get("reading")),
        basis=said.get("basis"),
        reference=said.get("reference"),
        agreement=bool(event.used),
        draws=tuple(sorted((_draw(e, on) for e, on in acts if e.kind == "audit.sampled"), key=lambda d: d.number)),
        accesses=tuple(
            Access(e.data["ref"], e.data.get("claim"), on, tuple(e.data.get("present", ())))
            for e, on in acts
            if e.kind == "audit.accessed"
        ),
        refused=sum(int(e.data.get(name, 0)) for e in refusals.values() for name in counts),
        questions=tuple(sorted(_questions(acts), key=lambda q: q.query)),
        attestations=tuple(_attestation(e, on) for e, on in acts if e.kind == "audit.attested"),
        closed=closed[1] if closed else None,
        removed=int(closed[0].data["removed"]) if closed else 0,
    )


def _draw(event: Event, day: date) -> Draw:
    said = event.data
    return Draw(int(said["draw"]), said["method"], tuple(said["claims"]), int(said["of"]), said.get("seed"), day)


def _questions(acts: Sequence[tuple[Event, date]]) -> Iterable[AuditQuestion]:
    answers: dict[str, list[tuple[Event, date]]] = {}
    for event, day in acts:
        if event.kind == "audit.answered":
            answers.setdefault(event.data["query"], []).append((event, day))
    for event, day in acts:
        if event.kind != "audit.queried":
            continue
        given = sorted(answers.get(event.data["query"], ()), key=lambda pair: int(pair[0].data["version"]))
        last = given[-1] if given else None
        yield AuditQuestion(
            event.data["query"],
            event.data.get("claim"),
            day,
            len(given),
            last[0].data["outcome"] if last else None,
            last[1] if last else None,
        )


def _attestation(event: Event, day: date) -> Attestation:
    said = event.data
    verdicts = (int(said.get(name, 0)) for name in ("confirmed", "not_confirmed", "not_examined"))
    return Attestation(said["dossier"], day, *verdicts)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
