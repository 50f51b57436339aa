"""The consent ledger: forms, consents, withdrawals, approvals and delegations folded from the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from study import Event
from study.event import in_fold_order, is_day, local_day, time_zone_of
from study.kinds.shapes import Scope

SCOPES: tuple[Scope, ...] = ("take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive")
CONTACT_SCOPES = frozenset({"take_part", "survey", "record", "recontact"})
"""Scopes of acts done with the participant: a re-consent order before next contact and leaving the study end these."""

KINDS = frozenset(
    {
        "study.opened",
        "approval.renewed",
        "approval.excepted",
        "personnel.authorised",
        "personnel.ended",
        "consent.form_approved",
        "consent.given",
        "consent.renewed",
        "consent.withdrawn",
        "recruitment.withdrawn",
        "correction.made",
    }
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A local day and, where the source says it, the time (RFC 3339 UTC); `clock` is empty for a plain day."""

    day: date
    clock: str = ""

    def by(self, other: Moment) -> bool:
        """Whether this is not after `other`: by the clock where both have one, else by the day."""
        return self.clock <= other.clock if self.clock and other.clock else self.day <= other.day


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One consent form version: when it was approved, when it may be signed, whom it makes consent again.

    `references` are the modes for which the ethics board's reference is on record.
    """

    event_id: str
    form: str
    version: str
    language: str
    approved: date
    opens: date
    closes: date | None
    order: str
    by: date | None
    scopes: tuple[str, ...]
    covers: str = "consent"
    needs: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()

    def open_on(self, day: date) -> bool:
        """Whether it was approved and could be signed that day, both ends of the window included."""
        return self.approved <= day and self.opens <= day and (self.closes is None or day <= self.closes)


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent (or authorisation) as recorded: the scopes given and those declined, each on its own."""

    event_id: str
    at: Moment
    form: str
    version: str
    language: str
    mode: str
    given: frozenset[str]
    declined: frozenset[str]
    obtained_by: str
    has_witness: bool
    has_representative: bool = False
    assent: str | None = None
    covers: str = "consent"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Scopes a participant took back, from then on; without a disposition it ends taking part only."""

    event_id: str
    at: Moment
    scopes: frozenset[str]
    disposition: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """A closed range of local days with the event that set it; no end means it has none."""

    event_id: str
    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the ethics board allowed while no approval was in force: activities, on a closed range of local days."""

    event_id: str
    start: date
    end: date
    permits: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConsentLedger:
    """Everything the consent question needs; equal for every order of the same events.

    `given` and `withdrawn` are by trail code in fold order, `forms` by (form, version), one entry a language;
    `source` are the events it was folded from, for the view of an earlier day; `memo` keeps answers found before.
    """

    zone: ZoneInfo
    forms: Mapping[tuple[str, str], tuple[FormVersion, ...]]
    given: Mapping[str, tuple[Consent, ...]]
    withdrawn: Mapping[str, tuple[Withdrawal, ...]]
    approvals: tuple[Period, ...]
    authorised: Mapping[str, tuple[Period, ...]]
    allowances: tuple[Allowance, ...] = ()
    source: tuple[Event, ...] = field(default=(), compare=False, repr=False)
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def participants(self) -> list[str]:
        """Trail codes with a consent or a withdrawal, sorted."""
        return sorted({*self.given, *self.withdrawn})

    def as_known(self, known_at: str) -> ConsentLedger:
        """The ledger as of what was recorded by then (RFC 3339 UTC)."""
        return fold_consent(self.source, known_at=known_at)


def fold_consent(events: Iterable[Event], *, known_at: str | None = None) -> ConsentLedger:
    """The ledger of a set of events in any order; never raises.

    `known_at` (RFC 3339 UTC) keeps what was recorded by then. Of a register row's versions and a form's
    revisions the newest counts, but every version of a withdrawal does.
    """
    source = tuple(e for e in events if e.kind in KINDS)
    ordered = in_fold_order(source, known_at=known_at)
    zone = time_zone_of(ordered)
    newest = set(_newest_versions(ordered).values())
    forms: dict[tuple[str, str], list[FormVersion]] = defaultdict(list)
    given: dict[str, list[Consent]] = defaultdict(list)
    withdrawn: dict[str, list[Withdrawal]] = defaultdict(list)
    approvals: list[Period] = []
    allowances: list[Allowance] = []
    for event in ordered:
        person = event.subject_id("participant") or ""
        if event.kind == "consent.form_approved" and event.id in newest:
            version = _form(event, zone)
            forms[version.form, version.version].append(version)
        elif event.kind in ("consent.given", "consent.renewed") and event.id in newest:
            given[person].append(_consent(event, zone))
        elif event.kind in ("consent.withdrawn", "recruitment.withdrawn"):
            withdrawn[person].append(_withdrawal(event, zone))
        elif event.kind in ("study.opened", "approval.renewed"):
            approvals.append(Period(event.id, _day(event.data["approval_from"]), _end(event.data.get("approval_to"))))
        elif event.kind == "approval.excepted":
            allowances.append(_allowance(event))
    return ConsentLedger(
        zone=zone,
        forms={key: tuple(versions) for key, versions in sorted(forms.items())},
        given={code: tuple(consents) for code, consents in sorted(given.items())},
        withdrawn={code: tuple(ends) for code, ends in sorted(withdrawn.items())},
        approvals=tuple(sorted(approvals, key=lambda p: (p.start, p.event_id))),
        authorised=_delegations(ordered, zone),
        allowances=tuple(sorted(allowances, key=lambda a: (a.start, a.event_id))),
        source=source,
    )


def _newest_versions(ordered: Iterable[Event]) -> dict[tuple[Any, ...], str]:
    """Of each consent row and form version the event with the highest version or revision."""
    newest: dict[tuple[Any, ...], tuple[int, str]] = {}
    for event in ordered:
        if event.kind in ("consent.given", "consent.renewed", "consent.form_approved"):
            number = "revision" if event.kind == "consent.form_approved" else "version"
            row, candidate = _row(event), (event.data.get(number, 1), event.id)
            if newest.setdefault(row, candidate) < candidate:
                newest[row] = candidate
    return {row: id for row, (_, id) in newest.items()}


def _row(event: Event) -> tuple[Any, ...]:
    data = event.data
    if event.kind == "consent.form_approved":
        return event.kind, data["form"], data["version"], data["language"]
    return event.kind, event.subject_id("participant"), data["form"], data["form_version"], data["ordinal"]


def _form(event: Event, zone: ZoneInfo) -> FormVersion:
    data = event.data
    return FormVersion(
        event.id,
        data["form"],
        data["version"],
        data["language"],
        approved=max(local_day(event.occurred, zone), _day(data["approval_from"])),
        opens=_day(data["opens"]),
        closes=_end(data.get("closes")),
        order=data["reconsent"],
        by=_end(data.get("by")),
        scopes=tuple(data["scopes"]),
        covers=data.get("covers", "consent"),
        needs=frozenset(data.get("needs", ())),
        references=frozenset(mode for mode, _ in data.get("references", ())),
    )


def _consent(event: Event, zone: ZoneInfo) -> Consent:
    data = event.data
    return Consent(
        event.id,
        _moment(event, zone),
        data["form"],
        data["form_version"],
        data["language"],
        data["mode"],
        frozenset(data["given"]),
        frozenset(data["declined"]),
        data["obtained_by"],
        data["has_witness"],
        data.get("has_representative", False),
        data.get("assent"),
        data.get("covers", "consent"),
    )


def _allowance(event: Event) -> Allowance:
    data = event.data
    return Allowance(event.id, _day(data["excepted_from"]), _day(data["excepted_to"]), frozenset(data["permits"]))


def _withdrawal(event: Event, zone: ZoneInfo) -> Withdrawal:
    """Leaving the study ends what is done with the person; withdrawing without naming scopes ends all of them."""
    if event.kind == "recruitment.withdrawn":
        return Withdrawal(event.id, _moment(event, zone), CONTACT_SCOPES, None)
    scopes = frozenset(event.data["scopes"]) or frozenset(SCOPES)
    return Withdrawal(event.id, _moment(event, zone), scopes, event.data["disposition"])


def _delegations(ordered: Iterable[Event], zone: ZoneInfo) -> dict[str, tuple[Period, ...]]:
    """Who could obtain consent, when: the delegated end or the day it was ended, whichever is earlier."""
    periods: dict[str, list[Period]] = defaultdict(list)
    for event in ordered:
        person, day = event.subject_id("person") or "", local_day(event.occurred, zone)
        if event.kind not in ("personnel.authorised", "personnel.ended") or event.data["task"] != "obtain_consent":
            continue
        if event.kind == "personnel.authorised":
            periods[person].append(Period(event.id, day, _end(event.data.get("ends"))))
        else:
            periods[person] = [
                Period(p.event_id, p.start, min(p.end or day, day)) if p.start <= day else p for p in periods[person]
            ]
    return {person: tuple(held) for person, held in sorted(periods.items())}


def _moment(event: Event, zone: ZoneInfo) -> Moment:
    return Moment(local_day(event.occurred, zone), "" if is_day(event.occurred) else event.occurred)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
