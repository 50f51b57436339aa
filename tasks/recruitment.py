"""The recruitment log and the consent ledger kept: what is new in the registers, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import Affiliation, consent_coverage, fold_consent, fold_recruitment, reconsents_due
from recruitment.amendments import early_use_queries
from recruitment.consent_checks import consent_queries, interview_queries, reconsent_queries
from recruitment.delegations import delegation_queries
from recruitment.facts import Reading, affiliation_facts, consent_facts, interview_facts, recruitment_facts
from recruitment.recordings import recording_facts, recording_sequence, sending_queries
from recruitment.registers import CONSENT, INTERVIEWS, RECRUITMENT, REGISTERS
from recruitment.sequence import problem_queries, sequence_queries, site_contact_queries, stopped_queries
from recruitment.signed_forms import signed_form_queries, signed_forms
from recruitment.tally import Way, contacts_due, tally_facts, ways
from study import Fact, Query
from study.query import QueryRecord
from tasks.approvals import CHECKS as OF_AMENDMENTS
from tasks.consent_lists import CHECKS as LOOKED_BACK
from tasks.consent_lists import scans
from tasks.corrections import Corrections, corrections
from tasks.erasure import deletions_pending
from tasks.gates import Gatekeeper
from tasks.opening import CHECKS as OPENING
from tasks.outcome import Outcome
from tasks.registers import Registers, changes, in_their_files, judged, taken_from, was_read
from tasks.workspace import Workspace

OF_RECRUITMENT = ("recruitment", "interviews", "participants", "recordings")
"""The registers that tracking recruitment judges; consents are tracked apart."""


@dataclass(slots=True)
class Tracked:
    """What reading some registers gave: withdrawals (recorded first), other facts, queries, the readings themselves."""

    registers: Registers
    readings: list[Reading]
    withdrawals: list[Fact]
    facts: list[Fact]
    queries: list[Query]
    ways: dict[str, Way]
    waiting: tuple[str, ...] = ()


@task(name="track recruitment", cache_policy=NO_CACHE)
def tracked_recruitment(place: Workspace, registers: Registers) -> Tracked:
    """People, sites, interviews and affiliations: what the registers say that is not recorded yet."""
    readings = recruitment_readings(place, registers)
    found = _ways(registers)
    mended = corrections(place, registers, readings)
    facts = [*(f for r in readings for f in r.facts), *mended.facts, *_tallies(place, registers, found)]
    queries = [q for q in registers.queries if q.subject != CONSENT.subject]
    queries += [q for name in OF_RECRUITMENT for q in judged(place, registers, name)]
    queries += changes(place, registers, readings) + _out_of_place(place, registers)
    if (recordings := registers.frames.get("recordings")) is not None:
        queries += recording_sequence(recordings, study=place.protocol.id, ref=registers.refs["recordings"])
    queries += [q for name in ("recruitment", "interviews") for q in _by_whom(place, registers, name)]
    withdrawals = [f for r in readings for f in r.withdrawals]
    queries = in_their_files(place, queries)
    return Tracked(registers, readings, withdrawals, facts, queries, found, tuple(mended.waiting))


@task(name="track consent", cache_policy=NO_CACHE)
def tracked_consent(place: Workspace, registers: Registers) -> Tracked:
    """Consents and withdrawals: what the register says that is not recorded yet, and what is wrong with its rows."""
    rows = registers.frames["consent"]
    readings: list[Reading] = []
    mended = Corrections()
    queries = [q for q in registers.queries if q.subject == CONSENT.subject]
    if rows is not None:
        scanned, today = scans(place), place.today.isoformat()
        on_file, _, _ = signed_forms(rows, scanned)
        events, codes = place.events(), registers.codes
        readings = [consent_facts(rows, events, codes, place.protocol, today=today, signed_forms=on_file)]
        queries += signed_form_queries(
            rows, scanned, readings[0].recorded, codes.trail, codes.key, place.protocol, ref=registers.refs["consent"]
        )
        mended = corrections(place, registers, readings)
        queries += judged(place, registers, "consent") + changes(place, registers, readings)
        queries += _by_whom(place, registers, "consent")
        queries += consent_queries(rows, place.protocol, registers.codes.trail, ref=registers.refs["consent"])
    facts = [*(f for r in readings for f in r.facts), *mended.facts]
    withdrawals = [f for r in readings for f in r.withdrawals]
    return Tracked(registers, readings, withdrawals, facts, in_their_files(place, queries), {}, tuple(mended.waiting))


@task(name="judge coverage", cache_policy=NO_CACHE)
def uncovered(place: Workspace, tracked: Tracked) -> list[Query]:
    """Interviews not covered, steps out of order, re-consents and deletions due, from the trail as it is now."""
    registers, study = tracked.registers, place.protocol.id
    events = place.events()
    ledger = fold_consent(events)
    found = reconsent_queries(ledger, place.today, study=study, ref=registers.refs["consent"])
    interviews = registers.frames["interviews"]
    if interviews is not None:
        trail_codes, ref = registers.codes.trail, registers.refs["interviews"]
        gates = Gatekeeper(place, ledger)
        found += interview_queries(interviews, ledger, trail_codes, study=study, ref=ref, refused=gates.refused)
        if (recordings := registers.frames.get("recordings")) is not None:
            spoke = {i.id: i.attended for i in fold_recruitment(events).interviews.values()}
            ref = registers.refs["recordings"]
            found += sending_queries(recordings, ledger, spoke, study=study, ref=ref, refused=gates.refused)
        gates.write("track-consent")
    found += early_use_queries(registers.frames, place.protocol, registers.refs)
    stands = fold_recruitment(events)
    if stands.problems:  # their rows are looked for only then
        readings = [*tracked.readings, *recruitment_readings(place, registers)]
        found += problem_queries(stands, events, readings, study=study, refs=registers.refs)
    return in_their_files(place, found + deletions_pending(place, events, ref=registers.refs["consent"]))


def recruitment_readings(place: Workspace, registers: Registers) -> list[Reading]:
    """Recruitment, interviews and affiliations against what is recorded."""
    events, codes, today = place.events(), registers.codes, place.today.isoformat()
    frames, readings = registers.frames, []
    if (rows := frames["recruitment"]) is not None:
        readings.append(recruitment_facts(rows, events, codes, registers.consented & set(codes.trail), today=today))
    if (rows := frames["interviews"]) is not None:
        readings.append(interview_facts(rows, events, codes))
    if (rows := frames["participants"]) is not None:
        readings.append(affiliation_facts(rows, events, codes, registers.consented & set(codes.trail)))
    if (rows := frames.get("recordings")) is not None:
        readings.append(recording_facts(rows, events, codes))
    return readings


def is_of_recruitment(place: Workspace, tracked: Tracked) -> Callable[[QueryRecord], bool]:
    """Whether tracking recruitment looked at a query: register checks but for the order of recorded steps."""

    def evaluated(record: QueryRecord) -> bool:
        if not record.check.startswith(("RG", "EX")) or record.check in OPENING or _is_of_log(record):
            return False
        return was_read(place, record, tracked.registers, OF_RECRUITMENT)

    return evaluated


def is_of_consent(place: Workspace, tracked: Tracked) -> Callable[[QueryRecord], bool]:
    """Whether tracking consent looked at a query: consent checks, the consent register, the order of recorded steps."""

    def evaluated(record: QueryRecord) -> bool:
        if record.check in (*OPENING, *OF_AMENDMENTS):
            return False
        if record.check in LOOKED_BACK:
            return True
        if record.check.startswith("CN") or _is_of_log(record):
            return was_read(place, record, tracked.registers, REGISTERS)
        return record.check.startswith(("RG", "EX")) and was_read(place, record, tracked.registers, ("consent",))

    return evaluated


def _is_of_log(record: QueryRecord) -> bool:
    """Whether a query is about recorded steps out of order, which needs the consents too."""
    return record.check == "RG011" and not record.subject.startswith("register:")


def recruitment_said(place: Workspace, tracked: Tracked) -> tuple[str, ...]:
    """Sentences for a coordinator: where people stand and who is due a contact."""
    states = Counter(fold_recruitment(place.events()).states.values())
    before = Counter(way.how for way in tracked.ways.values())
    parts = [f"{n} {state.replace('_', ' ')}" for state, n in sorted(states.items())]
    due = contacts(place, tracked)
    return (
        f"After consent: {', '.join(parts) or 'nobody yet'}.",
        f"Before consent: {before['pending']} waiting, {before['declined']} declined, "
        f"{before['no_response']} without response, {before['ineligible']} not eligible.",
        f"{len(due)} {'person is' if len(due) == 1 else 'people are'} due another contact.",
    )


def contacts(place: Workspace, tracked: Tracked) -> pd.DataFrame:
    """Who is due another contact, by participant code: for the team only."""
    rows = tracked.registers.frames["recruitment"]
    if rows is None:
        return pd.DataFrame(columns=["participant_id", "attempts", "due", "is_last_reached"])
    rules = place.protocol.participants.contact
    return contacts_due(
        rows,
        tracked.ways,
        interval_days=rules.interval_days,
        maximum_attempts=rules.maximum_attempts,
        today=place.today.isoformat(),
    )


def consent_said(place: Workspace) -> tuple[str, ...]:
    """Sentences for a coordinator: how many are covered and who must consent again."""
    ledger = fold_consent(place.events())
    covered = consent_coverage(ledger, place.today)
    due = len(reconsents_due(ledger, place.today))
    lapsed = (
        (f"The ethics approval is not in force: {covered.lapsed} people may not be contacted.",)
        if covered.lapsed
        else ()
    )
    return (
        f"Consent to take part is in force for {covered.in_force} of {len(ledger.participants)} people; "
        f"{covered.withdrawn} withdrew.",
        f"{due} {'person' if due == 1 else 'people'} must consent again.",
        *lapsed,
    )


def outcome_of(flow: str, said: tuple[str, ...], tracked: Tracked, queries: tuple[Query, ...]) -> Outcome:
    """What tracking says: how much is new, then how things stand."""
    new = len(tracked.withdrawals) + len(tracked.facts)
    first = f"{new} new {'act was' if new == 1 else 'acts were'} recorded."
    return Outcome(flow, said=(first, *said, *tracked.waiting), queries=queries)


def affiliations(rows: pd.DataFrame | None, codes: dict[str, str]) -> list[Affiliation]:
    """The usable rows of the measured restricted/participants.csv for people with a trail code."""
    if rows is None:
        return []
    theirs = rows[rows["participant_id"].isin(codes) & rows["is_usable"]]
    groups = theirs["group"] if "group" in theirs.columns else pd.Series("", index=theirs.index)
    return [
        Affiliation(codes[code], site, role, group, date.fromisoformat(day), _end(end))
        for code, site, role, group, day, end in zip(
            theirs["participant_id"],
            theirs["site_id"],
            theirs["role"],
            groups,
            theirs["day"],
            theirs["to"],
            strict=True,
        )
    ]


def _end(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _ways(registers: Registers) -> dict[str, Way]:
    rows = registers.frames["recruitment"]
    return {} if rows is None else ways(rows, registers.consented)


def _tallies(place: Workspace, registers: Registers, found: dict[str, Way]) -> list[Fact]:
    if registers.frames["recruitment"] is None or "recruitment" in registers.unread:
        return []
    source, used = taken_from(place, registers, RECRUITMENT)
    tallies = tally_facts(found, source, place.events(), now=place.instant)
    return [replace(fact, used=used) for fact in tallies]


def _by_whom(place: Workspace, registers: Registers, name: str) -> list[Query]:
    """Acts of people who are not in the team, not delegated or not trained that day."""
    rows = registers.frames[name]
    return [] if rows is None else delegation_queries(name, rows, place.protocol, ref=registers.refs[name])


def _out_of_place(place: Workspace, registers: Registers) -> list[Query]:
    """Steps out of order before consent, and contacts at sites not activated."""
    rows, study = registers.frames["recruitment"], place.protocol.id
    if rows is None:
        return []
    found = sequence_queries(rows, registers.consented, study=study, ref=registers.refs["recruitment"])
    found += stopped_queries(rows, study=study, ref=registers.refs["recruitment"])
    found += site_contact_queries(rows, RECRUITMENT, rows, study=study, ref=registers.refs["recruitment"])
    interviews = registers.frames["interviews"]
    if interviews is not None:
        found += site_contact_queries(interviews, INTERVIEWS, rows, study=study, ref=registers.refs["interviews"])
    return found
