"""Kinds about how the study is run: protocol, approvals, team, deviations, corrections."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Day, EventId, Kind, LaneObject, Rank, Sha256, Shape


class Opened(Shape):
    time_zone: str
    protocol: Sha256
    approval_from: Day
    approval_to: Day | None = None


class Closed(Shape):
    open_obligations: Count


class ProtocolAmended(Shape):
    """study.yaml changed from `previous`; `ordinal` counts how often exactly so."""

    protocol: Sha256
    previous: Sha256
    ordinal: Count = 1


class Amendment(Shape):
    amendment: Code


class ApprovalRenewed(Shape):
    approval_from: Day
    approval_to: Day | None = None


class ApprovalExcepted(Shape):
    """What the board allowed while no approval was in force."""

    reference: Code
    excepted_from: Day
    excepted_to: Day
    permits: tuple[Literal["contact", "collection", "analysis"], ...]


class BasisDeclared(Shape):
    """The lawful basis for processing personal data (GDPR articles 6(1) and 9(2))."""

    reference: Code
    basis: Literal["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
    condition: Literal["explicit_consent", "public_interest", "public_health", "research"] | None = None
    basis_from: Day
    basis_to: Day | None = None


class Authorised(Shape):
    role: Code
    task: Code
    ends: Day | None = None


class Ended(Shape):
    task: Code


class Deviation(Shape):
    deviation: Code
    check: Code | None = None
    fingerprint: Sha256 | None = None


class Correction(Shape):
    target: EventId
    action: Literal["drop", "replace"]
    replacement: EventId | None = None


class Erasure(Shape):
    """An erasure carried out: what decided it, how many objects went, the refs of the files among them.

    Tables rewritten without a person are in `generated`; `changed` are those of them that were not as last recorded
    before, so that this event vouches for more than its own change. `trail_objects` are objects of the trail itself
    that were removed because of what they held: a verifier goes on reporting them as missing.
    """

    decision: EventId
    objects: Count
    refs: tuple[Code, ...]
    changed: tuple[Code, ...] = ()
    trail_objects: tuple[LaneObject, ...] = ()


class RunClosed(Shape):
    lane: Code
    reason: Literal["completed", "failed", "silent", "taken_over"]


class ImpactAssessed(Shape):
    assessment: Code


CONDUCT_KINDS = (
    Kind("study.opened", Opened, (), Rank.OPENING, "intentions"),
    Kind("study.closed", Closed, (), Rank.AFTERMATH, "process_notes"),
    Kind(
        "protocol.amended",
        ProtocolAmended,
        ("data.previous", "data.protocol", "data.ordinal"),
        Rank.GRANT,
        "intentions",
    ),
    Kind("amendment.submitted", Amendment, ("data.amendment",), Rank.OPENING, "intentions"),
    Kind("amendment.approved", Amendment, ("data.amendment",), Rank.GRANT, "intentions"),
    Kind("approval.renewed", ApprovalRenewed, ("data.approval_from",), Rank.GRANT, "intentions"),
    Kind("approval.excepted", ApprovalExcepted, ("data.reference",), Rank.GRANT, "intentions"),
    Kind(
        "data_protection.declared",
        BasisDeclared,
        ("data.reference", "data.basis", "data.basis_from", "data.basis_to"),
        Rank.GRANT,
        "intentions",
    ),
    Kind("personnel.authorised", Authorised, ("person", "data.task", "occurred"), Rank.GRANT, "intentions"),
    Kind("personnel.ended", Ended, ("person", "data.task", "occurred"), Rank.WITHDRAWAL, "intentions"),
    Kind("deviation.recorded", Deviation, ("data.deviation",), Rank.ASSESSMENT, "process_notes"),
    Kind("deviation.reported", Deviation, ("data.deviation",), Rank.DECISION, "process_notes"),
    Kind("incident.reported", Deviation, ("data.deviation",), Rank.DECISION, "process_notes"),
    Kind("storage.dpia", ImpactAssessed, ("data.assessment",), Rank.GRANT, "intentions"),
    Kind("correction.made", Correction, ("data.target", "data.action"), Rank.AFTERMATH, "process_notes"),
    Kind("erasure.executed", Erasure, ("data.decision",), Rank.AFTERMATH, "process_notes"),
    Kind("run.closed", RunClosed, ("data.lane", "data.reason"), Rank.AFTERMATH, "process_notes"),
)
