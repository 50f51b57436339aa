"""What a withdrawal would change, before anything is changed (OHRP 2010; 45 CFR 46.116)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from recruitment.consent import SCOPES, consent_in_force
from recruitment.ledger import ConsentLedger
from recruitment.log import Recruitment
from study import Event, Protocol

COPIES = ("transcription_vendor", "meeting_cloud", "redcap", "analysis_project", "mailboxes", "deposit")
"""Places outside this system where copies may lie; each is ticked by a person."""


@dataclass(frozen=True, slots=True)
class Material:
    """What lies outside the trail and is counted for the impact: codings by interview id, survey rows by survey."""

    codings: Mapping[str, int] = field(default_factory=dict)
    survey_rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Impact:
    """What would change: for a person by trail code; ids of interviews and packets, counts of the rest.

    `sole_transcripts` hold this person alone, `joint_transcripts` others too; `scopes_ending` are in force now.
    """

    participant: str
    effective: date
    disposition: str
    state_before: str
    state_after: str
    scopes_ending: tuple[str, ...]
    interviews_to_cancel: tuple[str, ...]
    sole_transcripts: tuple[str, ...]
    joint_transcripts: tuple[str, ...]
    codings: int
    survey_rows: Mapping[str, int]
    packets_to_stop: tuple[str, ...]
    packets_to_ask_back: tuple[str, ...]
    sequences_to_assess_again: tuple[str, ...]
    copies_elsewhere: tuple[str, ...]


def withdrawal_impact(
    participant: str,
    effective: date,
    scopes: tuple[str, ...],
    disposition: str,
    *,
    events: list[Event],
    recruitment: Recruitment,
    ledger: ConsentLedger,
    material: Material,
) -> Impact:
    """What withdrawing these scopes (none named means all) from a day on would change, from the trail as it stands."""
    ending = scopes or SCOPES
    leaves = "take_part" in ending
    mine = [i for i in recruitment.interviews.values() if participant in i.participants]
    received = {e.subject_id("transcript") for e in events if e.kind == "transcript.received"}
    transcripts = [i for i in mine if i.id in received]
    sole = tuple(i.id for i in transcripts if len(i.participants) == 1)
    packets = _packets(participant, events)
    before = recruitment.states.get(participant, "not recruited")
    return Impact(
        participant=participant,
        effective=effective,
        disposition=disposition,
        state_before=before,
        state_after="withdrawn" if leaves else before,
        scopes_ending=tuple(s for s in ending if consent_in_force(ledger, participant, s, effective).in_force),
        interviews_to_cancel=tuple(i.id for i in mine if leaves and i.state in ("scheduled", "no_show")),
        sole_transcripts=sole,
        joint_transcripts=tuple(i.id for i in transcripts if len(i.participants) > 1),
        codings=sum(material.codings.get(i.id, 0) for i in transcripts),
        survey_rows=material.survey_rows,
        packets_to_stop=tuple(sorted(p for p, sent in packets.items() if not sent)),
        packets_to_ask_back=tuple(sorted(p for p, sent in packets.items() if sent)),
        sequences_to_assess_again=_sequences(events) if disposition == "delete" and transcripts else (),
        copies_elsewhere=COPIES,
    )


def dispositions_offered(ledger: ConsentLedger, participant: str, protocol: Protocol) -> tuple[str, ...]:
    """What the form last signed offers to do with data already given; everything when no known form was signed."""
    signed = ledger.given.get(participant, ())
    form = protocol.form_version(signed[-1].form, signed[-1].version) if signed else None
    return tuple(form.dispositions) if form else ("keep", "deidentify", "delete")


def _packets(participant: str, events: list[Event]) -> dict[str, bool]:
    """The person's packets, each with whether it was sent."""
    packets: dict[str, bool] = {}
    for event in events:
        if (
            event.kind in ("member_check.released", "member_check.sent")
            and event.subject_id("participant") == participant
        ):
            packet = event.data["packet"]
            packets[packet] = packets.get(packet, False) or event.kind == "member_check.sent"
    return packets


def _sequences(events: list[Event]) -> tuple[str, ...]:
    return tuple(sorted({e.data["sequence"] for e in events if e.kind == "saturation.assessed"}))
