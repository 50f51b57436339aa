"""Registers read, recorded and judged: people's files in, facts and queries out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from expectations import validate
from expectations.registers import MEASURED, SUITES
from recruitment.checks import raised
from recruitment.corrections import versions_taken_out
from recruitment.facts import Codes, Reading
from recruitment.measure import FEATURES, Known, failed_feature, feature_queries, measure
from recruitment.registers import REGISTERS, Register, RowKey, register_row
from recruitment.sequence import FAMILIES, changed_queries
from sampling import fold_sample
from study import Event, Query, Reference, StudyError
from study.identifiers import keyed_digest
from study.objects import NotStored
from study.query import QueryRecord
from tasks.codes import refuse_second_code
from tasks.ended import is_unlinked
from tasks.erasing import being_erased
from tasks.feeds import Kept, dates_written, fetch_from, in_its_file, kept_rows, sources_of
from tasks.forms import form_files, with_forms
from tasks.frames import read_frame
from tasks.known_people import participants_in
from tasks.queries import read_query
from tasks.workspace import Workspace


@dataclass(slots=True)
class Registers:
    """The registers as measured frames (None where there is none to read), and what is known to compare with.

    `consented` are participant codes with a usable consent; `erased` trail codes whose data was erased; `unread` the
    registers that could not be read whole: of the file at fault at most the withdrawals are here. `data` are the files
    themselves, by register and path.
    """

    frames: dict[str, pd.DataFrame | None]
    known: Known
    codes: Codes
    consented: frozenset[str]
    erased: frozenset[str]
    refs: Mapping[str, str]
    queries: list[Query] = field(default_factory=list)
    data: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)

    @property
    def unread(self) -> frozenset[str]:
        """Names of registers with a query about the file itself."""
        return frozenset(q.subject.removeprefix("register:") for q in self.queries)


@task(name="read registers", cache_policy=NO_CACHE)
def read_registers(place: Workspace) -> Registers:
    """Every register, measured; trail codes are made for those who consented, withdrew or were interviewed.

    None is read once the linkage is destroyed: nobody in them can be told in the trail.
    """
    events = place.events()
    place.codes.read_keys()
    refs = {name: place.ref(register.file) for name, register in REGISTERS.items()}
    queries: list[Query] = []
    read: dict[str, tuple[pd.DataFrame | None, Kept]] = {}
    none = (None, Kept(None, (), (), (), {})) if is_unlinked(place) else None
    for name, register in REGISTERS.items():
        read[name] = none or _read(place, register, refs[name], events, queries)
    frames = {name: frame for name, (frame, _) in read.items()}
    known = _known(place, events, frames)
    measured = {name: None if f is None else measure(REGISTERS[name], f, known) for name, f in frames.items()}
    codes = Codes(_trail_codes(place, known, measured), place.participant_key, _taken_out(place, events))
    return Registers(
        frames=measured,
        known=known,
        codes=codes,
        consented=_consented(measured["consent"], events, codes.trail),
        erased=frozenset(e.subject_id("participant") or "" for e in events if e.kind == "erasure.executed"),
        refs=refs,
        queries=queries,
        data={name: {**kept.data, **form_files(place, name)} for name, (_, kept) in read.items()},
    )


def judged(place: Workspace, registers: Registers, name: str) -> list[Query]:
    """The queries of one register's rows: measured features through the suite, the others by their own rule."""
    rows = registers.frames[name]
    if rows is None or rows.empty:
        return []
    register, ref = REGISTERS[name], registers.refs[name]
    by_code = {f.check for f in FEATURES[name]} - set(MEASURED) | {"RG005"}
    found = feature_queries(register, rows, registers.known, study=place.protocol.id, ref=ref, only=by_code)
    features = {f.check: f for f in FEATURES[name]}
    for query in validate(rows, SUITES[name], study=place.protocol, place=ref):
        feature = features[query.check]
        failing = rows.loc[rows[feature.name].eq(False), "row"]
        unchecked = failing.empty or not query.rows
        found.append(
            query
            if unchecked
            else failed_feature(register, feature, failing, registers.known, study=place.protocol.id, ref=ref)
        )
    return found


def changes(place: Workspace, registers: Registers, readings: list[Reading]) -> list[Query]:
    """Changed and vanished rows of the registers read whole."""
    return [
        query
        for reading in readings
        if reading.register.name not in registers.unread
        for query in changed_queries(
            reading, registers.erased, study=place.protocol.id, ref=registers.refs[reading.register.name]
        )
    ]


def was_read(place: Workspace, record: QueryRecord, registers: Registers, names: Iterable[str]) -> bool:
    """Whether a recorded query is about one of these registers and could be found again now if it still held.

    A query whose words were erased with somebody's data belongs to whoever looks next.
    """
    words = read_query(place, record.fingerprint)
    if words is None:
        return True
    about = next((n for n in names if _is_about(place, words, n)), None)
    return about is not None and (about not in registers.unread or record.check in ("RG015", "RG018"))


def taken_from(place: Workspace, registers: Registers, register: Register) -> tuple[str, tuple[Reference, ...]]:
    """The HMAC of a register as it stands, and references to its files."""
    used = tuple(place.reference(path, data, personal=True) for path, data in registers.data[register.name].items())
    if len(used) == 1:
        return used[0].hmac or "", used
    whole = "|".join(reference.hmac or "" for reference in used)
    return keyed_digest(place.participant_key(registers.refs[register.name]), whole.encode()), used


def in_their_files(place: Workspace, queries: Iterable[Query]) -> list[Query]:
    """Queries about registers with file, row and column where people see them."""
    sources = {name: sources_of(place.protocol, register) for name, register in REGISTERS.items()}
    found = []
    for query in queries:
        if query.check not in ("RG015", "RG018"):
            for name, register in REGISTERS.items():
                query = in_its_file(query, register, sources[name])
        found.append(query)
    return found


def _is_about(place: Workspace, words: Query, name: str) -> bool:
    """Whether a query is about this register: its subject says so, or the file that its place begins with."""
    if words.subject.startswith("register:"):
        return words.subject == REGISTERS[name].subject
    labels = [source.label for source in sources_of(place.protocol, REGISTERS[name])]
    return words.where.startswith(tuple(f"{label}," for label in labels)) or words.where in labels


def _read(
    place: Workspace, register: Register, ref: str, events: list[Event], queries: list[Query]
) -> tuple[pd.DataFrame | None, Kept]:
    """One register as text; of a file that cannot be read as a whole, a query and the withdrawals that still can."""
    about: dict[str, Any] = {"study": place.protocol.id, "subject": register.subject, "ref": ref}
    is_recorded = any((row := register_row(e)) and row[0] in FAMILIES[register.name] for e in events)
    kept = kept_rows(place.protocol, register, fetch_from(place), is_recorded=is_recorded)
    sources = sources_of(place.protocol, register)
    for source, fault in kept.faults:
        nth = sources.index(source)
        if fault.error is None:
            column = fault.missing
            queries.append(raised("RG015", file=source.label, column=column, known=column, ordinal=nth, **about))
        else:
            said = {"what": fault.error.what, "remedy": fault.error.remedy}
            queries.append(raised("RG018", file=fault.error.where, rule="file", ordinal=nth, **about, **said))
    for source in kept.absent if is_recorded else ():
        said = {"what": "the file is gone", "remedy": "Put it back."}
        nth = sources.index(source)
        queries.append(raised("RG018", file=source.label, rule="file", ordinal=nth, **about, **said))
    return with_forms(place, register, kept.frame), kept


def _known(place: Workspace, events: list[Event], frames: Mapping[str, pd.DataFrame | None]) -> Known:
    protocol = place.protocol
    staged = fold_sample(events)
    return Known(
        protocol=protocol,
        participants=participants_in(frames, protocol.participants.code_pattern),
        sites=_frame_sites(place),
        sample=frozenset(staged.selected),
        today=place.today,
        dates=dates_written(place.protocol),
        interviews=_interviews(frames["interviews"], events),
    )


def _interviews(rows: pd.DataFrame | None, events: list[Event]) -> frozenset[str]:
    """The ids of all interviews in the register and in the trail, where an erasure leaves them."""
    named = set() if rows is None or "interview_id" not in rows else set(rows["interview_id"])
    recorded = {e.subject_id("interview") or "" for e in events if e.kind.startswith("interview.")}
    return frozenset(named | recorded) - {""}


def _frame_sites(place: Workspace) -> frozenset[str]:
    """Site ids of the sampling frame; none where the frame lists people or cannot be read."""
    plan = place.protocol.sampling
    if plan.lists_people:
        return frozenset()
    try:
        return frozenset(read_frame(place.files.get(plan.frame), plan.frame, plan.id_column).ids)
    except (StudyError, NotStored):
        return frozenset()


def _trail_codes(place: Workspace, known: Known, frames: Mapping[str, pd.DataFrame | None]) -> dict[str, str]:
    """Trail codes that exist, and new ones for people whose first individual event is due."""
    codes = dict(place.known_trail_codes())
    due: set[str] = set()
    consent, interviews = frames["consent"], frames["interviews"]
    if consent is not None:
        looks = re.compile(known.protocol.participants.code_pattern)
        withdrawn = consent[(consent["action"] == "withdrawn") & ~consent["is_repeated"]]["participant_id"]
        due |= set(consent[consent["is_usable"]]["participant_id"]) | {c for c in withdrawn if looks.fullmatch(c)}
    if interviews is not None:
        due |= set(interviews[interviews["is_usable"]]["participant_ids"])
    new = sorted(due - set(codes) - {""})
    if new:
        refuse_second_code(codes.values(), place.events(), being_erased(place))
    return codes | {code: place.trail_code(code) for code in new}


def _taken_out(place: Workspace, events: list[Event]) -> Mapping[RowKey, int]:
    corrected = any(e.kind == "correction.made" for e in events)
    return versions_taken_out(place.trail.recorded(), events) if corrected else {}


def _consented(rows: pd.DataFrame | None, events: list[Event], codes: Mapping[str, str]) -> frozenset[str]:
    """Participant codes with a consent in the register or in the trail."""
    recorded = {e.subject_id("participant") for e in events if e.kind in ("consent.given", "consent.renewed")}
    found = {code for code, trail_code in codes.items() if trail_code in recorded}
    if rows is not None:
        found |= set(rows[rows["action"].isin(["given", "renewed"]) & rows["is_usable"]]["participant_id"])
    return frozenset(found)
