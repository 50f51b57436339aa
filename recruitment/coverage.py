"""Who is covered by consent today, scope by scope, and who must consent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from recruitment.consent import SCOPES, consent_in_force
from recruitment.ledger import ConsentLedger, FormVersion
from recruitment.soundness import fault_of, newer_orders, reaches

LATER_USES = ("quote", "recontact", "archive", "audit")


@dataclass(frozen=True, slots=True)
class Coverage:
    """People by what holds for taking part: in force, lapsed (approval), withdrawn, due to consent again, not valid.

    `scopes` counts, for each scope, people by the decision's `why`.
    """

    in_force: int
    lapsed: int
    withdrawn: int
    reconsent_due: int
    not_valid: int
    scopes: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class ReconsentDue:
    """A participant (trail code) whom a newer version makes consent again, before next contact or by a day.

    `version` is the newest one to sign and `signed` the version of that form signed last; of several orders the
    strictest counts. `is_reached` says that taking part is refused until then.
    """

    participant: str
    version: FormVersion
    due: date | None
    order: str
    signed: str
    is_reached: bool


def consent_coverage(ledger: ConsentLedger, on: date) -> Coverage:
    """Coverage of everybody in the ledger on a local day; `reconsent_due` also counts those whose day is to come."""
    by_scope = {s: Counter(consent_in_force(ledger, p, s, on).why for p in ledger.participants) for s in SCOPES}
    taking_part = by_scope["take_part"]
    known = ("in_force", "approval_lapsed", "withdrawn", "reconsent_due")
    return Coverage(
        in_force=taking_part["in_force"],
        lapsed=taking_part["approval_lapsed"],
        withdrawn=taking_part["withdrawn"],
        reconsent_due=len(reconsents_due(ledger, on)),
        not_valid=sum(n for why, n in taking_part.items() if why not in known),
        scopes={scope: dict(sorted(whys.items())) for scope, whys in by_scope.items()},
    )


def reconsents_due(ledger: ConsentLedger, on: date) -> list[ReconsentDue]:
    """Who must consent again as of a day: those whose taking part would otherwise be in force, by trail code."""
    due = []
    for code in ledger.participants:
        if consent_in_force(ledger, code, "take_part", on).why not in ("in_force", "reconsent_due"):
            continue
        standing = {c.form: c for c in ledger.given.get(code, ()) if c.at.day <= on and fault_of(ledger, c) is None}
        orders = [order for consent in standing.values() for order in newer_orders(ledger, consent, on)]
        if orders:
            due.append(_due(code, orders, standing[orders[-1].form].version, on))
    return due


def _due(code: str, orders: list[FormVersion], signed: str, on: date) -> ReconsentDue:
    first = next((o for o in orders if o.order == "before_next_contact"), None)
    strictest = first or min(orders, key=lambda o: (o.by or date.max, o.event_id))
    is_reached = any(reaches(o, "take_part", on) for o in orders)
    return ReconsentDue(code, orders[-1], strictest.by, strictest.order, signed, is_reached)


def uses_absent(ledger: ConsentLedger, participant: str, day: date) -> tuple[str, ...]:
    """The later uses that some form offers (quote, recontact, archive, audit) and that were not in force that day.

    This is a forecast for people: each use is refused at its own act, by its own gate.
    """
    offered = {scope for versions in ledger.forms.values() for form in versions for scope in form.scopes}
    later = [s for s in LATER_USES if s in offered]
    return tuple(s for s in later if not consent_in_force(ledger, participant, s, day).in_force)
