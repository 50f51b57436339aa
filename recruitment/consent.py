"""The one question about consent: was this scope in force for this participant when this happened?

A form's dates say when it may be signed; a consent so given stays in force until withdrawn, superseded by the same
participant, or reached by a re-consent order (45 CFR 46.109, .116, .117; OHRP 2010 guidance on withdrawal).
Windows are local days, both ends included. Where one side is only a day, consent that day covers an act that day, and
a withdrawal or lapse that day blocks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from recruitment.ledger import (
    CONTACT_SCOPES,
    SCOPES,
    Consent,
    ConsentLedger,
    Moment,
    Withdrawal,
    fold_consent,
)
from recruitment.soundness import Fault, approval_on, fault_of, needs_authorisation, newer_orders, reaches
from study import StudyError
from study.event import instant

__all__ = [
    "CONTACT_SCOPES",
    "GATES",
    "SCOPES",
    "ConsentLedger",
    "Decision",
    "Gate",
    "Refusal",
    "approval_on",
    "consent_in_force",
    "fault_of",
    "fold_consent",
    "gate",
    "newer_orders",
    "refusals",
]

Activity = Literal["contact", "collection", "analysis"]
Why = Literal["in_force", "no_consent", "withdrawn", "declined", "not_on_form", "reconsent_due", "approval_lapsed"]
Because = Why | Fault | Literal["no_authorisation"]

REASONS: Mapping[Because, str] = {
    "in_force": "Consent for this scope was in force.",
    "no_consent": "No consent is recorded by then.",
    "withdrawn": "This scope was withdrawn.",
    "declined": "The participant declined this scope.",
    "not_on_form": "No form the participant signed offers this scope.",
    "form_not_open": "The form version was not approved and open for signing on the day it was signed.",
    "not_in_language": "The form version was not approved in the language in which consent was given.",
    "not_authorised": "The consent was obtained by somebody not authorised to obtain it that day.",
    "no_witness": "A short form needs a witness, and none is recorded.",
    "no_reference": "The board's reference for a consent in this mode is not on record.",
    "no_representative": "The form needs a representative, and none is recorded.",
    "no_assent": "The form needs the participant's assent, and none is recorded.",
    "no_authorisation": "The authorisation that this scope needs besides consent was not in force.",
    "reconsent_due": "A newer form version makes the participant consent again first.",
    "approval_lapsed": "No ethics approval was in force that day.",
}

ACTIVITIES: Mapping[str, Activity] = {
    "take_part": "collection",
    "survey": "collection",
    "record": "collection",
    "recontact": "contact",
    "transcribe": "analysis",
    "quote": "analysis",
    "audit": "analysis",
    "archive": "analysis",
}
"""What the use of a scope is: while an approval has lapsed the board may still allow one of these."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the event that decides it (None where nothing is recorded) and why.

    `is_order_provable` is False where consent and act fall on one day and a clock time is missing.
    """

    in_force: bool
    event_id: str | None
    reason: str
    why: Because
    is_order_provable: bool = True


class Gate(NamedTuple):
    """What a step of a flow needs: scopes, each in force on the day that `date` names.

    A step that is `analysis` of what a person said or answered earlier also needs an approval on the day it is done.
    """

    flow: str
    step: str
    scopes: tuple[str, ...]
    date: Literal["interview_day", "survey_day", "contact_day", "today"]
    is_analysis: bool = False


_INTERVIEWED = ("take_part", "record", "transcribe")

GATES: Mapping[str, Gate] = {
    "contact": Gate("track-recruitment", "somebody who consented is due a contact", ("take_part",), "today"),
    "interview": Gate("track-consent", "an interview counts", ("take_part",), "interview_day"),
    "record_interview": Gate("track-consent", "a recording is kept", ("record",), "interview_day"),
    "send_recording": Gate("track-consent", "a recording goes to be transcribed", ("transcribe",), "contact_day"),
    "validate_transcript": Gate("validate-transcripts", "a transcript passes", _INTERVIEWED, "interview_day"),
    "release_transcript": Gate(
        "validate-transcripts", "a transcript is released for coding", _INTERVIEWED, "interview_day", True
    ),
    "answer_survey": Gate("validate-surveys", "a coded survey row passes", ("survey",), "survey_day"),
    "export_survey": Gate("export-surveys", "a row goes into a clean export", ("survey",), "survey_day", True),
    "code": Gate(
        "assess-saturation, compare-coders, compare-cases",
        "codings of a transcript are imported",
        ("take_part",),
        "interview_day",
        True,
    ),
    "assemble_packet": Gate("assemble-member-checks", "a packet is made", ("take_part", "recontact"), "today"),
    "quote": Gate("assemble-member-checks", "a packet quotes", ("quote",), "today"),
    "release_packet": Gate("assemble-member-checks", "a packet is released", ("recontact", "take_part"), "contact_day"),
    "send_packet": Gate(
        "assemble-member-checks", "a packet or reminder is sent", ("recontact", "take_part"), "contact_day"
    ),
    "remind": Gate("record-member-checks", "somebody is due a reminder", ("recontact", "take_part"), "today"),
    "show_auditor": Gate("open-audit-item", "an auditor opens what a person said", ("audit",), "today"),
    "deposit": Gate("deposit-material", "what a person said goes to an archive", ("archive",), "today"),
}
"""Flow step → the scopes it needs and the day on which each must be in force."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step refused for a participant (trail code): the scope that was not in force on a day, and what decides it."""

    step: str
    participant: str
    scope: str
    day: date
    decision: Decision


def refusals(
    ledger: ConsentLedger, step: str, participant: str, days: Mapping[str, date], *, is_identifiable: bool = True
) -> list[Refusal]:
    """What refuses a step of GATES for a participant, one for each scope not in force; empty where it may be done.

    `days` gives the day for the step's date source, and `today` for analysis, which waits for an approval only where
    the data is identifiable.
    """
    asked = _asked(ledger, step, participant, days)
    return _refused(ledger, step, participant, days, asked, is_identifiable=is_identifiable)


def _asked(ledger: ConsentLedger, step: str, participant: str, days: Mapping[str, date]) -> dict[str, Decision]:
    """The decision on each scope that a step needs, on its day."""
    needed = GATES[step]
    return {scope: consent_in_force(ledger, participant, scope, days[needed.date]) for scope in needed.scopes}


def _refused(
    ledger: ConsentLedger,
    step: str,
    participant: str,
    days: Mapping[str, date],
    asked: Mapping[str, Decision],
    *,
    is_identifiable: bool,
) -> list[Refusal]:
    needed = GATES[step]
    day = days[needed.date]
    refused = [Refusal(step, participant, scope, day, d) for scope, d in asked.items() if not d.in_force]
    if needed.is_analysis and is_identifiable and not refused:
        approved, approval = approval_on(ledger, days["today"], "analysis")
        if not approved:
            lapsed = _answer("approval_lapsed", approval)
            refused.append(Refusal(step, participant, needed.scopes[0], days["today"], lapsed))
    return refused


def gate(
    ledger: ConsentLedger,
    step: str,
    participant: str,
    days: Mapping[str, date],
    *,
    known_at: str | None = None,
    is_identifiable: bool = True,
) -> Decision:
    """Whether a step of GATES may be done for a participant: the first refusal, or the first scope's decision."""
    if known_at is not None:
        ledger = ledger.as_known(known_at)
    asked = _asked(ledger, step, participant, days)
    refused = _refused(ledger, step, participant, days, asked, is_identifiable=is_identifiable)
    return refused[0].decision if refused else asked[GATES[step].scopes[0]]


def consent_in_force(
    ledger: ConsentLedger, participant: str, scope: str, at: date | datetime, *, known_at: str | datetime | None = None
) -> Decision:
    """Whether `scope` was in force for a trail code at a local day or an aware time, and the event that decides it.

    The answer never depends on what took effect after `at`. `known_at` asks what we knew then. Raises StudyError
    for a clock time without a zone.
    """
    if known_at is not None:
        ledger = ledger.as_known(instant(known_at) if isinstance(known_at, datetime) else known_at)
    moment = _moment(ledger, at)
    signed = [c for c in ledger.given.get(participant, ()) if c.at.by(moment)]
    ends = [w for w in ledger.withdrawn.get(participant, ()) if scope in w.scopes and w.at.by(moment)]
    answer = _of(ledger, [c for c in signed if c.covers == "consent"], ends, scope, moment)
    if not answer.in_force:
        return answer
    if needs_authorisation(ledger, scope, moment.day):
        authorised = _of(ledger, [c for c in signed if c.covers != "consent"], ends, scope, moment)
        if not authorised.in_force:
            return _answer("no_authorisation", authorised.event_id)
    approved, approval = approval_on(ledger, moment.day, ACTIVITIES[scope])
    return answer if approved else _answer("approval_lapsed", approval)


def _moment(ledger: ConsentLedger, at: date | datetime) -> Moment:
    if not isinstance(at, datetime):
        return Moment(at)
    if at.tzinfo is None:
        raise StudyError("a clock time has no time zone", remedy="Give a plain date, or a time with its zone.")
    return Moment(at.astimezone(ledger.zone).date(), instant(at))


def _of(ledger: ConsentLedger, consents: list[Consent], ends: list[Withdrawal], scope: str, moment: Moment) -> Decision:
    """The answer of these consents and withdrawals, whatever the approvals."""
    standing = _standing(ledger, consents)
    deciding = _deciding(consents, standing, scope)
    if ends and (deciding is None or deciding.at.day <= ends[-1].at.day):
        return _answer("withdrawn", ends[-1].event_id)
    if deciding is None:
        return _nothing_covers(ledger, consents, scope)
    if scope not in deciding.given:
        return _answer("declined", deciding.event_id)
    reached = [o for o in newer_orders(ledger, deciding, moment.day) if reaches(o, scope, moment.day)]
    if reached:
        return _answer("reconsent_due", reached[-1].event_id)
    same_day = deciding.at.day == moment.day and not (deciding.at.clock and moment.clock)
    return Decision(True, deciding.event_id, REASONS["in_force"], "in_force", not same_day)


def _standing(ledger: ConsentLedger, consents: list[Consent]) -> dict[str, Consent]:
    """The consent that stands for each form: the participant's latest sound one."""
    return {c.form: c for c in consents if fault_of(ledger, c) is None}


def _deciding(consents: list[Consent], standing: Mapping[str, Consent], scope: str) -> Consent | None:
    """The latest consent that speaks of the scope; an unsound one counts only for what it declines."""
    return next(
        (
            c
            for c in reversed(consents)
            if (standing.get(c.form) is c and scope in c.given | c.declined)
            or (c not in standing.values() and scope in c.declined and _after_standing(consents, standing, c))
        ),
        None,
    )


def _after_standing(consents: list[Consent], standing: Mapping[str, Consent], consent: Consent) -> bool:
    """Whether no sound consent on the same form came later."""
    held = standing.get(consent.form)
    return held is None or consents.index(held) < consents.index(consent)


def _nothing_covers(ledger: ConsentLedger, consents: list[Consent], scope: str) -> Decision:
    """No consent speaks of the scope: none at all, only unsound ones, or forms that do not offer it."""
    unsound = [(c, why) for c in consents if scope in c.given and (why := fault_of(ledger, c)) is not None]
    if unsound:
        consent, why = unsound[-1]
        return _answer(why, consent.event_id)
    if consents:
        return _answer("not_on_form", consents[-1].event_id)
    return _answer("no_consent", None)


def _answer(why: Because, event_id: str | None) -> Decision:
    return Decision(False, event_id, REASONS[why], why)
