"""Registers read, recorded and judged: people's files in, facts and queries out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from expectations import validate
from expectations.registers import MEASURED, SUITES
from recruitment.checks import raised
from recruitment.facts import Codes, Reading
from recruitment.measure import FEATURES, Known, failed_feature, feature_queries, measure, missing_columns
from recruitment.registers import AFFILIATIONS, REGISTERS, Register, register_row
from recruitment.sequence import FAMILIES, changed_queries
from sampling import fold_sample
from study import Event, Query, StudyError
from study.objects import NotStored
from study.query import QueryRecord
from tasks.codes import refuse_second_code
from tasks.erasing import being_erased
from tasks.frames import read_frame
from tasks.queries import read_query
from tasks.read import csv_rows, read_restricted_table, read_table
from tasks.workspace import Workspace

PARTICIPANTS = "participants.csv"
LONGEST_LINE = 100_000  # characters; what the csv module takes as one cell is a little more


@dataclass(slots=True)
class Registers:
    """The registers as measured frames (None where there is none to read), and what is known to compare with.

    `consented` are participant codes with a usable consent; `erased` trail codes whose data was erased; `unread` the
    registers that could not be read whole: at most their withdrawals are here.
    """

    frames: dict[str, pd.DataFrame | None]
    known: Known
    codes: Codes
    consented: frozenset[str]
    erased: frozenset[str]
    refs: Mapping[str, str]
    queries: list[Query] = field(default_factory=list)

    @property
    def unread(self) -> frozenset[str]:
        """Names of registers with a query about the file itself."""
        return frozenset(q.subject.removeprefix("register:") for q in self.queries)


@task(name="read registers", cache_policy=NO_CACHE)
def read_registers(place: Workspace) -> Registers:
    """Every register, measured; trail codes are made for those who consented, withdrew or were interviewed."""
    events = place.events()
    refs = {name: place.ref(register.file) for name, register in REGISTERS.items()}
    queries: list[Query] = []
    frames = {name: _read(place, register, refs[name], events, queries) for name, register in REGISTERS.items()}
    known = _known(place, events, frames)
    measured = {name: None if f is None else measure(REGISTERS[name], f, known) for name, f in frames.items()}
    codes = Codes(_trail_codes(place, known, measured), place.participant_key)
    return Registers(
        frames=measured,
        known=known,
        codes=codes,
        consented=_consented(measured["consent"], events, codes.trail),
        erased=frozenset(e.subject_id("participant") or "" for e in events if e.kind == "erasure.executed"),
        refs=refs,
        queries=queries,
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
    about = next((n for n in names if words.where.split(",")[0] == REGISTERS[n].file), None)
    return about is not None and (about not in registers.unread or record.check in ("RG015", "RG018"))


def _read(
    place: Workspace, register: Register, ref: str, events: list[Event], queries: list[Query]
) -> pd.DataFrame | None:
    """One register as text; when it cannot be read, a query and the withdrawals that still can."""
    about = {"study": place.protocol.id, "subject": register.subject, "ref": ref}
    try:
        of_people = register is AFFILIATIONS
        frame = read_restricted_table(place, PARTICIPANTS) if of_people else read_table(place, register.file)
    except StudyError as error:
        said = {"what": error.what, "remedy": error.remedy}
        queries.append(raised("RG018", file=error.where, rule="file", **about, **said))
        return _withdrawals_only(place, register)
    if frame is None:
        if any((row := register_row(e)) and row[0] in FAMILIES[register.name] for e in events):
            said = {"what": "the file is gone", "remedy": "Put it back."}
            queries.append(raised("RG018", file=register.file, rule="file", **about, **said))
        return None
    missing = missing_columns(register, frame)
    queries += [raised("RG015", file=register.file, column=c, known=c, **about) for c in missing]
    return None if missing else frame


def _withdrawals_only(place: Workspace, register: Register) -> pd.DataFrame | None:
    """The withdrawn rows of a register that cannot be read as a whole: they take effect whatever is wrong with it."""
    column = {"recruitment": "step", "consent": "action"}.get(register.name)
    if column is None:
        return None
    text = place.files.get(register.file).decode("utf-8-sig", errors="replace")
    try:
        lines = csv_rows(text, register.file)
    except StudyError:  # line by line, so that nobody's withdrawal is lost in a quotation that is not closed
        lines = [next(csv.reader([line[:LONGEST_LINE]]), []) for line in text.splitlines()]
    header = [cell.strip() for cell in lines[0]] if lines else []
    if set(register.columns) - set(header) or len(set(header)) < len(header):
        return None
    kept = [(n, (row + [""] * len(header))[: len(header)]) for n, row in enumerate(lines[1:], start=2)]
    ending = [(n, [c.strip() for c in row]) for n, row in kept if row[header.index(column)].strip() == "withdrawn"]
    return pd.DataFrame(
        [r for _, r in ending], columns=header, index=pd.Index([n for n, _ in ending], name="row"), dtype=str
    )


def _known(place: Workspace, events: list[Event], frames: Mapping[str, pd.DataFrame | None]) -> Known:
    protocol = place.protocol
    looks = re.compile(protocol.participants.code_pattern)
    listed = {
        code
        for frame in (frames["recruitment"], frames["participants"])
        if frame is not None
        for code in frame["participant_id"].unique()
        if looks.fullmatch(code)
    }
    staged = fold_sample(events)
    return Known(
        protocol=protocol,
        participants=frozenset(listed),
        sites=_frame_sites(place),
        sample=frozenset(staged.selected),
        today=place.today,
    )


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


def _consented(rows: pd.DataFrame | None, events: list[Event], codes: Mapping[str, str]) -> frozenset[str]:
    """Participant codes with a consent in the register or in the trail."""
    recorded = {e.subject_id("participant") for e in events if e.kind in ("consent.given", "consent.renewed")}
    found = {code for code, trail_code in codes.items() if trail_code in recorded}
    if rows is not None:
        found |= set(rows[rows["action"].isin(["given", "renewed"]) & rows["is_usable"]]["participant_id"])
    return frozenset(found)
