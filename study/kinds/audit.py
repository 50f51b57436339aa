"""Kinds about an audit visit and the end of a study: opened, sampled, accessed, attested; deposited, unlinked."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Day, Hmac, Kind, Rank, Sha256, Shape


class AuditVisit(Shape):
    """A visit by somebody outside the team, by code; the organisation's name is in the record beside it.

    `reading` says whether items may be opened in presence of the team, `basis` on what ground: each speaker's consent
    to audit, or what the board permits under `reference`.
    """

    visit: Code
    auditor: Code | None = None
    starts: Day | None = None
    ends: Day | None = None
    reading: bool | None = None
    basis: Literal["consent", "board"] | None = None
    reference: Code | None = None


class AuditSample(Shape):
    """Claims drawn for a visit; `of` claims there were, under `seed` or chosen by the auditor. `draw` counts from 1."""

    visit: Code
    draw: Count
    method: Literal["seeded", "chosen"]
    claims: tuple[Code, ...]
    of: Count
    seed: Code | None = None


class AuditAccess(Shape):
    """One artefact opened to the auditor, for a claim, with these of the team present."""

    visit: Code
    ref: Code
    claim: Code | None = None
    present: tuple[Code, ...] = ()


class AuditRefusal(Shape):
    """How many transcripts and notes behind a claim stayed shut for the auditor, by reason."""

    visit: Code
    claim: Code
    no_audit_scope: Count = 0
    withdrawn: Count = 0
    approval_lapsed: Count = 0
    not_released: Count = 0
    notes: Count = 0
    changed: Count = 0


class AuditQuery(Shape):
    """A question of the auditor; its words are in the record beside it."""

    visit: Code
    query: Code
    claim: Code | None = None
    content: Hmac


class AuditAnswer(Shape):
    """What the team answered; `version` counts the answers to one question from 1."""

    visit: Code
    query: Code
    version: Count
    outcome: Literal["explained", "corrected", "not_resolved"]
    content: Hmac


class Attested(Shape):
    """What the auditor signed of one dossier: how many statements of each verdict."""

    visit: Code
    dossier: Sha256
    auditor: Code | None = None
    confirmed: Count = 0
    not_confirmed: Count = 0
    not_examined: Count = 0


class VisitClosed(Shape):
    """The end of a visit: files removed that had been opened, queries asked, and left without agreement."""

    visit: Code
    removed: Count
    queries: Count
    unresolved: Count
    attested: bool


class Deposited(Shape):
    """What was handed to an archive, under its receipt: how many files, and transcripts among them."""

    archive: Code
    receipt: Code | None = None
    files: Count | None = None
    transcripts: Count | None = None


class Unlinked(Shape):
    """That what leads from the trail to people is destroyed, decided by two; erasure.executed says that it was done."""

    people: Count = 0
    objects: Count = 0
    second: Code | None = None


AUDIT_KINDS = (
    Kind("audit.opened", AuditVisit, ("data.visit",), Rank.ACT, "process_notes"),
    Kind("audit.sampled", AuditSample, ("data.visit", "data.draw"), Rank.ACT, "process_notes"),
    Kind(
        "audit.accessed", AuditAccess, ("data.visit", "data.ref", "data.claim", "occurred"), Rank.ACT, "process_notes"
    ),
    Kind("audit.refused", AuditRefusal, ("data.visit", "data.claim", "occurred"), Rank.ACT, "process_notes"),
    Kind("audit.queried", AuditQuery, ("data.visit", "data.query"), Rank.ACT, "process_notes"),
    Kind("audit.answered", AuditAnswer, ("data.visit", "data.query", "data.version"), Rank.ACT, "process_notes"),
    Kind("audit.attested", Attested, ("data.visit", "data.dossier"), Rank.DECISION, "process_notes"),
    Kind("audit.closed", VisitClosed, ("data.visit",), Rank.RESULT, "process_notes"),
    Kind("archive.deposited", Deposited, ("data.archive", "data.receipt"), Rank.RESULT, "reconstruction"),
    Kind("linkage.destroyed", Unlinked, (), Rank.AFTERMATH, "process_notes"),
)
