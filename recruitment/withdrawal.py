"""What a withdrawal would change, before anything is changed (OHRP 2010; 45 CFR 46.116)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from recruitment.consent import SCOPES, consent_in_force
from recruitment.copies import COPIES, GOES
from recruitment.ledger import ConsentLedger
from recruitment.log import Interview, Recruitment
from recruitment.targets import Affiliation, target_progress
from study import Event, Protocol
from study.protocol.people import Target

__all__ = [
    "COPIES",
    "CellChange",
    "Impact",
    "Material",
    "SequenceChange",
    "dispositions_offered",
    "last_day",
    "leaving",
    "withdrawal_impact",
    "without_erased",
]


@dataclass(frozen=True, slots=True)
class SequenceChange:
    """What saturation says of one sequence now and without the person: `6+2`, or why there is no such label."""

    name: str
    before: str
    after: str
    interviews_before: int
    interviews_after: int


@dataclass(frozen=True, slots=True)
class CellChange:
    """A target of the protocol with the interviews that count for it now and without the person's."""

    target: Target
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Material:
    """What lies outside the trail and is counted for the impact.

    `codings` are counts by interview id, `survey_rows` by survey file, `quotes` by packet id; `cited` holds for each
    claim the interview of every coding it rests on, one entry a coding; `published` are claims that a published dossier
    or a deposit holds; `saturation` are the sequences the person is in; `exports` are surveys with a clean export.
    """

    codings: Mapping[str, int] = field(default_factory=dict)
    survey_rows: Mapping[str, int] = field(default_factory=dict)
    quotes: Mapping[str, int] = field(default_factory=dict)
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: frozenset[str] = frozenset()
    saturation: tuple[SequenceChange, ...] = ()
    targets: tuple[Target, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    exports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """What would change: for a person by trail code; ids of interviews, packets and claims, counts of the rest.

    `sole_transcripts` hold this person alone, `joint_transcripts` others too; `scopes_ending` are in force now.
    `quotes_held_back` and `quotes_sent` stand in packets to stop and to ask back; `claims` rest on the person's words,
    `quotes_cited` times in all, `quotes_published` of them in what was published or deposited; `exports` are surveys
    whose clean exports go and can be made again.
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
    quotes_held_back: int
    quotes_sent: int
    claims: tuple[str, ...]
    quotes_cited: int
    quotes_published: int
    targets: tuple[CellChange, ...]
    sequences: tuple[SequenceChange, ...]
    copies_elsewhere: tuple[str, ...]
    exports: tuple[str, ...] = ()

    @property
    def sequences_to_assess_again(self) -> tuple[str, ...]:
        """The sequences of interviews whose saturation is to be assessed again."""
        return tuple(s.name for s in self.sequences)


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
    """What withdrawing these scopes (none named means all) from a day on would change, from the trail as it stands.

    Targets and saturation change only where the data goes (`delete`), saturation by role or group also where nothing
    leads from it to the person any more (`deidentify`): the caller hands over the sequences of which that holds.
    """
    ending = scopes or SCOPES
    leaves = "take_part" in ending
    mine = [i for i in recruitment.interviews.values() if participant in i.participants]
    received = {e.subject_id("transcript") for e in events if e.kind == "transcript.received"}
    transcripts = [i for i in mine if i.id in received]
    sole = tuple(i.id for i in transcripts if len(i.participants) == 1)
    is_about_packets = leaves or {"quote", "recontact"} & set(ending)
    packets = _packets(participant, events, material.quotes) if is_about_packets else {}
    stopped = tuple(sorted(p for p, sent in packets.items() if not sent))
    asked_back = tuple(sorted(p for p, sent in packets.items() if sent))
    ends_quoting = "quote" in ending or disposition == "delete"
    cited = {claim: n for claim, of in material.cited.items() if (n := sum(t in sole for t in of))}
    cited = cited if ends_quoting else {}
    before = recruitment.states.get(participant, "not recruited")
    return Impact(
        participant=participant,
        effective=effective,
        disposition=disposition,
        state_before=before,
        state_after="withdrawn" if leaves else before,
        scopes_ending=tuple(s for s in ending if consent_in_force(ledger, participant, s, effective).in_force),
        interviews_to_cancel=tuple(i.id for i in mine if leaves and _is_ahead(i, participant)),
        sole_transcripts=sole,
        joint_transcripts=tuple(i.id for i in transcripts if len(i.participants) > 1),
        codings=sum(material.codings.get(i.id, 0) for i in transcripts),
        survey_rows=material.survey_rows,
        packets_to_stop=stopped,
        packets_to_ask_back=asked_back,
        quotes_held_back=sum(material.quotes.get(p, 0) for p in stopped),
        quotes_sent=sum(material.quotes.get(p, 0) for p in asked_back),
        claims=tuple(sorted(cited)),
        quotes_cited=sum(cited.values()),
        quotes_published=sum(n for claim, n in cited.items() if claim in material.published),
        targets=tuple(_cells(participant, recruitment, material)) if disposition == "delete" else (),
        sequences=material.saturation,
        copies_elsewhere=COPIES if disposition in GOES else (),
        exports=material.exports if disposition in GOES else (),
    )


def _is_ahead(interview: Interview, participant: str) -> bool:
    """Whether the person's latest sitting is still to be held, though an earlier one was: planned, or missed."""
    theirs = [s for s in interview.sittings if s.participant == participant]
    return bool(theirs) and theirs[-1].state in ("scheduled", "no_show")


def leaving(participant: str, recruitment: Recruitment) -> Recruitment:
    """The recruitment log without the interviews in which this person was the only participant, and without them in
    those they shared."""
    return _without(frozenset({participant}), recruitment)


def without_erased(recruitment: Recruitment, events: Iterable[Event]) -> Recruitment:
    """The recruitment log without the interviews of people whose data was deleted: they count for nothing any more.

    Their states stay, because that they took part and withdrew is on record.
    """
    events = list(events)
    deleted = {e.id for e in events if e.kind == "consent.withdrawn" and e.data["disposition"] == "delete"}
    gone = {
        e.subject_id("participant") or ""
        for e in events
        if e.kind == "erasure.executed" and e.data["decision"] in deleted
    }
    return _without(frozenset(gone - {""}), recruitment) if gone else recruitment


def dispositions_offered(ledger: ConsentLedger, participant: str, protocol: Protocol) -> tuple[str, ...]:
    """What the form last signed offers to do with data already given; everything when no known form was signed."""
    signed = ledger.given.get(participant, ())
    form = protocol.form_version(signed[-1].form, signed[-1].version) if signed else None
    return tuple(form.dispositions) if form else ("keep", "deidentify", "delete")


def last_day(ledger: ConsentLedger, participant: str, protocol: Protocol, recruitment: Recruitment) -> date | None:
    """The last day on which the form last signed lets the person have data deleted or de-identified; None without one.

    It is counted from their last interview held, or from the signature where none is.
    """
    signed = ledger.given.get(participant, ())
    form = protocol.form_version(signed[-1].form, signed[-1].version) if signed else None
    if form is None or form.dispositions_until_days is None:
        return None
    held = [i.day for i in recruitment.interviews.values() if participant in i.attended]
    return max(held, default=signed[-1].at.day) + timedelta(days=form.dispositions_until_days)


def _cells(participant: str, recruitment: Recruitment, material: Material) -> Iterable[CellChange]:
    """The targets for which fewer interviews count without the person."""
    now = target_progress(material.targets, recruitment, material.affiliations)
    then = target_progress(material.targets, leaving(participant, recruitment), material.affiliations)
    for one, without in zip(now, then, strict=True):
        if one.held != without.held:
            yield CellChange(one.target, one.held, without.held)


def _without(people: frozenset[str], recruitment: Recruitment) -> Recruitment:
    interviews = {id: i for id, i in recruitment.interviews.items() if not set(i.participants) <= people}
    return replace(recruitment, interviews={id: _shared(i, people) for id, i in interviews.items()})


def _shared(interview: Interview, people: frozenset[str]) -> Interview:
    if not people & set(interview.participants):
        return interview
    return replace(interview, participants={p: s for p, s in interview.participants.items() if p not in people})


def _packets(participant: str, events: list[Event], kept: Iterable[str]) -> dict[str, bool]:
    """The person's packets, those that only lie assembled among them, each with whether it was sent."""
    packets = dict.fromkeys(kept, False)
    for event in events:
        if (
            event.kind in ("member_check.released", "member_check.sent")
            and event.subject_id("participant") == participant
        ):
            packet = event.data["packet"]
            packets[packet] = packets.get(packet, False) or event.kind == "member_check.sent"
    return packets
