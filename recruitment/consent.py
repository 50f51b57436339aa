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
    FormVersion,
    Moment,
    Withdrawal,
    fold_consent,
)
from study import StudyError
from study.event import instant

__all__ = [
    "CONTACT_SCOPES",
    "GATES",
    "SCOPES",
    "ConsentLedger",
    "Decision",
    "Gate",
    "approval_on",
    "consent_in_force",
    "fault_of",
    "fold_consent",
    "gate",
    "newer_orders",
]

Why = Literal[
    "in_force",
    "no_consent",
    "withdrawn",
    "declined",
    "not_on_form",
    "form_not_open",
    "not_authorised",
    "no_witness",
    "reconsent_due",
    "approval_lapsed",
]

REASONS: Mapping[Why, str] = {
    "in_force": "Consent for this scope was in force.",
    "no_consent": "No consent is recorded by then.",
    "withdrawn": "This scope was withdrawn.",
    "declined": "The participant declined this scope.",
    "not_on_form": "No form the participant signed offers this scope.",
    "form_not_open": "The form version was not approved and open for signing on the day it was signed.",
    "not_authorised": "The consent was obtained by somebody not authorised to obtain it that day.",
    "no_witness": "A short form needs a witness, and none is recorded.",
    "reconsent_due": "A newer form version makes the participant consent again first.",
    "approval_lapsed": "No ethics approval was in force that day.",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the event that decides it (None where nothing is recorded) and why.

    `is_order_provable` is False where consent and act fall on one day and a clock time is missing.
    """

    in_force: bool
    event_id: str | None
    reason: str
    why: Why
    is_order_provable: bool = True


class Gate(NamedTuple):
    """What a step needs: a scope, in force on the day that `date` names."""

    scope: str
    date: Literal["interview_day", "survey_day", "today"]


GATES: Mapping[str, Gate] = {
    "interview": Gate("take_part", "interview_day"),
    "record_interview": Gate("record", "interview_day"),
    "validate_transcript": Gate("take_part", "interview_day"),
    "transcribe": Gate("transcribe", "interview_day"),
    "release_transcript": Gate("take_part", "interview_day"),
    "answer_survey": Gate("survey", "survey_day"),
    "contact": Gate("take_part", "today"),
    "send_member_check": Gate("recontact", "today"),
    "quote": Gate("quote", "today"),
    "show_auditor": Gate("audit", "today"),
    "deposit": Gate("archive", "today"),
}
"""Flow step → the scope it needs and the day on which it must be in force."""


def gate(
    ledger: ConsentLedger, step: str, participant: str, days: Mapping[str, date], *, known_at: str | None = None
) -> Decision:
    """Whether a step of GATES may be done for a participant; `days` gives the day for its date source."""
    scope, source = GATES[step]
    return consent_in_force(ledger, participant, scope, days[source], known_at=known_at)


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
    consents = [c for c in ledger.given.get(participant, ()) if c.at.by(moment)]
    ends = [w for w in ledger.withdrawn.get(participant, ()) if scope in w.scopes and w.at.by(moment)]
    standing = _standing(ledger, consents)
    deciding = _deciding(consents, standing, scope)
    if ends and (deciding is None or deciding.at.day <= _last(ends).at.day):
        return _answer("withdrawn", _last(ends).event_id)
    if deciding is None:
        return _nothing_covers(ledger, consents, scope)
    if scope not in deciding.given:
        return _answer("declined", deciding.event_id)
    reached = [o for o in newer_orders(ledger, deciding, moment.day) if _reaches(o, scope, moment.day)]
    if reached:
        return _answer("reconsent_due", reached[-1].event_id)
    approved, approval = approval_on(ledger, moment.day)
    if not approved:
        return _answer("approval_lapsed", approval)
    same_day = deciding.at.day == moment.day and not (deciding.at.clock and moment.clock)
    return Decision(True, deciding.event_id, REASONS["in_force"], "in_force", not same_day)


def fault_of(ledger: ConsentLedger, consent: Consent) -> Why | None:
    """Why a consent covers nothing, judged by what held on the day it was given; None when it is sound."""
    versions = ledger.forms.get((consent.form, consent.version), ())
    if not any(v.open_on(consent.at.day) for v in versions if v.language == consent.language):
        return "form_not_open"
    begun = [p for periods in ledger.authorised.values() for p in periods if p.start <= consent.at.day]
    if begun and not any(p.holds(consent.at.day) for p in ledger.authorised.get(consent.obtained_by, ())):
        return "not_authorised"
    if consent.mode == "short_form" and not consent.has_witness:
        return "no_witness"
    return None


def newer_orders(ledger: ConsentLedger, consent: Consent, day: date) -> list[FormVersion]:
    """The versions open by `day` that make those who signed this one consent again, oldest first."""
    signed = ledger.forms.get((consent.form, consent.version), ())
    since = min((v.opens for v in signed), default=date.max)
    orders = [
        version
        for (form, _), versions in ledger.forms.items()
        if form == consent.form
        for version in versions
        if version.order != "none" and since < version.opens <= day and version.approved <= day
    ]
    return sorted(orders, key=lambda v: (v.opens, v.event_id))


def approval_on(ledger: ConsentLedger, day: date) -> tuple[bool, str | None]:
    """Whether an ethics approval held that day, with the event of the latest begun by then.

    True where none begun by then is recorded: then the form's own approval decides.
    """
    begun = [p for p in ledger.approvals if p.start <= day]
    holding = [p for p in begun if p.holds(day)]
    latest = max(holding or begun, key=lambda p: (p.start, p.event_id), default=None)
    return bool(holding) or not begun, latest.event_id if latest else None


def _moment(ledger: ConsentLedger, at: date | datetime) -> Moment:
    if not isinstance(at, datetime):
        return Moment(at)
    if at.tzinfo is None:
        raise StudyError("a clock time has no time zone", remedy="Give a plain date, or a time with its zone.")
    return Moment(at.astimezone(ledger.zone).date(), instant(at))


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


def _reaches(order: FormVersion, scope: str, day: date) -> bool:
    """Before next contact ends acts done with the person at once; everyone by a day ends every scope after it."""
    if order.order == "before_next_contact":
        return scope in CONTACT_SCOPES
    return order.by is not None and day > order.by


def _last(ends: list[Withdrawal]) -> Withdrawal:
    return ends[-1]


def _answer(why: Why, event_id: str | None) -> Decision:
    return Decision(False, event_id, REASONS[why], why)
