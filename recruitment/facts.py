"""Measured register rows → facts: a row once, a change of progress as a new version, other changes not at all."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from recruitment.measure import listed
from recruitment.registers import (
    AFFILIATIONS,
    CONSENT,
    ENDING_WORDS,
    INTERVIEWS,
    RECRUITMENT,
    Register,
    RowKey,
    recorded_rows,
    row_digest,
)
from recruitment.signed_forms import Named, kept_proof, named_after
from study import Event, Fact, Protocol, Subject
from study.kinds import checked_data, kind_of

INTERVIEW_KINDS = {"": "interview.scheduled", "no_show": "interview.missed"}


class Codes(NamedTuple):
    """Participant code → trail code, and trail code → the participant's key.

    `taken_out` are the versions of rows that corrections took out of the trail: their numbers are used.
    """

    trail: Mapping[str, str]
    key: Callable[[str], bytes]
    taken_out: Mapping[RowKey, int] = MappingProxyType({})


@dataclass(slots=True)
class Reading:
    """What a register gives: new facts, the file's row of every row key, and the keys of rows that were changed.

    `withdrawals` are facts too; they are kept apart because they are recorded first. `proposed` is what each changed
    row would be recorded as, once somebody corrects the record; `settled` are the rows so corrected, `taken_out` the
    versions that earlier corrections took out.
    """

    register: Register
    recorded: Mapping[RowKey, Event]
    facts: list[Fact] = field(default_factory=list)
    withdrawals: list[Fact] = field(default_factory=list)
    rows: dict[RowKey, int] = field(default_factory=dict)
    changed: list[RowKey] = field(default_factory=list)
    proposed: dict[RowKey, tuple[Fact, ...]] = field(default_factory=dict)
    taken_out: Mapping[RowKey, int] = field(default_factory=dict)
    settled: set[RowKey] = field(default_factory=set)

    def take(
        self, key: RowKey, row: int, fact: Fact, *, is_usable: bool, poorer: Callable[[], Container[str]] = tuple
    ) -> int:
        """Compare a row with what is recorded; the version that is new, or 0 for none.

        `poorer` gives the digests of the row with cells left empty: what was taken from a file in which those columns
        could not be read is the same row.
        """
        self.rows.setdefault(key, row)
        if not is_usable:
            return 0
        previous = self.recorded.get(key)
        if previous is None:
            return self.add(fact, self.taken_out.get(key, 0) + 1)
        moved = _moved(previous, fact) and previous.data.get("row") not in poorer()
        if moved and not _may_move(previous, fact):
            self.changed.append(key)
            self.proposed[key] = (fact,)
            return 0
        if moved or not _says_the_same(previous, fact):
            return self.add(fact, int(previous.data["version"]) + 1)
        return 0

    def vanished(self, families: tuple[str, ...], erased: frozenset[str]) -> list[RowKey]:
        """Keys recorded from this register that no row has any more, those of erased participants left out."""
        return [
            key
            for key, event in self.recorded.items()
            if str(key[0]) in families and key not in self.rows and event.subject_id("participant") not in erased
        ]

    def add(self, fact: Fact, version: int) -> int:
        """Take the fact as that version of its row."""
        entered = replace(fact, data={**fact.data, "version": version})
        (self.withdrawals if fact.kind.endswith(".withdrawn") else self.facts).append(entered)
        return version


def recruitment_facts(
    rows: pd.DataFrame, events: list[Event], codes: Codes, consented: frozenset[str], *, today: str
) -> Reading:
    """Sites' acts, and enrolment, loss and withdrawal of those who consented; nobody else gets a fact.

    `consented` are participant codes. A withdrawal takes effect whatever else is wrong with its row.
    """
    reading = Reading(RECRUITMENT, recorded_rows(events, RECRUITMENT.kinds), taken_out=codes.taken_out)
    for r in _each(rows[(rows["participant_id"] == "") & (rows["site_id"] != "")]):
        site = (Subject("site", r.site_id),)
        left = r.step in ("closed", "declined", "withdrew") and r.reason_code
        data = {"ordinal": r.ordinal, **({"reason": r.reason_code} if left else {})}
        fact = Fact(f"site.{r.step}", r.day, site, data=data)
        reading.take((fact.kind, r.site_id, r.ordinal), r.row, fact, is_usable=bool(r.is_usable))
    theirs = rows["participant_id"].isin(consented) & rows["step"].isin(["enrolled", "lost", *ENDING_WORDS])
    for r in _each(rows[theirs]):
        who = codes.trail[r.participant_id]
        ends = r.step in ENDING_WORDS
        kind = "recruitment.withdrawn" if ends else f"recruitment.{r.step}"
        cells = (who, r.step, str(r.ordinal), r.site_id, r.role, r.occurred, r.reason_code)
        data = {"ordinal": r.ordinal, "row": row_digest(codes.key(who), RECRUITMENT, cells)}
        fact = _dated(Fact(kind, r.day, (Subject("participant", who),), data=data), ends, today)
        usable = bool(r.is_usable) or (ends and not r.is_repeated and r.day <= today)
        poorer = partial(_poorer, codes.key(who), RECRUITMENT, cells, 3) if ends else tuple
        reading.take((kind, who, r.ordinal), r.row, fact, is_usable=usable, poorer=poorer)
    return reading


def consent_facts(
    rows: pd.DataFrame,
    events: list[Event],
    codes: Codes,
    protocol: Protocol,
    *,
    today: str,
    signed_forms: Mapping[Named, str] = MappingProxyType({}),
) -> Reading:
    """Consents given and renewed, and withdrawals, which take effect whatever else is wrong with the row.

    The form's scopes not named as given count as declined. Withdrawing take_part also ends taking part. A consent
    rests on the newest recorded revision of the form version signed. `signed_forms` gives the SHA-256 of the signed
    form of each; the first one recorded stays.
    """
    reading = Reading(CONSENT, recorded_rows(events, CONSENT.kinds), taken_out=codes.taken_out)
    forms = _forms(events)
    for r in _each(rows[rows["participant_id"].isin(codes.trail)]):
        who = codes.trail[r.participant_id]
        subject = (Subject("participant", who),)
        fixed = (r.language, r.occurred, r.mode, r.scopes, r.obtained_by, r.witness, r.representative, r.disposition)
        cells = (who, r.key_form, r.key_version, r.action, str(r.ordinal), *fixed)
        row = {"ordinal": r.ordinal, "row": row_digest(codes.key(who), CONSENT, cells)}
        if r.action == "withdrawn":
            usable = not r.is_repeated and r.day <= today
            ending, *leaving = _withdrawals(r, subject, row, today)
            poorer = partial(_poorer, codes.key(who), CONSENT, cells, 5)
            version = reading.take((ending.kind, who, r.ordinal), r.row, ending, is_usable=usable, poorer=poorer)
            ended: RowKey = (ending.kind, who, r.ordinal)
            if ended in reading.proposed:
                reading.proposed[ended] = (ending, *leaving)
            for fact in leaving if version else ():
                reading.add(fact, version)
        elif r.action in ("given", "renewed"):
            data = {**row, **_consent(r, protocol)}
            form = forms.get((r.form_id, r.form_version, data["language"]))
            fact = Fact(f"consent.{r.action}", r.day, subject, causes=(form,) if form else (), data=data)
            key = (fact.kind, who, r.form_id, r.form_version, r.ordinal)
            on_file = signed_forms.get(named_after(r), "") if signed_forms else ""
            if proof := kept_proof(reading.recorded.get(key), codes.key(who), on_file):
                fact = replace(fact, data={**data, "proof": proof})
            reading.take(key, r.row, fact, is_usable=bool(r.is_usable))
    return reading


def interview_facts(rows: pd.DataFrame, events: list[Event], codes: Codes) -> Reading:
    """Interviews scheduled, missed and held, one fact for each participant.

    The guide's version stays in the register: a guide written for one role would say which role the person has.
    """
    reading = Reading(INTERVIEWS, recorded_rows(events, INTERVIEWS.kinds), taken_out=codes.taken_out)
    for r in _each(rows[rows["participant_ids"].isin(codes.trail)]):
        who = codes.trail[r.participant_ids]
        cells = (r.interview_id, who, str(r.ordinal), r.site_id, r.occurred)
        data: dict[str, Any] = {"ordinal": r.ordinal, "row": row_digest(codes.key(who), INTERVIEWS, cells)}
        data |= {"mode": r.mode} if r.mode else {}
        kind = INTERVIEW_KINDS.get(r.outcome, "interview.held")
        if kind == "interview.held":
            data |= {"outcome": r.outcome, "recorded": r.recording != ""}
        subject = (Subject("interview", r.interview_id), Subject("participant", who))
        key = ("interview", r.interview_id, who, r.ordinal)
        reading.take(key, r.row, Fact(kind, r.day, subject, data=data), is_usable=bool(r.is_usable))
    return reading


def affiliation_facts(rows: pd.DataFrame, events: list[Event], codes: Codes, consented: frozenset[str]) -> Reading:
    """Dated affiliations of those who consented: the day and the row's HMAC, never the site or role."""
    reading = Reading(AFFILIATIONS, recorded_rows(events, AFFILIATIONS.kinds), taken_out=codes.taken_out)
    for r in _each(rows[rows["participant_id"].isin(consented)].rename(columns={"from": "since"})):
        who = codes.trail[r.participant_id]
        digest = row_digest(codes.key(who), AFFILIATIONS, (who, str(r.ordinal), r.site_id, r.role, r.since))
        data = {"ordinal": r.ordinal, "row": digest}
        fact = Fact("participant.affiliated", r.day, (Subject("participant", who),), data=data)
        reading.take((fact.kind, who, r.ordinal), r.row, fact, is_usable=bool(r.is_usable))
    return reading


def _forms(events: list[Event]) -> dict[tuple[str, ...], str]:
    """Form, version and language → the id of the newest revision's consent.form_approved."""
    approved = [e for e in events if e.kind == "consent.form_approved"]
    ordered = sorted(approved, key=lambda e: (int(e.data.get("revision", 1)), e.id))
    return {(e.data["form"], e.data["version"], e.data["language"]): e.id for e in ordered}


def _consent(r: Any, protocol: Protocol) -> dict[str, Any]:
    form = protocol.form_version(r.form_id, r.form_version)
    given = listed(r.scopes)
    more = {
        **({"covers": form.covers} if form else {}),
        **({"assent": r.assent} if r.assent else {}),
        **({"understanding_checked": True} if r.understanding == "yes" else {}),
    }
    return {
        **more,
        "form": r.form_id,
        "form_version": r.form_version,
        "language": r.language or (form.language if form else "en"),
        "mode": r.mode,
        "given": tuple(given),
        "declined": tuple(s for s in (form.scopes if form else ()) if s not in given),
        "obtained_by": r.obtained_by,
        "has_witness": r.witness != "",
        "has_representative": r.representative != "",
        "copy_given": r.copy_given == "yes",
    }


def _withdrawals(r: Any, subject: tuple[Subject, ...], row: dict[str, Any], today: str) -> Iterator[Fact]:
    """What a withdrawn row says; words it does not know are read the careful way: every scope, nothing deleted."""
    scopes = tuple(listed(r.scopes)) if r.scopes_are_known else ()
    disposition = r.disposition if r.disposition_is_known and r.disposition else "keep"
    data = {**row, "scopes": scopes, "disposition": disposition}
    yield _dated(Fact("consent.withdrawn", r.day, subject, data=data), True, today)
    if not scopes or "take_part" in scopes:
        left = {**row, "source": "consent_register"}
        yield _dated(Fact("recruitment.withdrawn", r.day, subject, data=left), True, today)


def _dated(fact: Fact, ends: bool, today: str) -> Fact:
    """A withdrawal whose day cannot be read counts from the day it was read."""
    if fact.occurred or not ends:
        return fact
    return Fact(fact.kind, today, fact.subject, data={**fact.data, "day_stated": False})


def _poorer(key: bytes, register: Register, cells: tuple[str, ...], first: int) -> set[str]:
    """The row's digest with every choice of its cells from `first` on left empty."""
    filled = [i for i in range(first, len(cells)) if cells[i]]
    emptied = (c for n in range(1, len(filled) + 1) for c in combinations(filled, n))
    return {
        row_digest(key, register, tuple("" if i in without else cell for i, cell in enumerate(cells)))
        for without in emptied
    }


def _moved(previous: Event, fact: Fact) -> bool:
    """Whether a fixed column says something else than recorded."""
    if "row" in fact.data:
        return bool(previous.data["row"] != fact.data["row"])
    return previous.occurred != fact.occurred


def _may_move(previous: Event, fact: Fact) -> bool:
    """An interview not yet held may move to another day; a day that could not be read may be written properly."""
    return previous.kind == "interview.scheduled" or previous.data.get("day_stated") is False


def _says_the_same(previous: Event, fact: Fact) -> bool:
    """Whether what may change with a row is as recorded: compared as it stands, and where that differs, as checked."""
    if previous.kind == fact.kind:
        usual = _usual(fact.kind)
        said = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in fact.data.items()
            if name not in _ASIDE and usual.get(name, _NOTHING) != value
        }
        if said == {name: value for name, value in previous.data.items() if name not in _ASIDE}:
            return True
    return _says(previous) == _says(fact)


_ASIDE = frozenset(("version", "row", "day_stated"))
_NOTHING = object()


@lru_cache
def _usual(kind: str) -> Mapping[str, Any]:
    """The fields of a kind that are left out of a line at their default, with it."""
    fields = kind_of(kind).data.model_fields
    return {name: field.default for name, field in fields.items() if not field.is_required()}


def _says(act: Event | Fact) -> tuple[str, dict[str, Any]]:
    """What of an act may change with its row: its kind and its data but for version and digest."""
    data = act.data if isinstance(act, Event) else checked_data(act.kind, {**act.data, "version": 1})
    return act.kind, {name: value for name, value in data.items() if name not in _ASIDE}


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    """The rows with their cells as attributes; as plain objects, which are read one by one much faster."""
    return iter(rows.astype(object).itertuples(index=False))
