"""What holds on a day: whether a consent was sound when given, which orders reach it, whether an approval held.

A short form needs a witness, a waiver the board's decision (45 CFR 46.116(e) and (f), 46.117(b) and (c)), a child's or
represented person's consent the assent and the representative (45 CFR 46.116(a), 46.408).
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from recruitment.ledger import CONTACT_SCOPES, Consent, ConsentLedger, FormVersion
from study.protocol.consent import BoardMode

Fault = Literal[
    "form_not_open",
    "not_in_language",
    "not_authorised",
    "no_witness",
    "no_reference",
    "no_representative",
    "no_assent",
]
BOARD_MODES = frozenset(get_args(BoardMode))
ASSENTED = ("given", "not_capable")
"""What satisfies the need for assent: given, or the board found the participant not capable of it (45 CFR 46.408)."""


def fault_of(ledger: ConsentLedger, consent: Consent) -> Fault | None:
    """Why a consent covers nothing, judged by what held on the day it was given; None when it is sound."""
    key = ("fault", consent.event_id)
    if key not in ledger.memo:
        ledger.memo[key] = _fault(ledger, consent)
    found: Fault | None = ledger.memo[key]
    return found


def _fault(ledger: ConsentLedger, consent: Consent) -> Fault | None:
    day = consent.at.day
    able = [v for v in ledger.forms.get((consent.form, consent.version), ()) if v.open_on(day)]
    signed = [v for v in able if v.language == consent.language]
    if not signed:
        return "not_in_language" if able else "form_not_open"
    begun = [p for periods in ledger.authorised.values() for p in periods if p.start <= day]
    if begun and not any(p.holds(day) for p in ledger.authorised.get(consent.obtained_by, ())):
        return "not_authorised"
    return _missing(consent, signed[-1])


def _missing(consent: Consent, form: FormVersion) -> Fault | None:
    """What the mode or the form needs besides, and the consent lacks."""
    if consent.mode == "short_form" and not consent.has_witness:
        return "no_witness"
    if consent.mode in BOARD_MODES and consent.mode not in form.references:
        return "no_reference"
    if "representative" in form.needs and not consent.has_representative:
        return "no_representative"
    if "assent" in form.needs and consent.assent not in ASSENTED:
        return "no_assent"
    return None


def newer_orders(ledger: ConsentLedger, consent: Consent, day: date) -> list[FormVersion]:
    """The versions open by `day` that make those who signed this one consent again, oldest first."""
    key = ("orders", consent.form, consent.version, day)
    if key not in ledger.memo:
        ledger.memo[key] = _orders(ledger, consent, day)
    found: list[FormVersion] = ledger.memo[key]
    return found


def _orders(ledger: ConsentLedger, consent: Consent, day: date) -> list[FormVersion]:
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


def reaches(order: FormVersion, scope: str, day: date) -> bool:
    """Before next contact ends acts done with the person at once; everyone by a day ends every scope after it."""
    if order.order == "before_next_contact":
        return scope in CONTACT_SCOPES
    return order.by is not None and day > order.by


def needs_authorisation(ledger: ConsentLedger, scope: str, day: date) -> bool:
    """Whether a form that is an authorisation offers this scope and was approved and opened by that day."""
    key = ("authorisation", scope, day)
    if key not in ledger.memo:
        ledger.memo[key] = any(
            v.covers != "consent" and scope in v.scopes and max(v.opens, v.approved) <= day
            for versions in ledger.forms.values()
            for v in versions
        )
    return bool(ledger.memo[key])


def approval_on(ledger: ConsentLedger, day: date, activity: str = "") -> tuple[bool, str | None]:
    """Whether an ethics approval held that day, with the event of the latest begun by then.

    Also true where the board allowed the activity during a lapse, and where no approval begun by then is recorded:
    then the form's own approval decides.
    """
    key = ("approval", day, activity)
    if key not in ledger.memo:
        ledger.memo[key] = _approval(ledger, day, activity)
    found: tuple[bool, str | None] = ledger.memo[key]
    return found


def _approval(ledger: ConsentLedger, day: date, activity: str) -> tuple[bool, str | None]:
    begun = [p for p in ledger.approvals if p.start <= day]
    holding = [p for p in begun if p.holds(day)]
    latest = max(holding or begun, key=lambda p: (p.start, p.event_id), default=None)
    allowed = any(a.start <= day <= a.end and activity in a.permits for a in ledger.allowances)
    return bool(holding) or not begun or allowed, latest.event_id if latest else None
